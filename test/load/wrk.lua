-- A load on the intake by wrk (closed loop; --latency shows percentiles). Bodies are made beforehand, with today's times:
--   sazabi load --write-bodies .bench/bodies
--   SAZABI_PUBLIC_KEY=pk_… wrk -t2 -c32 -d30s --latency -s test/load/wrk.lua http://127.0.0.1:4318/v1/logs
-- BODIES (default: .bench/bodies) is their folder. The key needs to be one without a rate limit:
--   sazabi keys public-keys create --rate-limit none

-- Of an error of its script wrk makes a panic, or sends GETs without a key and exits 0.
local function needed(value, otherwise)
   if value and value ~= "" then return value end
   io.stderr:write(otherwise, "\n")
   os.exit(1)
end

local folder = os.getenv("BODIES") or ".bench/bodies"
local key = needed(os.getenv("SAZABI_PUBLIC_KEY"),
   "No key: export SAZABI_PUBLIC_KEY=$(npx sazabi keys public-keys create --name load --rate-limit none)")
local no_bodies = "No bodies in " .. folder .. ": npx sazabi load --write-bodies " .. folder
local about = {}
local lines = needed(io.open(folder .. "/about"), no_bodies)
for line in lines:lines() do
   local name, value = line:match("^(%S+) (.+)$")
   about[name] = value
end
lines:close()
local requests, count, at = {}, 0, 0

-- Threads begin at different bodies, so that they do not send the same ones at once.
local threads = 0
function setup(thread)
   thread:set("first", threads * 17)
   threads = threads + 1
end

function init()
   wrk.headers["x-sazabi-key"] = key
   wrk.headers["content-type"] = about["content-type"]
   wrk.headers["content-encoding"] = about["content-encoding"]
   count = tonumber(about["bodies"])
   for body = 0, count - 1 do
      local file = needed(io.open(folder .. "/" .. body, "rb"), no_bodies)
      requests[body] = wrk.format("POST", nil, nil, file:read("*a"))
      file:close()
   end
   at = first
end

function request()
   at = (at + 1) % count
   return requests[at]
end

function done(summary, latency)
   local errors = summary.errors
   -- Answers of 400 and more are counted as requests too. What is under way at the end is not, and is stored all the same.
   local acknowledged = summary.requests - errors.status
   local logs = acknowledged * about["batch"]
   io.write(string.format("acknowledged %d logs by %d requests, %.0f logs/s; p50 %.2f ms, p99 %.2f ms; refused %d, failed %d\n",
      logs, acknowledged, logs / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
      errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
