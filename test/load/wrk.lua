-- A load on the intake by wrk (closed loop; --latency shows percentiles). Bodies are made beforehand, with today's times:
--   sazabi load --write-bodies .bench/bodies
--   SAZABI_PUBLIC_KEY=pk_… wrk -t2 -c32 -d30s --latency -s test/load/wrk.lua http://127.0.0.1:4318/v1/logs
-- BODIES (default: .bench/bodies) is their folder, BATCH (100) the logs of each, CONTENT_TYPE (application/json) and CONTENT_ENCODING
-- (none) what they were written as. The key needs to be one without a rate limit: sazabi keys public-keys create --rate-limit none.
local folder = os.getenv("BODIES") or ".bench/bodies"
local batch = tonumber(os.getenv("BATCH") or "100")
local requests, count, at = {}, 0, 0

-- Threads begin at different bodies, so that they do not send the same ones at once.
local threads = 0
function setup(thread)
   thread:set("first", threads * 17)
   threads = threads + 1
end

function init()
   wrk.headers["x-sazabi-key"] = assert(os.getenv("SAZABI_PUBLIC_KEY"), "Set SAZABI_PUBLIC_KEY.")
   wrk.headers["content-type"] = os.getenv("CONTENT_TYPE") or "application/json"
   wrk.headers["content-encoding"] = os.getenv("CONTENT_ENCODING")
   while true do
      local file = io.open(folder .. "/" .. count, "rb")
      if not file then break end
      requests[count] = wrk.format("POST", nil, nil, file:read("*a"))
      file:close()
      count = count + 1
   end
   assert(count > 0, "No bodies in " .. folder .. ": make them with sazabi load --write-bodies " .. folder)
   at = first
end

function request()
   at = (at + 1) % count
   return requests[at]
end

function done(summary, latency)
   local errors = summary.errors
   -- Answers of 400 and more are counted as requests too.
   local acknowledged = summary.requests - errors.status
   local seconds = summary.duration / 1e6
   io.write(string.format("acknowledged %d requests, %.0f logs/s; p50 %.2f ms, p99 %.2f ms; refused %d, failed %d\n",
      acknowledged, acknowledged * batch / seconds, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
      errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
