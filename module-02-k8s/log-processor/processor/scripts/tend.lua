#!lua flags=allow-oom
-- Gives a worker's sign of life, and puts back what the dead held: at the tail, since it is older than all that waits.
--
-- KEYS: the queue, all workers, how many batches have left each worker's hands
-- ARGV: the worker, what the names of lists of held entries begin with, seconds until a silent worker counts as dead,
--       seconds until it is forgotten
-- Returns: how many entries the queue has, and name and number of entries of each worker that held any.
local queue, workers, batches = unpack(KEYS)
local worker, prefix, dead_after, forget_after = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
redis.call('ZADD', workers, now, worker)

local reclaimed = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', workers, '-inf', '(' .. now - dead_after)) do
  local count = 0
  while redis.call('LMOVE', prefix .. name, queue, 'LEFT', 'RIGHT') do
    count = count + 1
  end
  if count > 0 then
    redis.call('HINCRBY', batches, name, 1)
    reclaimed[#reclaimed + 1] = name
    reclaimed[#reclaimed + 1] = count
  elseif tonumber(redis.call('ZSCORE', workers, name)) < now - forget_after then
    -- Not before: a command that it sent last may be carried out when Redis, not it, wakes up again.
    redis.call('ZREM', workers, name)
    redis.call('HDEL', batches, name)
  end
end
return {redis.call('LLEN', queue), reclaimed}
