"""Lua scripts: the transitions of a job that must happen as a whole or not at all.

A script runs alone on the server and reaches the append-only file as one transaction.
"""

from __future__ import annotations

from typing import Final

CREATE: Final = """
-- KEYS job input index active queued owned owned_active [idempotency];
-- ARGV id now version spec input fingerprint owner max_active max_bytes max_owned prefix; a limit of 0: none.
-- Returns {'created'}; {'held', "fingerprint:id"} of the job that already holds the idempotency key;
-- {'full', 'jobs' | 'bytes' | 'owner'} when a limit is reached. Unless created, nothing is stored.
if KEYS[8] then
    local held = redis.call('GET', KEYS[8])
    if held then return {'held', held} end
end
local function reached(limit, number) return tonumber(limit) > 0 and number >= tonumber(limit) end
if reached(ARGV[10], redis.call('SCARD', KEYS[7])) then return {'full', 'owner'} end
if reached(ARGV[8], redis.call('ZCARD', KEYS[4])) then return {'full', 'jobs'} end
if tonumber(ARGV[9]) > 0 then
    local used = string.match(redis.call('INFO', 'memory'), 'used_memory:(%d+)')
    if reached(ARGV[9], tonumber(used) + #ARGV[5]) then return {'full', 'bytes'} end
end
if KEYS[8] then
    redis.call('SET', KEYS[8], ARGV[6] .. ':' .. ARGV[1])
    redis.call('HSET', KEYS[1], 'idempotency', KEYS[8])
end
-- Times in the index are unique, so a listing can go on behind any of them.
local now = ARGV[2]
while redis.call('ZCOUNT', KEYS[3], now, now) > 0 do now = string.format('%.6f', now + 0.000001) end
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'spec', ARGV[4], 'status', 'queued', 'created_at', now,
    'dispatched', 0, 'stored', 0, 'merged', 0, 'samples', 0)
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
return {'created'}
"""

START: Final = """
-- KEYS job active queued; ARGV id now. Returns the state after, or nothing when there is no such job.
local state = redis.call('HGET', KEYS[1], 'status')
if state == 'queued' then
    redis.call('HSET', KEYS[1], 'status', 'running', 'started_at', ARGV[2])
    redis.call('ZADD', KEYS[2], 'XX', ARGV[2], ARGV[1])
    redis.call('ZREM', KEYS[3], ARGV[1])
    return 'running'
end
return state
"""

FINISH: Final = """
-- KEYS job progress active queued totals running [others];
-- ARGV id now state ttl_ms outcome [field value]...
-- Counts the outcome in totals; a cancelled job keeps the certificate that its samples supported. Deletes
-- progress, running and the other keys.
-- Returns 1 when this call ended the job, 0 when it had ended before,
-- -1 when there is no such job.
local state = redis.call('HGET', KEYS[1], 'status')
if not state then return -1 end
if state ~= 'queued' and state ~= 'running' then return 0 end
for _, done in ipairs(redis.call('HVALS', KEYS[2])) do
    redis.call('HINCRBY', KEYS[1], 'samples', done)
end
redis.call('HSET', KEYS[1], 'status', ARGV[3], 'finished_at', ARGV[2])
for i = 6, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
if ARGV[3] == 'cancelled' then
    local certificate = redis.call('GET', KEYS[6])
    if certificate then redis.call('HSET', KEYS[1], 'certificate', certificate) end
end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('HINCRBY', KEYS[5], ARGV[5], 1)
redis.call('DEL', KEYS[2], unpack(KEYS, 6))
local owned_active = redis.call('HGET', KEYS[1], 'owned_active')
if owned_active then redis.call('SREM', owned_active, ARGV[1]) end
local fleet_jobs = redis.call('HGET', KEYS[1], 'fleet_jobs')
if fleet_jobs then redis.call('SREM', fleet_jobs, ARGV[1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local idempotency = redis.call('HGET', KEYS[1], 'idempotency')
if idempotency then redis.call('PEXPIRE', idempotency, ARGV[4]) end
return 1
"""

FIX_PLAN: Final = """
-- KEYS job active fleet_jobs; ARGV id now plan queue.
-- Returns the job's plan, the first that came, or nothing unless running. Its steps go to ``queue``.
if redis.call('HGET', KEYS[1], 'status') ~= 'running' then return false end
if redis.call('HSETNX', KEYS[1], 'plan', ARGV[3]) == 1 then
    redis.call('HSET', KEYS[1], 'sampling_at', ARGV[2], 'queue', ARGV[4], 'fleet_jobs', KEYS[3])
    redis.call('SADD', KEYS[3], ARGV[1])
    redis.call('ZADD', KEYS[2], 'XX', ARGV[2], ARGV[1])
end
return redis.call('HGET', KEYS[1], 'plan')
"""

