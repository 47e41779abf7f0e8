-- KEYS run runs expiring owned_runs;
-- ARGV id now version spec owner expires_at max_runs max_owned radius_steps; a limit of 0: none.
-- Stores a new run and returns {'created', creation time}; or {'full', limit that is reached}, and stores nothing.
local function reached(limit, index) return tonumber(limit) > 0 and redis.call('ZCARD', index) >= tonumber(limit) end
if ARGV[5] ~= '' and reached(ARGV[8], KEYS[4]) then return {'full', 'owned runs'} end
if reached(ARGV[7], KEYS[2]) then return {'full', 'runs'} end
-- Times in the index are unique, so that a listing can continue after any of them.
local now = ARGV[2]
while redis.call('ZCOUNT', KEYS[2], now, now) > 0 do now = string.format('%.6f', now + 0.000001) end
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'spec', ARGV[4], 'status', 'open', 'created_at', now,
    'rows', 0, 'expiring', KEYS[3], 'radius_steps', ARGV[9])
redis.call('ZADD', KEYS[2], now, ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[6], ARGV[1])
if ARGV[5] ~= '' then redis.call('ZADD', KEYS[4], now, ARGV[1]) end
return {'created', now}
