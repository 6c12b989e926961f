import type { Slot, Slots } from '../../members/guards/slots.ts';
import { type SharedConnection, script } from './connection.ts';

export interface SharedSlots extends Slots {
  /** Gateways heard of last, this one among them. */
  readonly gateways: number;
  close(): Promise<void>;
}

/** A place lapses after this unless it is renewed, so that a gateway that dies gives its places back. */
const leaseMs = 6000;
const renewEveryMs = 2000;
/** A place is kept this long after an ask, as long as connections are. */
const keepMs = 90_000;
const lookAgainMs = 200;

/** Times are the store's own. Places and gateways are members with the time they lapse at. */
const take = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
  redis.call('PUBLISH', ARGV[4], ARGV[5])
  return 0
end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3] * 2)
return 1`);

const giveBack = script(`
redis.call('ZREM', KEYS[1], unpack(ARGV, 3))
redis.call('PUBLISH', ARGV[1], ARGV[2])
return 1`);

/** Renews only what has not lapsed: a place that was given to somebody else is gone. */
const renew = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lost = {}
for i = 2, #ARGV do
  if redis.call('ZSCORE', KEYS[1], ARGV[i]) then
    redis.call('ZADD', KEYS[1], now + tonumber(ARGV[1]), ARGV[i])
  else
    table.insert(lost, ARGV[i])
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1] * 2)
return lost`);

const present = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
return redis.call('ZCARD', KEYS[1])`);

interface Place {
  readonly name: string;
  busy: boolean;
  idleSince: number;
}

interface LibrarySlots {
  readonly places: Set<Place>;
  readonly waiting: Set<() => void>;
  readonly letGo: Set<() => void>;
  /** Another gateway has asked for a place; it asks again as long as it waits. */
  wantedAt: number;
}

/** Connections to libraries counted in Redis or Valkey; by shares of the limit while that is away. */
export function createSharedSlots(connection: SharedConnection): SharedSlots {
  const libraries = new Map<string, LibrarySlots>();
  const gatewaysKey = connection.key('gateways');
  let gateways = 1;
  let names = 0;

  const of = (library: string): LibrarySlots => {
    const known = libraries.get(library);
    if (known !== undefined) return known;
    const made: LibrarySlots = {
      places: new Set(),
      waiting: new Set(),
      letGo: new Set(),
      wantedAt: Number.NEGATIVE_INFINITY,
    };
    libraries.set(library, made);
    return made;
  };
  const keyOf = (library: string) => connection.key('slots', library);
  const wake = (library: string) => {
    for (const one of [...(libraries.get(library)?.waiting ?? [])]) one();
  };

  connection.onNews('free', wake);
  connection.onNews('wanted', (library) => {
    const known = libraries.get(library);
    if (known === undefined || known.places.size === 0) return;
    known.wantedAt = performance.now();
    const idle = [...known.places].filter(({ busy }) => !busy);
    if (idle.length > 0) giveUp(library, idle);
  });

  /** Idle connections go with the places they had. */
  function giveUp(library: string, places: readonly Place[]): void {
    const known = of(library);
    for (const place of places) known.places.delete(place);
    for (const letGo of known.letGo) letGo();
    const told = [connection.channel, `free ${library}`, ...places.map(({ name }) => name)];
    connection.run(giveBack, [keyOf(library)], told).catch(() => {});
  }

  async function beat(): Promise<void> {
    const count = await connection
      .run(present, [gatewaysKey], [connection.gateway, leaseMs])
      .catch(() => null);
    if (typeof count === 'number') gateways = Math.max(1, count);
    for (const [library, { places }] of libraries) {
      const old = [...places].filter((p) => !p.busy && performance.now() - p.idleSince > keepMs);
      if (old.length > 0) giveUp(library, old);
      if (places.size === 0) continue;
      const held = [...places].map(({ name }) => name);
      const lost = await connection
        .run(renew, [keyOf(library)], [leaseMs, ...held])
        .catch(() => []);
      const gone = new Set((lost as readonly Buffer[]).map(String));
      // A lapsed place that is in use is taken to its end; nobody can be called back from it.
      for (const place of [...places]) if (gone.has(place.name)) places.delete(place);
      if (gone.size > 0) for (const letGo of libraries.get(library)?.letGo ?? []) letGo();
    }
  }
  const timer = setInterval(() => void beat(), renewEveryMs).unref();
  void beat();

  function slotOf(library: string, place: Place): Slot {
    return {
      release() {
        if (!place.busy) return;
        place.busy = false;
        place.idleSince = performance.now();
        // Who waits here and who waits elsewhere have the same chance.
        if (place.idleSince - of(library).wantedAt < 2 * lookAgainMs) giveUp(library, [place]);
        wake(library);
      },
    };
  }

  return {
    get gateways() {
      return gateways;
    },
    width: (connections) =>
      connection.isAway ? Math.max(1, Math.floor(connections / gateways)) : connections,
    onWanted(library, letGo) {
      const known = of(library);
      known.letGo.add(letGo);
      return () => {
        known.letGo.delete(letGo);
      };
    },
    async acquire(library, connections, signal) {
      const known = of(library);
      for (;;) {
        signal.throwIfAborted();
        const idle = [...known.places].find(({ busy }) => !busy);
        if (idle !== undefined) {
          idle.busy = true;
          return slotOf(library, idle);
        }
        const name = `${connection.gateway} ${++names}`;
        const args = [name, connections, leaseMs, connection.channel, `wanted ${library}`];
        const taken = await connection.run(take, [keyOf(library)], args).catch(() => null);
        if (taken === null) return null;
        if (signal.aborted && taken === 1) giveUp(library, [{ name, busy: false, idleSince: 0 }]);
        signal.throwIfAborted();
        if (taken === 1) {
          const place = { name, busy: true, idleSince: 0 };
          known.places.add(place);
          return slotOf(library, place);
        }
        await freed(known, signal);
      }
    },
    async close() {
      clearInterval(timer);
      const leaving = [...libraries].flatMap(([library, { places }]) => {
        if (places.size === 0) return [];
        const held = [...places].map(({ name }) => name);
        const told = [connection.channel, `free ${library}`, ...held];
        return [connection.run(giveBack, [keyOf(library)], told)];
      });
      const gone = connection.send(['ZREM', gatewaysKey, connection.gateway]);
      await Promise.allSettled([...leaving, gone]);
    },
  };
}

/** Settles when a place may be free: at a word of it, after a while, or when the signal aborts. */
function freed({ waiting }: LibrarySlots, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', settle);
      waiting.delete(settle);
      resolve();
    };
    const timer = setTimeout(settle, lookAgainMs);
    signal.addEventListener('abort', settle, { once: true });
    waiting.add(settle);
  });
}
