-- Charges a call to all budgets or to none. KEYS are the budgets; for each ARGV has
-- four values: the algorithm ("bucket", "log" or "slots"), the calls of a period, the
-- period in microseconds, and the burst. Returns for each budget: 1 if it has no room,
-- the calls that remain, and the microseconds until there are more.

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local SLOTS = 128

-- expire keeps a budget for a time in microseconds.
local function expire(key, time)
  redis.call('PEXPIRE', key, math.ceil(time / 1000) + 1)
end

-- later is the time of a budget that was last charged at a time. A clock that has gone
-- back, after a failover for example, stands still meanwhile, for a period at most.
local function later(key, last, period)
  if last - now >= period then
    redis.call('DEL', key)
    return now
  end
  return math.max(now, last)
end

-- log: a list of the times of the calls of the last period.
local log = {}

function log.look(b)
  local last = redis.call('LINDEX', b.key, -1)
  b.now = last and later(b.key, tonumber(last), b.period) or now
  local first = redis.call('LINDEX', b.key, 0)
  while first and tonumber(first) + b.period <= b.now do
    redis.call('LPOP', b.key)
    first = redis.call('LINDEX', b.key, 0)
  end
  local size = redis.call('LLEN', b.key)
  b.remaining = b.calls - size
  b.refused = size >= b.calls
  b.reset = first and tonumber(first) + b.period - b.now or 0
end

function log.add(b)
  redis.call('RPUSH', b.key, string.format('%.0f', b.now))
  expire(b.key, b.now - now + b.period)
  if b.reset == 0 then b.reset = b.period end
end

-- slots: a hash of the calls in each part of a period. A call counts until the whole of
-- its slot is older than a period. o and n are the oldest and the newest slot, s is the
-- sum of all.
local slots = {}

function slots.look(b)
  local width = b.period / SLOTS
  local was = redis.call('HMGET', b.key, 'o', 'n', 's')
  local oldest, newest, sum = tonumber(was[1]), tonumber(was[2]), tonumber(was[3])
  b.now = newest and later(b.key, newest * width, b.period) or now
  b.at = math.floor(b.now / width)
  if not newest or b.at - newest > SLOTS or redis.call('EXISTS', b.key) == 0 then
    redis.call('DEL', b.key)
    b.oldest, b.sum = b.at, 0
  else
    b.at = math.max(b.at, newest)
    b.oldest, b.sum = oldest, sum
    while b.sum > 0 do
      local field = string.format('%.0f', b.oldest)
      local count = tonumber(redis.call('HGET', b.key, field) or '0')
      if count > 0 and b.oldest >= b.at - SLOTS then break end
      redis.call('HDEL', b.key, field)
      b.sum = b.sum - count
      b.oldest = b.oldest + 1
    end
    if b.sum == 0 then b.oldest = b.at end
    redis.call('HSET', b.key, 'o', string.format('%.0f', b.oldest), 's', string.format('%.0f', b.sum))
  end
  b.remaining = b.calls - b.sum
  b.refused = b.sum >= b.calls
  b.reset = b.sum > 0 and (b.oldest + SLOTS + 1) * width - b.now or 0
end

function slots.add(b)
  local at = string.format('%.0f', b.at)
  redis.call('HINCRBY', b.key, at, 1)
  redis.call('HSET', b.key, 'o', string.format('%.0f', b.oldest), 'n', at, 's', string.format('%.0f', b.sum + 1))
  local width = b.period / SLOTS
  expire(b.key, (b.at + SLOTS + 1) * width - now)
  b.reset = (b.oldest + SLOTS + 1) * width - b.now
end

-- bucket: a hash of the tokens there were at a time.
local bucket = {}

function bucket.left(b)
  b.remaining = math.floor(b.tokens + 1e-9)
  b.refused = b.remaining < 1
  b.reset = b.tokens < b.burst and (b.remaining + 1 - b.tokens) * b.period / b.calls or 0
end

function bucket.look(b)
  local was = redis.call('HMGET', b.key, 'l', 't')
  local tokens, at = tonumber(was[1]), tonumber(was[2])
  b.now, b.tokens = now, b.burst
  if tokens then
    b.now = later(b.key, at, b.period)
    if b.now >= at then
      b.tokens = math.min(b.burst, tokens + (b.now - at) * b.calls / b.period)
    end
  end
  bucket.left(b)
end

function bucket.add(b)
  b.tokens = b.tokens - 1
  redis.call('HSET', b.key, 'l', string.format('%.17g', b.tokens), 't', string.format('%.0f', b.now))
  expire(b.key, b.now - now + (b.burst - b.tokens) * b.period / b.calls)
  bucket.left(b)
end

local algorithms = { log = log, slots = slots, bucket = bucket }
local budgets = {}
local admitted = true
for i, key in ipairs(KEYS) do
  local at = (i - 1) * 4
  local b = {
    key = key, algorithm = algorithms[ARGV[at + 1]], calls = tonumber(ARGV[at + 2]),
    period = tonumber(ARGV[at + 3]), burst = tonumber(ARGV[at + 4]),
  }
  b.algorithm.look(b)
  admitted = admitted and not b.refused
  budgets[i] = b
end

local answer = {}
for _, b in ipairs(budgets) do
  local refused, remaining = b.refused, b.remaining
  if admitted then
    b.algorithm.add(b)
    refused, remaining = false, remaining - 1
  end
  table.insert(answer, refused and 1 or 0)
  table.insert(answer, math.max(remaining, 0))
  table.insert(answer, math.ceil(math.max(b.reset, 0)))
end
return answer
