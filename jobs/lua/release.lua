-- KEYS lease attempts; ARGV owner step forget.
-- Gives a lease back. With `forget`, the step ended in order, and its attempts are deleted too.
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
if ARGV[3] == '1' then redis.call('HDEL', KEYS[2], ARGV[2]) end
return 1
