#!lua flags=allow-oom
-- Hands the oldest entries of the queue to a worker, together with those it holds already.
--
-- KEYS: the queue, what the worker holds, all workers, how many batches have left each worker's hands
-- ARGV: the worker, most entries, most bytes (one entry more than that is handed over, or a large one never would be)
-- Returns: how many batches have left its hands, how many entries the queue has left, the entries, oldest first.
--
-- allow-oom: a Redis that is full gets empty by this alone.
local queue, held, workers, batches = unpack(KEYS)
local worker, most, bytes_left = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local now = redis.call('TIME')
redis.call('ZADD', workers, now[1] + now[2] / 1e6, worker)

local entries = {}
local function add(entry)
  entries[#entries + 1] = entry
  bytes_left = bytes_left - #entry
end

-- It holds something where it was killed, where an answer got lost, or where it waited for one entry.
local newest_first = redis.call('LRANGE', held, -most, -1)
for position = #newest_first, 1, -1 do
  add(newest_first[position])
end
-- One by one: LMOVE goes into the append-only file without the entry, RPUSH would write it there a second time.
while #entries < most and bytes_left > 0 do
  local entry = redis.call('LMOVE', queue, held, 'RIGHT', 'LEFT')
  if not entry then break end
  add(entry)
end
return {tonumber(redis.call('HGET', batches, worker) or 0), redis.call('LLEN', queue), entries}
