#!lua flags=allow-oom
-- Ends a worker's work on a batch: copies what was delivered, keeps what is dead, lets go of all of it. All or nothing.
--
-- KEYS: what the worker holds, all workers, how many batches have left each worker's hands, the list of the dead,
--       and the lists to copy to
-- ARGV: the worker, how many batches had left its hands when it took this one, how many entries this one has,
--       most entries on a list to copy to, most on the list of the dead,
--       and for each dead entry its position in the batch (1: the oldest) and its document
-- Returns: {} where the batch is not the worker's any more, and nothing was done; else how many of the dead were
--          dropped, and for each list to copy to how many entries it refused.
local held, workers, batches, dead = unpack(KEYS, 1, 4)
local worker, batch, count = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local most_copies, most_dead = tonumber(ARGV[4]), tonumber(ARGV[5])

-- Entries leave a worker's hands from the old end, a batch at a time, and each time is counted. So if none has left
-- since it took this batch, its oldest entries are this batch, whatever came after them.
if tonumber(redis.call('HGET', batches, worker) or 0) ~= batch then return {} end
local newest_first = redis.call('LRANGE', held, -count, -1)
if #newest_first < count then return {} end

-- A script that fails half way is not undone, so what can fail comes before what writes: a key of another type.
redis.call('LLEN', dead)

local is_dead = {}
for position = 6, #ARGV, 2 do
  is_dead[tonumber(ARGV[position])] = true
end
local delivered = {}
for position = 1, count do
  if not is_dead[position] then delivered[#delivered + 1] = newest_first[count - position + 1] end
end

local answer = {0}
for position = 5, #KEYS do
  local length = redis.pcall('LLEN', KEYS[position])
  local room = type(length) == 'number' and math.max(0, most_copies - length) or 0
  local copied = math.min(room, #delivered)
  if copied > 0 then redis.call('LPUSH', KEYS[position], unpack(delivered, 1, copied)) end
  answer[#answer + 1] = #delivered - copied
end

for position = 7, #ARGV, 2 do
  redis.call('LPUSH', dead, ARGV[position])
end
if #ARGV > 5 then
  answer[1] = math.max(0, redis.call('LLEN', dead) - most_dead)
  redis.call('LTRIM', dead, 0, most_dead - 1)
end

redis.call('LTRIM', held, 0, -count - 1)
redis.call('HINCRBY', batches, worker, 1)
local now = redis.call('TIME')
redis.call('ZADD', workers, now[1] + now[2] / 1e6, worker)
return answer
