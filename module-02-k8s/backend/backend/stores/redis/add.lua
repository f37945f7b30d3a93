-- Adds a batch, all of it or nothing. Where ids are known already it writes nothing and says which; the caller counts
-- again without them. That costs a second call for a batch that is sent again, and saves everything per event here.
--
-- KEYS  1 events  2 tenants  3 versions  4..7 the sets of ids: this period's, the last two, the next  8.. buckets
-- ARGV  1 now  2 oldest time that is kept  3 MAX_EVENTS  4 MAX_TENANTS  5 tenants unused since then are forgotten
--       6 MAX_IDS  7 milliseconds to keep ids  8 milliseconds to keep events  9 name of this batch, unlike any other
--       10 number of ids  11 number of events  12 number of tenants; then these:
--       ids; score and member of each event; names of tenants;
--       for each bucket: its minute or '', milliseconds to keep it, number of pages;
--         for each page: from when on it holds (msgpack), number of records;
--           for each record: the number of its tenant, the rest of it (msgpack)
-- It returns {-1, index of a duplicate, ...} or {number of pages in each bucket}.
local now, unused = tonumber(ARGV[1]), tonumber(ARGV[5])
local ids, events, tenants = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
local first_id, first_event = 13, 13 + ids
local first_tenant = first_event + 2 * events
local MOST_ARGUMENTS = 4000  -- even, and well below the 8,000 values that unpack can give

-- 1. Ids that came before.
local duplicates, is_known = {-1}, {}
for set = 4, 7 do
  if redis.call('EXISTS', KEYS[set]) == 1 then
    for first = 0, ids - 1, MOST_ARGUMENTS do
      local last = math.min(first + MOST_ARGUMENTS, ids) - 1
      local found = redis.call('SMISMEMBER', KEYS[set], unpack(ARGV, first_id + first, first_id + last))
      for number = 1, #found do
        local index = first + number - 1
        if found[number] == 1 and not is_known[index] then
          is_known[index] = true
          duplicates[#duplicates + 1] = index
        end
      end
    end
  end
end
if #duplicates > 1 then return duplicates end

-- 2. The names that tenants are counted under. Each stands in front of its records: a list of six begins with 0x96.
local names, used = {}, {}
local room = nil
for number = 1, tenants do
  local name = ARGV[first_tenant + number - 1]
  local seen = tonumber(redis.call('ZSCORE', KEYS[2], name) or '-1')
  if seen < unused then
    room = room or tonumber(ARGV[4]) - redis.call('ZCOUNT', KEYS[2], unused, '+inf')
    if room > 0 and name ~= '(others)' then
      room = room - 1
    else
      name = nil
    end
  end
  if name and seen < now - 10000 then
    used[#used + 1] = ARGV[1]
    used[#used + 1] = name
  end
  names[number] = '\150' .. cmsgpack.pack(name or '(others)')
end

-- 3. The events. This is the first write, and one that Redis refuses where its memory is full: so nothing is half done.
for first = 0, 2 * events - 1, MOST_ARGUMENTS do
  local last = math.min(first + MOST_ARGUMENTS, 2 * events) - 1
  redis.call('ZADD', KEYS[1], unpack(ARGV, first_event + first, first_event + last))
end
if events > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[8]) end

-- 4. A page for each bucket.
local at = first_tenant + tenants
local lengths = {}
for bucket = 8, #KEYS do
  local minute, ttl, pages = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  at = at + 3
  local length
  for _ = 1, pages do
    local records = tonumber(ARGV[at + 1])
    -- A page is a list of two (0x92), its records are a list with its length in four bytes (0xdd).
    local parts = {'\146', ARGV[at], '\221', struct.pack('>I4', records)}
    at = at + 2
    for _ = 1, records do
      parts[#parts + 1] = names[tonumber(ARGV[at])]
      parts[#parts + 1] = ARGV[at + 1]
      at = at + 2
    end
    length = redis.call('RPUSH', KEYS[bucket], table.concat(parts))
  end
  redis.call('PEXPIRE', KEYS[bucket], ttl)
  if minute ~= '' then redis.call('HSET', KEYS[3], minute, ARGV[9]) end
  lengths[#lengths + 1] = length
end
if #lengths > 0 then redis.call('PEXPIRE', KEYS[3], ARGV[8]) end

-- 5. Tenants that were used, without those that nothing is left of.
if #used > 0 then
  for first = 1, #used, MOST_ARGUMENTS do
    redis.call('ZADD', KEYS[2], unpack(used, first, math.min(first + MOST_ARGUMENTS - 1, #used)))
  end
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. unused)
  redis.call('PEXPIRE', KEYS[2], 2 * tonumber(ARGV[8]))
end

-- 6. The ids, last: what fails before this can be sent again. At the bound the oldest are dropped, a period at a time.
local held = 0
for set = 4, 6 do held = held + redis.call('SCARD', KEYS[set]) end
if held + ids > tonumber(ARGV[6]) then
  if redis.call('UNLINK', KEYS[6], KEYS[5]) == 0 and held > 0 then
    redis.call('RENAME', KEYS[4], KEYS[5])
    redis.call('PEXPIRE', KEYS[5], ARGV[7])
  end
end
for first = 0, ids - 1, MOST_ARGUMENTS do
  local last = math.min(first + MOST_ARGUMENTS, ids) - 1
  redis.call('SADD', KEYS[4], unpack(ARGV, first_id + first, first_id + last))
end
redis.call('PEXPIRE', KEYS[4], ARGV[7])

trim(KEYS[1], ARGV[2], tonumber(ARGV[3]))
return lengths
