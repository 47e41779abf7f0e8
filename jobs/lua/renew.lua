-- KEYS lease active; ARGV owner ttl_ms id now.
-- Renews a lease that its owner still holds. It counts as activity of its job.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], 'XX', ARGV[4], ARGV[3])
return 1
