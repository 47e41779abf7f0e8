-- KEYS job progress active; ARGV id now shard samples.
-- Stores how many samples of a shard have been counted so far. Returns the job's state.
local state = redis.call('HGET', KEYS[1], 'status')
if state == 'running' and tonumber(ARGV[3]) >= tonumber(redis.call('HGET', KEYS[1], 'merged')) then
    redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
    redis.call('ZADD', KEYS[3], 'XX', ARGV[2], ARGV[1])
end
return state
