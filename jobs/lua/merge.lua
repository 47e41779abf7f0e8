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
