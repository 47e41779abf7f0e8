-- KEYS job progress active queued totals running [others];
-- ARGV id now ttl_ms state outcome plan sampling_at samples seconds radius samples_of_it channel [field value]...
-- Ends a job, counts its outcome in totals, and publishes its id on `channel`. A cancelled job keeps the certificate that its samples supported.
-- `plan`, if not '', is the plan of a job that was counted in one piece, with `samples` samples since `sampling_at`.
-- `radius`, if not '', is the last one certified before the end. Deletes progress, running and the other keys.
-- Returns 1 when this call ended the job, 0 when it had ended before, -1 when there is no such job, -2 when the job
-- has a plan and `plan` is given.
local state = redis.call('HGET', KEYS[1], 'status')
if not state then return -1 end
if state ~= 'queued' and state ~= 'running' then return 0 end
if ARGV[6] ~= '' then
    if redis.call('HSETNX', KEYS[1], 'plan', ARGV[6]) == 0 then return -2 end
    redis.call('HSET', KEYS[1], 'sampling_at', ARGV[7], 'samples', ARGV[8])
    redis.call('HINCRBY', KEYS[5], 'samples', ARGV[8])
    redis.call('HINCRBY', KEYS[5], 'shards', 1)
    redis.call('HINCRBYFLOAT', KEYS[5], 'shard_seconds', ARGV[9])
else
    for _, done in ipairs(redis.call('HVALS', KEYS[2])) do redis.call('HINCRBY', KEYS[1], 'samples', done) end
end
local best = ARGV[10] ~= '' and redis.call('HGET', KEYS[1], 'running_radius')
if ARGV[10] ~= '' and (not best or tonumber(ARGV[10]) >= tonumber(best)) then
    redis.call('HSET', KEYS[1], 'running_radius', ARGV[10], 'running_samples', ARGV[11])
end
redis.call('HSET', KEYS[1], 'status', ARGV[4], 'finished_at', ARGV[2])
for i = 13, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
if ARGV[4] == 'cancelled' then
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
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local idempotency = redis.call('HGET', KEYS[1], 'idempotency')
if idempotency then redis.call('PEXPIRE', idempotency, ARGV[3]) end
redis.call('PUBLISH', ARGV[12], ARGV[1])
return 1
