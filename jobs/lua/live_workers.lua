-- KEYS workers; ARGV prefix, silent_ms. Returns the workers that are alive, or fell silent less than silent_ms ago,
-- three values each: 1 if it is alive, else 0; its heartbeat; and what it could not load, a list of fingerprints of
-- manifests and reasons. A heartbeat lives silent_ms longer than its worker counts as alive. Others are forgotten.
local out = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
    local beat = redis.call('GET', ARGV[1] .. id)
    if beat then
        local alive = redis.call('PTTL', ARGV[1] .. id) > tonumber(ARGV[2])
        table.insert(out, alive and 1 or 0)
        table.insert(out, beat)
        table.insert(out, redis.call('HGETALL', ARGV[1] .. id .. ':broken'))
    else
        redis.call('SREM', KEYS[1], id)
    end
end
return out
