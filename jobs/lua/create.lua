-- KEYS job input index active queued owned owned_active messages totals [idempotency];
-- ARGV id now version spec input fingerprint owner max_active max_bytes max_owned prefix message
--      run expires_at max_rows row_key label n; a limit of 0: none; run '': the job is no row of a run.
-- Stores a new job and, if it is a row of a run, the row. Returns
-- {'created', creation time, place in the queue from 0 or '', row number or ''};
-- {'held', "fingerprint:id"} of the job that already holds the idempotency key; {'full', 'jobs' | 'bytes' | 'owner' | 'rows'} when a limit is reached;
-- {'closed'} if the run takes no rows any more. Unless created, nothing is stored. The message goes on the queue of
-- first steps with the job.
-- The caller asks again because the first answer was lost. The job may have been begun meanwhile.
if redis.call('EXISTS', KEYS[1]) == 1 then
    local made = redis.call('HMGET', KEYS[1], 'created_at', 'row')
    return {'created', made[1], '', made[2] or ''}
end
if KEYS[10] then
    local held = redis.call('GET', KEYS[10])
    if held then return {'held', held} end
end
local function reached(limit, number) return tonumber(limit) > 0 and number >= tonumber(limit) end
local run = ARGV[13]
if run ~= '' then
    if redis.call('HGET', run, 'status') ~= 'open' then return {'closed'} end
    if reached(ARGV[15], tonumber(redis.call('HGET', run, 'rows'))) then return {'full', 'rows'} end
end
if reached(ARGV[10], redis.call('SCARD', KEYS[7])) then return {'full', 'owner'} end
if reached(ARGV[8], redis.call('ZCARD', KEYS[4])) then return {'full', 'jobs'} end
if tonumber(ARGV[9]) > 0 then
    local used = string.match(redis.call('INFO', 'memory'), 'used_memory:(%d+)')
    if reached(ARGV[9], tonumber(used) + #ARGV[5]) then return {'full', 'bytes'} end
end
if KEYS[10] then
    redis.call('SET', KEYS[10], ARGV[6] .. ':' .. ARGV[1])
    redis.call('HSET', KEYS[1], 'idempotency', KEYS[10])
end
-- Times in the index are unique, so that a listing can continue after any of them.
local now = ARGV[2]
while redis.call('ZCOUNT', KEYS[3], now, now) > 0 do now = string.format('%.6f', now + 0.000001) end
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'spec', ARGV[4], 'status', 'queued', 'created_at', now,
    'dispatched', 0, 'stored', 0, 'merged', 0, 'folded', 0, 'samples', 0, 'n', ARGV[18])
redis.call('HINCRBY', KEYS[9], 'remaining', ARGV[18])
redis.call('SET', KEYS[2], ARGV[5])
redis.call('ZADD', KEYS[3], now, ARGV[1])
redis.call('ZADD', KEYS[4], now, ARGV[1])
redis.call('ZADD', KEYS[5], now, ARGV[1])
if ARGV[7] ~= '' then
    -- Each new job makes room for itself: the owner's oldest jobs leave its list once they have expired.
    for _, old in ipairs(redis.call('ZRANGE', KEYS[6], 0, 9)) do
        if redis.call('EXISTS', ARGV[11] .. old) == 0 then redis.call('ZREM', KEYS[6], old) end
    end
    redis.call('ZADD', KEYS[6], now, ARGV[1])
    redis.call('SADD', KEYS[7], ARGV[1])
    redis.call('HSET', KEYS[1], 'owned_active', KEYS[7])
end
local row = ''
if run ~= '' then
    row = redis.call('HINCRBY', run, 'rows', 1)
    redis.call('HINCRBY', run, 'queued', 1)
    redis.call('HSET', run .. ':rows', row, cjson.encode({ARGV[16], ARGV[1], ARGV[17]}))
    redis.call('ZADD', run .. ':open', row, row)
    if redis.call('HDEL', run .. ':reasons', ARGV[16]) == 1 then
        redis.call('ZREM', run .. ':skipped', ARGV[16])
        redis.call('HINCRBY', run, 'skipped', -1)
    end
    redis.call('HSET', KEYS[1], 'run', run, 'row', row, 'row_key', ARGV[16], 'row_label', ARGV[17])
    redis.call('ZADD', redis.call('HGET', run, 'expiring'), 'XX', ARGV[14], string.match(run, '[^:]+$'))
end
if ARGV[12] ~= '' then redis.call('LPUSH', KEYS[8], ARGV[12]) end
return {'created', now, tostring(redis.call('ZRANK', KEYS[5], ARGV[1])), tostring(row)}
