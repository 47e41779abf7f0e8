-- KEYS job shards active; ARGV id now shards window ahead ahead_bytes. Returns the shards to queue now.
-- At most `window` shards are out at a time, and none is `ahead` or more beyond those merged; nor, past one
-- window, so far that those which wait take more than `ahead_bytes`. A job that has stopped gets none.
local out = {}
if redis.call('HGET', KEYS[1], 'status') ~= 'running' then return out end
local counts = redis.call('HMGET', KEYS[1], 'dispatched', 'stored', 'merged', 'shard_bytes', 'stopped')
if counts[5] then return out end
local next_one, stored, merged = tonumber(counts[1]), tonumber(counts[2]), tonumber(counts[3])
local window = tonumber(ARGV[4])
local fitting = math.floor(tonumber(ARGV[6]) / tonumber(counts[4] or 1))
local ahead = math.max(window, math.min(tonumber(ARGV[5]), fitting))
while next_one < tonumber(ARGV[3]) and next_one - stored < window and next_one - merged < ahead do
    if next_one >= merged and redis.call('HEXISTS', KEYS[2], next_one) == 0 then
        table.insert(out, next_one)
    end
    next_one = next_one + 1
end
redis.call('HSET', KEYS[1], 'dispatched', next_one)
redis.call('ZADD', KEYS[3], 'XX', ARGV[2], ARGV[1])
return out
