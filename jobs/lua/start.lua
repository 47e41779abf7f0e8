-- KEYS job active queued; ARGV id now. Returns the state after, or nothing when there is no such job.
local state = redis.call('HGET', KEYS[1], 'status')
if state == 'queued' then
    redis.call('HSET', KEYS[1], 'status', 'running', 'started_at', ARGV[2])
    redis.call('ZADD', KEYS[2], 'XX', ARGV[2], ARGV[1])
    redis.call('ZREM', KEYS[3], ARGV[1])
    return 'running'
end
return state
