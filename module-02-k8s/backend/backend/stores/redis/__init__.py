"""Events in one Redis (6.2 or later), shared by any number of replicas.

store.py     RedisStore
client.py    the connection, and every failure as StoreUnavailable
commit.py    batches that come together leave together, in one call of add.lua
reading.py   the buckets of a window by read.lua; what has not changed is not read again
upkeep.py    adds up the pages of buckets (replace.lua) and removes what is too old (trim.lua)
keys.py      what stands under which name
"""
