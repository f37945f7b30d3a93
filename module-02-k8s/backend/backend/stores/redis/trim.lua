-- Makes room among the events: those filed before `oldest`, and the oldest beyond `most`. Not more than some at a time,
-- so that a script stays short where many are due at once; whoever comes next goes on.
local MOST_AT_ONCE = 2000

local function trim(events, oldest, most)
  local due = math.max(redis.call('ZCOUNT', events, '-inf', '(' .. oldest), redis.call('ZCARD', events) - most)
  if due > 0 then
    redis.call('ZREMRANGEBYRANK', events, 0, math.min(due, MOST_AT_ONCE) - 1)
  end
  return due
end
