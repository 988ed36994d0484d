-- bench/refresh.lua - devices that refresh as fast as they are answered, for wrk.
--
--     wrk -t64 -c64 -d3s -s bench/refresh.lua URL -- TOKENS 64      TOKENS: a file, one refresh token a line
--
-- A thread is a device, or a house full of them: it has one connection and every 64th token, and uses them one after the
-- other, each time the one that came in its place. Prints one JSON object with what was answered each second, what failed,
-- and the latencies in milliseconds.
local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
  thread:set("number", #threads)
end

function init(args)
  tokens, turn, failed = {}, 0, 0
  local line = 0
  for token in io.lines(args[1]) do
    line = line + 1
    if line % args[2] == number % args[2] then tokens[#tokens + 1] = token end
  end
  assert(#tokens > 0, "at least as many tokens as threads are needed")
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  turn = turn % #tokens + 1
  return wrk.format("POST", "/api/v1/refresh", nil, '{"refresh_token":"' .. tokens[turn] .. '"}')
end

function response(status, headers, body)
  tokens[turn] = body:match('"refresh_token":"([^"]+)"') or tokens[turn]
  if status ~= 200 then failed = failed + 1 end
end

function done(summary, latency, requests)
  local others = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do others = others + thread:get("failed") end
  print(string.format('{"per_second":%.2f,"p50_ms":%.3f,"p99_ms":%.3f,"failed":%d}', summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, others))
end
