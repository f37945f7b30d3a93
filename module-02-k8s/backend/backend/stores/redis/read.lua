-- The pages of a window's buckets, all as of one moment. Of a minute that has not changed since it was last read only
-- that is told.
--
-- KEYS  1 versions  2.. minutes, then slices
-- ARGV  the number of each minute, then the version of each that is known or ''
-- It returns, for each minute, false if it is empty, 1 if it has not changed, or {version, page, ...};
-- then for each slice {page, ...}.
local minutes = #ARGV / 2
local answer = {}
for minute = 1, minutes do
  local version = redis.call('HGET', KEYS[1], ARGV[minute])
  if not version then
    answer[minute] = false
  elseif version == ARGV[minutes + minute] then
    answer[minute] = 1
  else
    local pages = redis.call('LRANGE', KEYS[minute + 1], 0, -1)
    table.insert(pages, 1, version)
    answer[minute] = pages
  end
end
for slice = minutes + 2, #KEYS do
  answer[slice - 1] = redis.call('LRANGE', KEYS[slice], 0, -1)
end
return answer
