-- KEYS active consumed; ARGV now stall batch job_prefix messages_prefix queue.
-- Returns the ids of at most `batch` stalled jobs, those inactive for longest first. A job is stalled if all
-- messages that were sent until `stall` after its last activity have been taken from the queue of its steps.
-- An activity in the future is ignored: the clock was set back.
local now, stall, batch = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local through, out = {}, {}
local function taken_through(queue)
    if not through[queue] then
        local waiting = redis.call('LLEN', ARGV[5] .. queue) > 0
        local consumed = tonumber(redis.call('HGET', KEYS[2], queue) or 0)
        through[queue] = waiting and math.min(now, consumed) or now
    end
    return through[queue]
end
local silent = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - stall, 'WITHSCORES')
for i = 1, #silent, 2 do
    if #out >= batch then break end
    local queue = redis.call('HGET', ARGV[4] .. silent[i], 'queue') or ARGV[6]
    if tonumber(silent[i + 1]) < taken_through(queue) - stall then table.insert(out, silent[i]) end
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now + stall, '+inf', 'LIMIT', 0, batch)) do
    table.insert(out, id)
end
return out
