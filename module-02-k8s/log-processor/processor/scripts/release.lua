#!lua flags=allow-oom
-- Puts back all that a worker holds, at the tail, where it came from.
--
-- KEYS: the queue, what the worker holds, how many batches have left each worker's hands
-- ARGV: the worker
-- Returns: how many entries that were.
local queue, held, batches = unpack(KEYS)
local count = 0
while redis.call('LMOVE', held, queue, 'LEFT', 'RIGHT') do
  count = count + 1
end
if count > 0 then redis.call('HINCRBY', batches, ARGV[1], 1) end
return count
