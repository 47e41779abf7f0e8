-- KEYS index of runs by creation time;
-- ARGV prefix of runs' keys, behind, limit, most runs to look at, owner, state, model, certifier, beginning of the name;
-- state to beginning: '' for any. Returns {creation time of the last run looked at, or '' if no more follow,
-- {id, correct rows at each radius of interest, separated by spaces, field, value, ...} for each run found}.
local function state_of(run, spec)
    local told = redis.call('HMGET', run, 'status', 'rows', 'succeeded', 'failed', 'cancelled', 'skipped')
    if told[1] == 'cancelled' then return 'cancelled' end
    local ended = (tonumber(told[3]) or 0) + (tonumber(told[4]) or 0) + (tonumber(told[5]) or 0)
    local expected = tonumber(spec.expected_rows)
    local skipped = tonumber(told[6]) or 0
    if expected and ended + skipped >= expected and ended == tonumber(told[2]) then return 'complete' end
    return 'open'
end
local function any_or(asked, told) return asked == '' or asked == told end
local function wanted(run, spec)
    return spec.owner == ARGV[5] and any_or(ARGV[7], spec.model) and any_or(ARGV[8], spec.certifier)
        and string.sub(spec.name, 1, #ARGV[9]) == ARGV[9] and (ARGV[6] == '' or ARGV[6] == state_of(run, spec))
end
local function counted(run, spec)
    local counts = {}
    for i, radius in ipairs(spec.radii) do
        counts[i] = redis.call('ZCOUNT', run .. ':correct', string.format('%.17g', radius), '+inf')
    end
    return table.concat(counts, ' ')
end
local found, limit, most = {''}, tonumber(ARGV[3]), tonumber(ARGV[4])
local listed = redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[2], '-inf', 'WITHSCORES', 'LIMIT', 0, most + 1)
for i = 1, #listed, 2 do
    if #found > limit or i > 2 * most then
        found[1] = listed[i - 1]
        break
    end
    local run = ARGV[1] .. listed[i]
    local stored = redis.call('HGET', run, 'spec')
    local spec = stored and cjson.decode(stored)
    if spec and wanted(run, spec) then
        local told = redis.call('HGETALL', run)
        table.insert(told, 1, counted(run, spec))
        table.insert(told, 1, listed[i])
        found[#found + 1] = told
    end
end
return found
