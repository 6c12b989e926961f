import type { KeptState, SharedRound, SharedSearch, SharedSearches } from '../shared-searches.ts';
import type { SearchRequest } from '../types.ts';
import { pack, unpack } from './codec.ts';
import { type Reply, type SharedConnection, SharedStoreError, script } from './connection.ts';

const now = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

const announce = script(`${now}
redis.call('HSET', KEYS[1], 'request', ARGV[1], 'round', ARGV[2], 'roundAt', now)
redis.call('HDEL', KEYS[1], 'cancelled')
return redis.call('PEXPIRE', KEYS[1], ARGV[3])`);

/** Compare and set: a state made from an older one than is kept is refused. */
const keep = script(`
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or 0)
local known = tonumber(ARGV[1])
if version > known then return false end
redis.call('HSET', KEYS[1], 'version', known + 1, 'request', ARGV[2], 'state', ARGV[3])
redis.call('HDEL', KEYS[1], 'round', 'roundAt', 'cancelled')
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return known + 1`);

const read = script(`${now}
if redis.call('PEXPIRE', KEYS[1], ARGV[2]) == 0 then return false end
local kept = redis.call('HMGET', KEYS[1], 'version', 'request', 'round', 'roundAt', 'cancelled')
local version = tonumber(kept[1] or 0)
local state = ''
local epoch = tonumber(redis.call('HGET', KEYS[1], 'epoch') or 0)
if version > tonumber(ARGV[1]) then
  state = redis.call('HGET', KEYS[1], 'state') or ''
  epoch = redis.call('HINCRBY', KEYS[1], 'epoch', 1)
end
return {version, kept[2] or '', state, kept[3] or '', now - tonumber(kept[4] or now), kept[5] or '', epoch}`);

const cancel = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'cancelled', '1')
redis.call('PUBLISH', ARGV[1], ARGV[2])
return 1`);

/** Searches by id in Redis or Valkey; a search nobody reads any more goes after `keepMs`. */
export function createSharedSearches(
  connection: SharedConnection,
  { keepMs }: { readonly keepMs: number },
): SharedSearches {
  const keyOf = (id: string) => connection.key('search', id);
  return {
    async announce(id, request, round) {
      const args = [JSON.stringify(request), JSON.stringify(round), keepMs];
      await connection.run(announce, [keyOf(id)], args);
    },
    async keep(id, request, { records, ...head }, version) {
      const packed = await pack(head, records);
      const args = [version, JSON.stringify(request), packed, keepMs];
      const kept = await connection.run(keep, [keyOf(id)], args);
      return kept === null ? null : Number(kept);
    },
    async read(id, version) {
      const reply = await connection.run(read, [keyOf(id)], [version, keepMs]);
      return reply === null ? undefined : searchOf(reply as readonly Reply[]);
    },
    async cancel(id) {
      const args = [connection.channel, `cancel ${id}`];
      return (await connection.run(cancel, [keyOf(id)], args)) === 1;
    },
    onCancel(listener) {
      connection.onNews('cancel', listener);
    },
  };
}

async function searchOf(reply: readonly Reply[]): Promise<SharedSearch> {
  const [version, request, state, round, age, cancelled, epoch] = reply;
  const requested = parsed<SearchRequest>(request);
  if (requested === null) {
    throw new SharedStoreError('unreadable', 'The shared store holds a search without a request.');
  }
  return {
    version: Number(version),
    request: requested,
    state: await stateOf(state),
    round: roundOf(parsed(round), requested.waitMs - Number(age)),
    cancelled: String(cancelled) === '1',
    epoch: Number(epoch),
  };
}

async function stateOf(packed: Reply | undefined): Promise<KeptState | null> {
  if (!Buffer.isBuffer(packed) || packed.length === 0) return null;
  const { head, records } = await unpack(packed);
  return { ...(head as Omit<KeptState, 'records'>), records };
}

/** A round whose time is over is no round: its gateway has died. */
function roundOf(round: Omit<SharedRound, 'leftMs'> | null, leftMs: number): SharedRound | null {
  return round === null || leftMs < -1000 ? null : { ...round, leftMs };
}

function parsed<T>(reply: Reply | undefined): T | null {
  const text = reply === null || reply === undefined ? '' : reply.toString();
  return text === '' ? null : (JSON.parse(text) as T);
}