DISPATCH: Final = """
-- KEYS job shards active; ARGV id now shards window ahead ahead_bytes. Returns the shards to queue now.
-- At most `window` shards are out at a time, and none is `ahead` or more beyond those merged; nor, past one
-- window, so far that those which wait take more than `ahead_bytes`. A job that has stopped gets none.
local out = {}
if redis.call('HGET', KEYS[1], 'status') ~= 'running' then return out end
local counts = redis.call('HMGET', KEYS[1], 'dispatched', 'stored', 'merged', 'shard_bytes', 'stopped')
if counts[5] then return out end
local next_one, stored, merged = tonumber(counts[1]), tonumber(counts[2]), tonumber(counts[3])
local window = tonumber(ARGV[4])
local fitting = math.floor(tonumber(ARGV[6]) / tonumber(counts[4] or 1))
local ahead = math.max(window, math.min(tonumber(ARGV[5]), fitting))
while next_one < tonumber(ARGV[3]) and next_one - stored < window and next_one - merged < ahead do
    if next_one >= merged and redis.call('HEXISTS', KEYS[2], next_one) == 0 then
        table.insert(out, next_one)
    end
    next_one = next_one + 1
end
redis.call('HSET', KEYS[1], 'dispatched', next_one)
redis.call('ZADD', KEYS[3], 'XX', ARGV[2], ARGV[1])
return out
"""

STORE_SHARD: Final = """
-- KEYS job shards progress active totals; ARGV id now shard evidence samples seconds.
-- Returns 1 when stored by this call, 0 when it was stored before, -1 unless the job is running.
if redis.call('HGET', KEYS[1], 'status') ~= 'running' then return -1 end
if tonumber(ARGV[3]) < tonumber(redis.call('HGET', KEYS[1], 'merged')) then return 0 end
if redis.call('HSETNX', KEYS[2], ARGV[3], ARGV[4]) == 0 then return 0 end
redis.call('HINCRBY', KEYS[1], 'stored', 1)
redis.call('HSET', KEYS[1], 'shard_bytes', #ARGV[4])
redis.call('HINCRBY', KEYS[1], 'samples', ARGV[5])
redis.call('HINCRBY', KEYS[5], 'samples', ARGV[5])
redis.call('HINCRBY', KEYS[5], 'shards', 1)
redis.call('HINCRBYFLOAT', KEYS[5], 'shard_seconds', ARGV[6])
redis.call('HDEL', KEYS[3], ARGV[3])
redis.call('ZADD', KEYS[4], 'XX', ARGV[2], ARGV[1])
return 1
"""

MERGE: Final = """
-- KEYS job shards evidence running; ARGV expected merged evidence stopped [radius samples certificate].
-- Replaces the shards from `expected` up to `merged` by the sum of all below `merged`, unless another worker
-- has merged meanwhile (returns 0). The certificate stays if an earlier one has a larger radius.
if redis.call('HGET', KEYS[1], 'status') ~= 'running' then return 0 end
if redis.call('HGET', KEYS[1], 'merged') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'merged', ARGV[2])
redis.call('SET', KEYS[3], ARGV[3])
for shard = ARGV[1], ARGV[2] - 1 do redis.call('HDEL', KEYS[2], shard) end
if ARGV[4] == '1' then redis.call('HSET', KEYS[1], 'stopped', 1) end
if ARGV[5] then
    local best = redis.call('HGET', KEYS[1], 'running_radius')
    if not best or tonumber(ARGV[5]) >= tonumber(best) then
        redis.call('HSET', KEYS[1], 'running_radius', ARGV[5], 'running_samples', ARGV[6])
        redis.call('SET', KEYS[4], ARGV[7])
    end
end
return 1
"""

REPORT: Final = """
-- KEYS job progress active; ARGV id now shard samples. Returns the job's state.
local state = redis.call('HGET', KEYS[1], 'status')
if state == 'running' and tonumber(ARGV[3]) >= tonumber(redis.call('HGET', KEYS[1], 'merged')) then
    redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
    redis.call('ZADD', KEYS[3], 'XX', ARGV[2], ARGV[1])
end
return state
"""

ACQUIRE: Final = """
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
"""

RENEW: Final = """
-- KEYS lease active; ARGV owner ttl_ms id now. A held lease is a sign of life of its job.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], 'XX', ARGV[4], ARGV[3])
return 1
"""

RELEASE: Final = """
-- KEYS lease attempts; ARGV owner step forget. With `forget`, the step ended in order: its attempts go too.
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
if ARGV[3] == '1' then redis.call('HDEL', KEYS[2], ARGV[2]) end
return 1
"""

STALLED: Final = """
-- KEYS active consumed; ARGV now stall batch job_prefix messages_prefix queue.
-- Returns the ids of at most `batch` jobs that nothing will wake, those silent for longest first: all that
-- was sent until `stall` after their last sign of life has been taken from the queue of their steps. A sign
-- of life from the future is none, but a clock that was set back.
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
"""
