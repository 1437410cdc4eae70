#include "bullmq/own_scripts.h"

namespace crm::bullmq {

const Script& claim_script() {
  static const Script script(R"lua(
local id = ARGV[1]
if redis.call('EXISTS', KEYS[6]) == 0 then return 0 end
local found = redis.call('LREM', KEYS[1], 1, id) + redis.call('LREM', KEYS[2], 1, id) +
              redis.call('ZREM', KEYS[4], id) + redis.call('ZREM', KEYS[5], id)
if found == 0 then return 0 end
redis.call('LPUSH', KEYS[3], id)
redis.call('SET', KEYS[7], ARGV[2], 'PX', ARGV[3])
return 1
)lua",
                             7);
  return script;
}

const Script& forget_events_script() {
  static const Script script(R"lua(
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)
if #first == 0 or tonumber(string.match(first[1][1], '^%d+')) > tonumber(ARGV[2]) then return 0 end
local from, forgotten = '-', 0
while true do
  local entries = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 500)
  for _, entry in ipairs(entries) do
    local event, id
    for n = 1, #entry[2], 2 do
      if entry[2][n] == 'event' then event = entry[2][n + 1] end
      if entry[2][n] == 'jobId' then id = entry[2][n + 1] end
    end
    if id == ARGV[1] and event ~= 'removed' then
      forgotten = forgotten + redis.call('XDEL', KEYS[1], entry[1])
    end
  end
  if #entries < 500 then return forgotten end
  from = '(' .. entries[#entries][1]
end
)lua",
                             1);
  return script;
}

const Script& index_script() {
  static const Script script(R"lua(
local function later(a, b)
  local am, as = string.match(a, '^(%d+)-(%d+)$')
  local bm, bs = string.match(b, '^(%d+)-(%d+)$')
  if tonumber(am) ~= tonumber(bm) then return tonumber(am) > tonumber(bm) end
  return tonumber(as) > tonumber(bs)
end
local at = redis.call('GET', KEYS[3])
if not at then return -1 end
local entries = redis.call('XRANGE', KEYS[1], '(' .. at, '+', 'COUNT', ARGV[1])
if #entries == 0 then return 0 end
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)
if at ~= '0-0' and later(first[1][1], at) then return -1 end
for _, entry in ipairs(entries) do
  local event, id
  for n = 1, #entry[2], 2 do
    if entry[2][n] == 'event' then event = entry[2][n + 1] end
    if entry[2][n] == 'jobId' then id = entry[2][n + 1] end
  end
  if event == 'added' then redis.call('ZADD', KEYS[2], 'NX', redis.call('INCR', KEYS[4]), id) end
  if event == 'removed' then redis.call('ZREM', KEYS[2], id) end
end
redis.call('SET', KEYS[3], entries[#entries][1])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[2]))
return #entries
)lua",
                             4);
  return script;
}

}  // namespace crm::bullmq
