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
-- KEYS job input shards progress attempts active; ARGV id now state ttl_ms [field value]...
-- Returns 1 when this call ended the job, 0 when it had ended before, -1 when there is no such job.
local state = redis.call('HGET', KEYS[1], 'state')
if not state then return -1 end
if state ~= 'queued' and state ~= 'running' then return 0 end
for _, done in ipairs(redis.call('HVALS', KEYS[4])) do
    redis.call('HINCRBY', KEYS[1], 'samples', done)
end
redis.call('HSET', KEYS[1], 'state', ARGV[3], 'finished_at', ARGV[2])
for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call('ZREM', KEYS[6], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local idempotency = redis.call('HGET', KEYS[1], 'idempotency')
if idempotency then redis.call('PEXPIRE', idempotency, ARGV[4]) end
return 1
"""
