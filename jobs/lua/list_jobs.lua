-- KEYS index of jobs by creation time;
-- ARGV prefix of jobs' keys, behind, limit, most jobs to look at, owner, state, model, certifier, beginning of the key;
-- state to beginning: '' for any. Returns {creation time of the last job looked at, or '' if no more follow, id, ...}.
-- Jobs that have expired leave the index.
local function any_or(asked, told) return asked == '' or asked == told end
local function wanted(stored)
    if not any_or(ARGV[6], stored[1]) then return false end
    local spec = cjson.decode(stored[2])
    return spec.owner == ARGV[5] and any_or(ARGV[7], spec.model) and any_or(ARGV[8], spec.certifier)
        and (ARGV[9] == '' or string.sub(stored[3] or '', 1, #ARGV[9]) == ARGV[9])
end
local found, limit, most = {''}, tonumber(ARGV[3]), tonumber(ARGV[4])
local listed = redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[2], '-inf', 'WITHSCORES', 'LIMIT', 0, most + 1)
for i = 1, #listed, 2 do
    if #found > limit or i > 2 * most then
        found[1] = listed[i - 1]
        break
    end
    local stored = redis.call('HMGET', ARGV[1] .. listed[i], 'status', 'spec', 'row_key')
    if not stored[1] then
        redis.call('ZREM', KEYS[1], listed[i])
    elseif wanted(stored) then
        found[#found + 1] = listed[i]
    end
end
return found
