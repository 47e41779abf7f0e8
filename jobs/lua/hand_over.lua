-- KEYS job queued lease given; ARGV id queue.
-- Notes that the first step of a job goes to `queue`, and that the job is among the `given`; if `queue` is '', that any
-- worker may take it. A job that was begun is queued again, in its old place. Returns 1; 0 if the job has a plan, has
-- ended, or a process works on the step.
local job = redis.call('HMGET', KEYS[1], 'status', 'plan', 'fleet_jobs', 'created_at', 'run')
local state = job[1]
if (state ~= 'queued' and state ~= 'running') or job[2] then
    redis.call('SREM', KEYS[4], ARGV[1])
    return 0
end
if redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
if job[3] then redis.call('SREM', job[3], ARGV[1]) end
if ARGV[2] == '' then
    redis.call('HDEL', KEYS[1], 'queue', 'fleet_jobs')
else
    redis.call('HSET', KEYS[1], 'queue', ARGV[2], 'fleet_jobs', KEYS[4])
    redis.call('SADD', KEYS[4], ARGV[1])
end
if state == 'running' then
    redis.call('HSET', KEYS[1], 'status', 'queued')
    redis.call('HDEL', KEYS[1], 'started_at')
    redis.call('ZADD', KEYS[2], job[4], ARGV[1])
    if job[5] and redis.call('EXISTS', job[5]) == 1 then
        redis.call('HINCRBY', job[5], 'running', -1)
        redis.call('HINCRBY', job[5], 'queued', 1)
    end
end
return 1
