-- KEYS lease attempts consumed job; ARGV owner ttl_ms step dead_owner queue sent_at.
-- Returns {attempt, ''}; {0, owner} when a live process holds the step; {-1, ''} when the job has ended.
if ARGV[6] ~= '' then
    local latest = redis.call('HGET', KEYS[3], ARGV[5])
    if not latest or tonumber(latest) < tonumber(ARGV[6]) then
        redis.call('HSET', KEYS[3], ARGV[5], ARGV[6])
    end
end
local state = redis.call('HGET', KEYS[4], 'status')
if state ~= 'queued' and state ~= 'running' then return {-1, ''} end
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[4] then
    -- A lease that is to live longer than any may: the server's clock was set back. A live holder renews it.
    if redis.call('PTTL', KEYS[1]) > tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
    return {0, owner}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {redis.call('HINCRBY', KEYS[2], ARGV[3], 1), ''}
