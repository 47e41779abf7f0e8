-- KEYS job shards progress active totals; ARGV id now shard evidence samples seconds.
-- Returns 1 when stored by this call, 0 when it was stored before, -1 unless the job is running.
if redis.call('HGET', KEYS[1], 'status') ~= 'running' then return -1 end
if tonumber(ARGV[3]) < tonumber(redis.call('HGET', KEYS[1], 'merged')) then return 0 end
if redis.call('HSETNX', KEYS[2], ARGV[3], ARGV[4]) == 0 then return 0 end
redis.call('HINCRBY', KEYS[1], 'stored', 1)
redis.call('HSET', KEYS[1], 'shard_bytes', #ARGV[4])
redis.call('HINCRBY', KEYS[1], 'samples', ARGV[5])
redis.call('HINCRBY', KEYS[5], 'samples', ARGV[5])
redis.call('HINCRBY', KEYS[5], 'shards', 1)
redis.call('HINCRBYFLOAT', KEYS[5], 'shard_seconds', ARGV[6])
redis.call('HDEL', KEYS[3], ARGV[3])
redis.call('ZADD', KEYS[4], 'XX', ARGV[2], ARGV[1])
return 1
