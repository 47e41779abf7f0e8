-- KEYS workers; ARGV prefix. Returns the heartbeats of the workers that are alive and, after each, what it could
-- not load: a list of fingerprints of manifests and reasons. Workers whose heartbeat expired are forgotten.
local out = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
    local beat = redis.call('GET', ARGV[1] .. id)
    if beat then
        table.insert(out, beat)
        table.insert(out, redis.call('HGETALL', ARGV[1] .. id .. ':broken'))
    else
        redis.call('SREM', KEYS[1], id)
    end
end
return out
