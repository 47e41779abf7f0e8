-- KEYS job progress active queued totals running [others];
-- ARGV id now state ttl_ms outcome [field value]...
-- Counts the outcome in totals; a cancelled job keeps the certificate that its samples supported. Deletes
-- progress, running and the other keys.
-- Returns 1 when this call ended the job, 0 when it had ended before,
-- -1 when there is no such job.
local state = redis.call('HGET', KEYS[1], 'status')
if not state then return -1 end
if state ~= 'queued' and state ~= 'running' then return 0 end
for _, done in ipairs(redis.call('HVALS', KEYS[2])) do
    redis.call('HINCRBY', KEYS[1], 'samples', done)
end
redis.call('HSET', KEYS[1], 'status', ARGV[3], 'finished_at', ARGV[2])
for i = 6, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
if ARGV[3] == 'cancelled' then
    local certificate = redis.call('GET', KEYS[6])
    if certificate then redis.call('HSET', KEYS[1], 'certificate', certificate) end
end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('HINCRBY', KEYS[5], ARGV[5], 1)
redis.call('DEL', KEYS[2], unpack(KEYS, 6))
local owned_active = redis.call('HGET', KEYS[1], 'owned_active')
if owned_active then redis.call('SREM', owned_active, ARGV[1]) end
local fleet_jobs = redis.call('HGET', KEYS[1], 'fleet_jobs')
if fleet_jobs then redis.call('SREM', fleet_jobs, ARGV[1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local idempotency = redis.call('HGET', KEYS[1], 'idempotency')
if idempotency then redis.call('PEXPIRE', idempotency, ARGV[4]) end
return 1
