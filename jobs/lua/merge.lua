-- KEYS job shards vectors sums prefix running active;
-- ARGV id now plan window ahead ahead_bytes
--   [expected expected_folded merged folded prefix sums radius samples certificate].
-- Replaces the shards from `expected` up to `merged` by the prefix of all below `merged`, in which the vectors of
-- those below `folded` are added up; then takes the shards to queue now and returns them. Returns 0 if another worker
-- has merged meanwhile, or the server came back with an older copy that lacks such a shard or added up fewer vectors;
-- -1 unless the job is running; -2 if its plan is not `plan`. `sums`, if not '', is the sum of the vectors of all
-- merged shards; their own vectors are deleted. `radius` is '' if nothing is certified. An earlier certificate with a
-- larger radius stays.
local state = redis.call('HMGET', KEYS[1], 'status', 'merged', 'shards', 'dispatched', 'stored', 'shard_bytes', 'plan',
    'folded')
if state[1] ~= 'running' then return -1 end
if state[7] ~= ARGV[3] then return -2 end
local merged = tonumber(state[2])
if ARGV[7] then
    if state[2] ~= ARGV[7] or state[8] ~= ARGV[8] then return 0 end
    for shard = ARGV[7], ARGV[9] - 1 do
        if redis.call('HEXISTS', KEYS[2], shard) == 0 then return 0 end
    end
    merged = tonumber(ARGV[9])
    redis.call('HSET', KEYS[1], 'merged', ARGV[9], 'folded', ARGV[10])
    redis.call('SET', KEYS[5], ARGV[11])
    for shard = ARGV[7], ARGV[9] - 1 do redis.call('HDEL', KEYS[2], shard) end
    if ARGV[12] ~= '' then
        redis.call('SET', KEYS[4], ARGV[12])
        for _, shard in ipairs(redis.call('HKEYS', KEYS[3])) do
            if tonumber(shard) < merged then redis.call('HDEL', KEYS[3], shard) end
        end
    end
    local best = ARGV[13] ~= '' and redis.call('HGET', KEYS[1], 'running_radius')
    if ARGV[13] ~= '' and (not best or tonumber(ARGV[13]) >= tonumber(best)) then
        redis.call('HSET', KEYS[1], 'running_radius', ARGV[13], 'running_samples', ARGV[14])
        redis.call('SET', KEYS[6], ARGV[15])
    end
end
-- At most `window` shards are out at a time, and none is `ahead` or more beyond those merged; nor, past one
-- window, so far that those which wait take more than `ahead_bytes`.
local out = {}
local shards, next_one, stored = tonumber(state[3]), tonumber(state[4]), tonumber(state[5])
local window = tonumber(ARGV[4])
local fitting = math.floor(tonumber(ARGV[6]) / tonumber(state[6] or 1))
local ahead = math.max(window, math.min(tonumber(ARGV[5]), fitting))
while next_one < shards and next_one - stored < window and next_one - merged < ahead do
    if next_one >= merged and redis.call('HEXISTS', KEYS[2], next_one) == 0 then table.insert(out, next_one) end
    next_one = next_one + 1
end
redis.call('HSET', KEYS[1], 'dispatched', next_one)
redis.call('ZADD', KEYS[7], 'XX', ARGV[2], ARGV[1])
return out
