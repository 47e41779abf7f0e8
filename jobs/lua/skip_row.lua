-- KEYS run row; ARGV key, reason, most rows and skipped keys of the run, expires_at, id of the run, most bytes of the
-- server's memory; a limit of 0: none.
-- Notes that no row of this key comes, and why. `row` is there if that row has come. Returns 'noted'; 'there' if the row
-- has come, and nothing is noted; 'closed' if the run takes no rows any more; or the limit that is reached.
local run = KEYS[1]
local told = redis.call('HMGET', run, 'status', 'rows', 'skipped', 'expiring')
if told[1] ~= 'open' then return 'closed' end
if redis.call('EXISTS', KEYS[2]) == 1 then return 'there' end
local bytes = tonumber(ARGV[6])
if bytes > 0 and tonumber(string.match(redis.call('INFO', 'memory'), 'used_memory:(%d+)')) >= bytes then return 'bytes' end
if redis.call('HEXISTS', run .. ':reasons', ARGV[1]) == 0 then
    local most = tonumber(ARGV[3])
    if most > 0 and tonumber(told[2]) + (tonumber(told[3]) or 0) >= most then return 'rows' end
    redis.call('HINCRBY', run, 'skipped', 1)
    redis.call('ZADD', run .. ':skipped', redis.call('HINCRBY', run, 'last_skipped', 1), ARGV[1])
end
redis.call('HSET', run .. ':reasons', ARGV[1], ARGV[2])
redis.call('ZADD', told[4], 'XX', ARGV[4], ARGV[5])
return 'noted'
