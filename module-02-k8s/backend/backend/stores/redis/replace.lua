-- Puts pages that were added up in the place of those they were made from, unless another replica was quicker.
--
-- KEYS  1 the bucket
-- ARGV  1 the first page as it was read  2 how many were read  3.. what stands for them now
-- Pages are only ever added behind, or replaced here from the first on, by a first page that holds more. So the same
-- first page means that all that were read still stand.
if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[1] then return 0 end
local ttl = redis.call('PTTL', KEYS[1])
redis.call('LTRIM', KEYS[1], ARGV[2], -1)
for page = #ARGV, 3, -1 do
  redis.call('LPUSH', KEYS[1], ARGV[page])
end
redis.call('PEXPIRE', KEYS[1], ttl)
return 1
