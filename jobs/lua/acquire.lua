-- KEYS lease attempts consumed job shards input active queued;
-- ARGV owner ttl_ms step dead_owner queue sent_at version now id fleet_queue shard want_input max_attempts
-- repeated.
-- Acquires a step. A first step marks its job as running; any other step must belong to a planned job whose
-- steps go to `fleet_queue`. `shard` is '' if the step has none. Returns, with the job's fields afterwards,
--   {attempt, '', fields, stored, input or ''}: taken; `stored`: whether the shard is counted already;
--   {0, owner}: a live process holds the step; {-1, ''}: the job has ended or is not there;
--   {-2, '', fields}: the job has no such step; {-3, version}: the record is of another version;
--   {-4, attempts}: the step was begun `max_attempts` times without an orderly end.
-- If `repeated` is 1, `owner` holds the step but never got the answer: this is not a further attempt.
if ARGV[6] ~= '' then
    local latest = redis.call('HGET', KEYS[3], ARGV[5])
    if not latest or tonumber(latest) < tonumber(ARGV[6]) then
        redis.call('HSET', KEYS[3], ARGV[5], ARGV[6])
    end
end
local job = redis.call('HMGET', KEYS[4], 'version', 'status', 'queue', 'shards', 'merged')
local version, state = job[1], job[2]
if not version then return {-1, ''} end
if version ~= ARGV[7] then return {-3, version} end
if state ~= 'queued' and state ~= 'running' then return {-1, ''} end
local shard = tonumber(ARGV[11])
if ARGV[10] ~= '' and (job[3] ~= ARGV[10] or (shard and (shard < 0 or shard >= tonumber(job[4])))) then
    return {-2, '', redis.call('HGETALL', KEYS[4])}
end
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[4] then
    -- A lease that is to live longer than any may: the server's clock was set back. A live holder renews it.
    if redis.call('PTTL', KEYS[1]) > tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
    return {0, owner}
end
local attempts = redis.call('HGET', KEYS[2], ARGV[3])
local repeated = ARGV[14] == '1' and owner == ARGV[1] and attempts
if not repeated and attempts and tonumber(attempts) >= tonumber(ARGV[13]) then return {-4, attempts} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local attempt = repeated and tonumber(attempts) or redis.call('HINCRBY', KEYS[2], ARGV[3], 1)
if state == 'queued' and ARGV[10] == '' then
    redis.call('HSET', KEYS[4], 'status', 'running', 'started_at', ARGV[8])
    redis.call('ZADD', KEYS[7], 'XX', ARGV[8], ARGV[9])
    redis.call('ZREM', KEYS[8], ARGV[9])
    local run = redis.call('HGET', KEYS[4], 'run')
    if run and redis.call('EXISTS', run) == 1 then
        redis.call('HINCRBY', run, 'queued', -1)
        redis.call('HINCRBY', run, 'running', 1)
    end
end
local stored = shard and (shard < tonumber(job[5]) or redis.call('HEXISTS', KEYS[5], ARGV[11]) == 1)
local input = ARGV[12] == '1' and redis.call('GET', KEYS[6])
return {attempt, '', redis.call('HGETALL', KEYS[4]), stored and 1 or 0, input or ''}
