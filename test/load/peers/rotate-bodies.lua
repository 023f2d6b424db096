-- Posts the files 0, 1, 2 … of a folder in turn and ends with one line of figures.
-- wrk -t 1 -c 32 -d 8s -H 'content-type: application/json' -s rotate-bodies.lua URL -- FOLDER COUNT
local bodies = {}
local turn = 0

local function contents(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

function init(arguments)
  local folder, count = arguments[1], tonumber(arguments[2])
  for number = 1, count do
    -- Made once: to compose a request in each call would cost wrk more than some of the servers take to answer.
    bodies[number] = wrk.format("POST", nil, nil, contents(folder .. "/" .. (number - 1)))
  end
end

function request()
  turn = turn % #bodies + 1
  return bodies[turn]
end

function done(summary, latency)
  local errors = summary.errors
  local figures = {
    ["microseconds"] = summary.duration,
    ["answers"] = summary.requests,
    ["refused"] = errors.status,
    ["broken"] = errors.connect + errors.read + errors.write + errors.timeout,
    ["p50Microseconds"] = latency:percentile(50),
    ["p99Microseconds"] = latency:percentile(99),
  }
  local parts = {}
  for name, value in pairs(figures) do
    parts[#parts + 1] = string.format('"%s":%d', name, value)
  end
  io.write("\nFIGURES {", table.concat(parts, ","), "}\n")
end
