-- One row a request, cycling through the rows of the file in BODIES (one request body a line).
local bodies = {}
for line in io.lines(os.getenv("BODIES")) do bodies[#bodies + 1] = line end
local n = 0
wrk.headers["content-type"] = "application/json"

request = function()
  n = n % #bodies + 1
  return wrk.format("POST", os.getenv("TARGET"), nil, bodies[n])
end

done = function(summary, latency)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.status + summary.errors.timeout
  io.write(string.format('\n{"requests":%d,"micros":%d,"errors":%d,"p50":%.1f,"p99":%.1f,"p999":%.1f}\n',
    summary.requests, summary.duration, errors,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
