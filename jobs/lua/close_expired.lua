-- KEYS run expiring; ARGV id now.
-- Closes a run that has expired, so that it takes no row while it is deleted. Returns 1 if it is closed now or is not
-- there, 0 if it has not expired or a row has not ended.
local expires = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not expires or tonumber(expires) >= tonumber(ARGV[2]) then return 0 end
if redis.call('ZCARD', KEYS[1] .. ':open') > 0 then return 0 end
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'status', 'cancelled') end
return 1
