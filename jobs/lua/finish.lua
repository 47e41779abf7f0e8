-- KEYS job progress active queued totals running [others];
-- ARGV id now ttl_ms state outcome plan sampling_at samples seconds bucket radius samples_of_it channel [field value]...
-- Ends a job, counts its outcome in totals and, if it is a row, in its run, and publishes its id on `channel`. A
-- cancelled job keeps the certificate that its samples supported.
-- `plan`, if not '', is the plan of a job that was counted in one piece, with `samples` samples since `sampling_at`; `bucket`
-- is where its time counts in the histogram of shards.
-- `radius`, if not '', is the last one certified before the end. Deletes progress, running and the other keys.
-- Returns 1 when this call ended the job, 0 when it had ended before, -1 when there is no such job, -2 when the job
-- has a plan and `plan` is given.

-- Adds the row's end to its run. A row's job does not expire by itself: it goes with its run. The radius is written
-- as text with 17 digits, since cjson would round it to 14, perhaps upwards.
local function end_row(run, row, began, before)
    local job = redis.call('HMGET', KEYS[1], 'certificate', 'samples', 'started_at', 'plan')
    local label = tonumber(cjson.decode(began)[3])
    local seconds = job[3] and tonumber(ARGV[2]) - tonumber(job[3]) or cjson.null
    local clean = job[4] and cjson.decode(job[4]).clean or cjson.null
    local predicted, abstained, radius, told = cjson.null, cjson.null, cjson.null, cjson.null
    if job[1] then
        local certificate = cjson.decode(job[1])
        predicted, abstained, radius = certificate.prediction.index, certificate.abstained, certificate.radius
        told = string.format('%.17g', radius)
    end
    redis.call('HSET', run .. ':ends', row,
        cjson.encode({ARGV[4], predicted, clean, abstained, told, tonumber(job[2]), seconds}))
    redis.call('ZREM', run .. ':open', row)
    redis.call('HINCRBY', run, before, -1)
    redis.call('HINCRBY', run, ARGV[4], 1)
    redis.call('HINCRBY', run, 'samples', job[2])
    redis.call('HSET', run, 'ended_at', ARGV[2])
    local expiring = redis.call('HGET', run, 'expiring')
    redis.call('ZADD', expiring, 'XX', ARGV[2] + ARGV[3] / 1000, string.match(run, '[^:]+$'))
    if ARGV[4] ~= 'succeeded' then
        redis.call('ZADD', run .. ':' .. ARGV[4], row, row)
        return
    end
    local steps = tonumber(redis.call('HGET', run, 'radius_steps'))
    if abstained then
        redis.call('HINCRBY', run, 'abstained', 1)
        redis.call('ZADD', run .. ':abstained', row, row)
    else
        redis.call('HINCRBY', run, 'certified_sum', string.format('%d', math.floor(radius * steps)))
        redis.call('ZADD', run .. ':certified', told, row)
    end
    if not label then return end
    redis.call('HINCRBY', run, 'labelled', 1)
    if clean ~= cjson.null then redis.call('HINCRBY', run, 'clean_known', 1) end
    if clean == label then redis.call('HINCRBY', run, 'clean_correct', 1) end
    if predicted == label and not abstained then
        redis.call('HINCRBY', run, 'correct', 1)
        redis.call('HINCRBY', run, 'radius_sum', string.format('%d', math.floor(radius * steps)))
        redis.call('ZADD', run .. ':correct', told, row)
    else
        redis.call('ZADD', run .. ':wrong', row, row)
    end
end

local state = redis.call('HGET', KEYS[1], 'status')
if not state then return -1 end
if state ~= 'queued' and state ~= 'running' then return 0 end
local asked, counted = unpack(redis.call('HMGET', KEYS[1], 'n', 'samples'))
if ARGV[6] ~= '' then
    if redis.call('HSETNX', KEYS[1], 'plan', ARGV[6]) == 0 then return -2 end
    redis.call('HSET', KEYS[1], 'sampling_at', ARGV[7], 'samples', ARGV[8])
    redis.call('HINCRBY', KEYS[5], 'samples', ARGV[8])
    redis.call('HINCRBYFLOAT', KEYS[5], 'shard_seconds', ARGV[9])
    redis.call('HINCRBY', KEYS[5], ARGV[10], 1)
else
    for _, done in ipairs(redis.call('HVALS', KEYS[2])) do redis.call('HINCRBY', KEYS[1], 'samples', done) end
end
local best = ARGV[11] ~= '' and redis.call('HGET', KEYS[1], 'running_radius')
if ARGV[11] ~= '' and (not best or tonumber(ARGV[11]) >= tonumber(best)) then
    redis.call('HSET', KEYS[1], 'running_radius', ARGV[11], 'running_samples', ARGV[12])
end
redis.call('HSET', KEYS[1], 'status', ARGV[4], 'finished_at', ARGV[2])
for i = 14, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
if ARGV[4] == 'cancelled' then
    local certificate = redis.call('GET', KEYS[6])
    if certificate then redis.call('HSET', KEYS[1], 'certificate', certificate) end
end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('HINCRBY', KEYS[5], ARGV[5], 1)
redis.call('HINCRBY', KEYS[5], 'remaining', counted - asked)
redis.call('DEL', KEYS[2], unpack(KEYS, 6))
local owned_active = redis.call('HGET', KEYS[1], 'owned_active')
if owned_active then redis.call('SREM', owned_active, ARGV[1]) end
local fleet_jobs = redis.call('HGET', KEYS[1], 'fleet_jobs')
if fleet_jobs then redis.call('SREM', fleet_jobs, ARGV[1]) end
local run, row = unpack(redis.call('HMGET', KEYS[1], 'run', 'row'))
local began = run and redis.call('HGET', run .. ':rows', row)
if began then
    end_row(run, row, began, state)
else
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
    local idempotency = redis.call('HGET', KEYS[1], 'idempotency')
    if idempotency then redis.call('PEXPIRE', idempotency, ARGV[3]) end
end
redis.call('PUBLISH', ARGV[13], ARGV[1])
return 1
