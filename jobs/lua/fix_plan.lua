-- KEYS job active fleet_jobs messages; ARGV id now plan queue shards [message]...
-- Stores the plan unless the job has one, and returns the job's plan; nothing unless the job is running. Its steps
-- go to `queue`. With a plan that is stored now, the messages go on the queue: they are about the shards 1 and
-- following, and the caller counts shard 0.
if redis.call('HGET', KEYS[1], 'status') ~= 'running' then return false end
if redis.call('HSETNX', KEYS[1], 'plan', ARGV[3]) == 1 then
    local given = redis.call('HGET', KEYS[1], 'fleet_jobs')
    if given then redis.call('SREM', given, ARGV[1]) end
    redis.call('HSET', KEYS[1], 'sampling_at', ARGV[2], 'queue', ARGV[4], 'shards', ARGV[5], 'fleet_jobs', KEYS[3])
    redis.call('SADD', KEYS[3], ARGV[1])
    redis.call('ZADD', KEYS[2], 'XX', ARGV[2], ARGV[1])
    for i = 6, #ARGV do redis.call('LPUSH', KEYS[4], ARGV[i]) end
    if #ARGV > 5 then redis.call('HSET', KEYS[1], 'dispatched', #ARGV - 4) end
end
return redis.call('HGET', KEYS[1], 'plan')
