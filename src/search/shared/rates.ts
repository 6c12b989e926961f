import type { Rates } from '../../members/guards/rates.ts';
import { type SharedConnection, script } from './connection.ts';

const minuteMs = 60_000;

/**
 * Counts one ask over a sliding minute: the minute before counts by the part of it that is still in view. Tells
 * how long to wait, or 0, and whether the library itself asked for that. Times are the store's own.
 */
const take = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', KEYS[1], 'start', 'before', 'count', 'held')
local held = tonumber(known[4] or '0') - now
if held > 0 then return {held, 1} end
local limit, minute = tonumber(ARGV[1]), tonumber(ARGV[2])
local start = tonumber(known[1] or now)
local before, count = tonumber(known[2] or '0'), tonumber(known[3] or '0')
local passed = math.floor((now - start) / minute)
if passed > 0 then
  before = passed == 1 and count or 0
  count = 0
  start = start + passed * minute
end
local share = 1 - (now - start) / minute
local wait = 0
if count + 1 > limit then
  wait = minute - (now - start)
elseif count + before * share + 1 > limit then
  wait = (share - (limit - 1 - count) / before) * minute
else
  count = count + 1
end
redis.call('HSET', KEYS[1], 'start', start, 'before', before, 'count', count)
redis.call('PEXPIRE', KEYS[1], 2 * minute)
return {math.ceil(wait), 0}`);

const hold = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'held', now + ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1] + 2 * ARGV[2])
return 1`);

/** Asks counted in Redis or Valkey; while that is away each gateway keeps to its share. */
export function createSharedRates(connection: SharedConnection, gateways: () => number): Rates {
  const keyOf = (library: string) => connection.key('rate', library);
  return {
    async take(library, perMinute) {
      const told = await connection
        .run(take, [keyOf(library)], [perMinute, minuteMs])
        .catch(() => null);
      if (told === null) return null;
      const [waitMs = 0, held] = told as readonly number[];
      return { waitMs, held: held === 1 };
    },
    hold(library, forMs) {
      connection.run(hold, [keyOf(library)], [Math.ceil(forMs), minuteMs]).catch(() => {});
    },
    share: (perMinute) => Math.max(1, Math.floor(perMinute / gateways())),
  };
}
