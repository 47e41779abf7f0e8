"""Lua scripts: the transitions of a job that must happen as a whole or not at all.

A script runs alone on the server and reaches the append-only file as one transaction.
"""

from __future__ import annotations

from typing import Final

CREATE: Final = """
-- KEYS job input index active [idempotency]; ARGV id now version spec input fingerprint
-- Returns nothing, or "fingerprint:id" of the job that already holds the idempotency key.
if KEYS[5] then
    local held = redis.call('GET', KEYS[5])
    if held then return held end
    redis.call('SET', KEYS[5], ARGV[6] .. ':' .. ARGV[1])
    redis.call('HSET', KEYS[1], 'idempotency', KEYS[5])
end
-- Times in the index are unique, so a listing can go on behind any of them.
local now = ARGV[2]
while redis.call('ZCOUNT', KEYS[3], now, now) > 0 do now = string.format('%.6f', now + 0.000001) end
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'spec', ARGV[4], 'state', 'queued', 'created_at', now,
    'dispatched', 0, 'stored', 0, 'merged', 0, 'samples', 0)
redis.call('SET', KEYS[2], ARGV[5])
redis.call('ZADD', KEYS[3], now, ARGV[1])
redis.call('ZADD', KEYS[4], now, ARGV[1])
return false
"""

START: Final = """
-- KEYS job active; ARGV id now. Returns the state after, or nothing when there is no such job.
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'queued' then
    redis.call('HSET', KEYS[1], 'state', 'running', 'started_at', ARGV[2])
    redis.call('ZADD', KEYS[2], 'XX', ARGV[2], ARGV[1])
    return 'running'
end
return state
"""

FINISH: Final = """
-- KEYS job progress active [others]; ARGV id now state ttl_ms [field value]...
-- Deletes progress and the other keys. Returns 1 when this call ended the job, 0 when it had ended before,
-- -1 when there is no such job.
local state = redis.call('HGET', KEYS[1], 'state')
if not state then return -1 end
if state ~= 'queued' and state ~= 'running' then return 0 end
for _, done in ipairs(redis.call('HVALS', KEYS[2])) do
    redis.call('HINCRBY', KEYS[1], 'samples', done)
end
redis.call('HSET', KEYS[1], 'state', ARGV[3], 'finished_at', ARGV[2])
for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('DEL', KEYS[2], unpack(KEYS, 4))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local idempotency = redis.call('HGET', KEYS[1], 'idempotency')
if idempotency then redis.call('PEXPIRE', idempotency, ARGV[4]) end
return 1
"""

FIX_PLAN: Final = """
-- KEYS job active; ARGV id now plan. Returns the job's plan, the first that came, or nothing unless running.
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return false end
if redis.call('HSETNX', KEYS[1], 'plan', ARGV[3]) == 1 then
    redis.call('HSET', KEYS[1], 'sampling_at', ARGV[2])
    redis.call('ZADD', KEYS[2], 'XX', ARGV[2], ARGV[1])
end
return redis.call('HGET', KEYS[1], 'plan')
"""

DISPATCH: Final = """
-- KEYS job shards active; ARGV id now shards window ahead. Returns the shards to put on the queue now.
-- At most `window` shards are out at a time, and none is `ahead` or more beyond those merged.
local out = {}
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return out end
local counts = redis.call('HMGET', KEYS[1], 'dispatched', 'stored', 'merged')
local next_one, stored, merged = tonumber(counts[1]), tonumber(counts[2]), tonumber(counts[3])
while next_one < tonumber(ARGV[3]) and next_one - stored < tonumber(ARGV[4])
    and next_one - merged < tonumber(ARGV[5]) do
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
-- KEYS job shards progress active; ARGV id now shard evidence samples.
-- Returns 1 when stored by this call, 0 when it was stored before, -1 unless the job is running.
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return -1 end
if tonumber(ARGV[3]) < tonumber(redis.call('HGET', KEYS[1], 'merged')) then return 0 end
if redis.call('HSETNX', KEYS[2], ARGV[3], ARGV[4]) == 0 then return 0 end
redis.call('HINCRBY', KEYS[1], 'stored', 1)
redis.call('HINCRBY', KEYS[1], 'samples', ARGV[5])
redis.call('HDEL', KEYS[3], ARGV[3])
redis.call('ZADD', KEYS[4], 'XX', ARGV[2], ARGV[1])
return 1
"""

MERGE: Final = """
-- KEYS job shards evidence; ARGV expected merged evidence. Replaces the shards from `expected`
-- up to `merged` by the sum of all below `merged`, unless another worker has merged meanwhile (returns 0).
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return 0 end
if redis.call('HGET', KEYS[1], 'merged') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'merged', ARGV[2])
redis.call('SET', KEYS[3], ARGV[3])
for shard = ARGV[1], ARGV[2] - 1 do redis.call('HDEL', KEYS[2], shard) end
return 1
"""

REPORT: Final = """
-- KEYS job progress active; ARGV id now shard samples. Returns the job's state.
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'running' and tonumber(ARGV[3]) >= tonumber(redis.call('HGET', KEYS[1], 'merged')) then
    redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
    redis.call('ZADD', KEYS[3], 'XX', ARGV[2], ARGV[1])
end
return state
"""

ACQUIRE: Final = """
-- KEYS lease attempts consumed job; ARGV owner ttl_ms step dead_owner sent_at.
-- Returns {attempt, ''}; {0, owner} when a live process holds the step; {-1, ''} when the job has ended.
if ARGV[5] ~= '' then
    local latest = redis.call('GET', KEYS[3])
    if not latest or tonumber(latest) < tonumber(ARGV[5]) then redis.call('SET', KEYS[3], ARGV[5]) end
end
local state = redis.call('HGET', KEYS[4], 'state')
if state ~= 'queued' and state ~= 'running' then return {-1, ''} end
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[4] then return {0, owner} end
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
