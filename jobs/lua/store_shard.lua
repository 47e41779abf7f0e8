-- KEYS job shards vectors progress active totals prefix;
-- ARGV id now plan [shard counts sums samples seconds bucket].
-- Stores the counts of a shard, unless it is stored, and returns the job's progress: {shard_bytes, prefix or '',
-- counts...} with the counts of the shards that follow the merged ones. Returns -1 unless the job is running, -2
-- if its plan is not `plan`: shards of different plans may have samples in common.
-- `sums` are the vectors of its gradient sums, '' if there are none. Without a shard, only returns the progress.
local status, merged, plan = unpack(redis.call('HMGET', KEYS[1], 'status', 'merged', 'plan'))
if status ~= 'running' then return -1 end
if plan ~= ARGV[3] then return -2 end
merged = tonumber(merged)
if ARGV[4] and tonumber(ARGV[4]) >= merged and redis.call('HSETNX', KEYS[2], ARGV[4], ARGV[5]) == 1 then
    if ARGV[6] ~= '' then redis.call('HSET', KEYS[3], ARGV[4], ARGV[6]) end
    redis.call('HINCRBY', KEYS[1], 'stored', 1)
    redis.call('HSET', KEYS[1], 'shard_bytes', #ARGV[5] + #ARGV[6])
    redis.call('HINCRBY', KEYS[1], 'samples', ARGV[7])
    redis.call('HDEL', KEYS[4], ARGV[4])
    redis.call('ZADD', KEYS[5], 'XX', ARGV[2], ARGV[1])
    redis.call('HINCRBY', KEYS[6], 'samples', ARGV[7])
    redis.call('HINCRBY', KEYS[6], 'remaining', -ARGV[7])
    redis.call('HINCRBYFLOAT', KEYS[6], 'shard_seconds', ARGV[8])
    redis.call('HINCRBY', KEYS[6], ARGV[9], 1)
end
local out = {redis.call('HGET', KEYS[1], 'shard_bytes') or '1', redis.call('GET', KEYS[7]) or ''}
local counts = redis.call('HGET', KEYS[2], merged)
while counts do
    table.insert(out, counts)
    merged = merged + 1
    counts = redis.call('HGET', KEYS[2], merged)
end
return out
