import { type Clock, systemClock } from '../store/clock.ts';
import type { Directory } from './directory.ts';
import { ConnectorError } from './errors.ts';
import type { GuardedConnector } from './guards/index.ts';
import { isOffered } from './services.ts';
import type { Connector, Library } from './types.ts';

export interface ConnectorPool<C extends Connector> {
  /** The connector of a live library that offers search today; undefined for any other. */
  get(id: string): C | undefined;
  /** The connectors made so far, by library. */
  made(): Iterable<readonly [string, C]>;
  close(): Promise<void>;
}

/** An ask that is older than this has been given up by everybody. */
const maxDrainMs = 120_000;

interface Place<C> {
  readonly inner: C;
  /** What is handed out: counts asks, and sends those that come too late to the connector after it. */
  readonly connector: C;
  /** Asks under way. */
  asks: number;
  leaving: Leaving | null;
}

interface Leaving {
  /** Closed as soon as nothing is under way from then on. */
  isDue: boolean;
  timer: NodeJS.Timeout;
}

/**
 * One guarded connector per live library, made when it is first asked. A library that is to be asked in
 * another way gets a new one at once. The old one ends the asks it has; a search that still holds it, to page deeper or to ask
 * again, is served by the new one.
 */
export function createConnectorPool<C extends Connector = GuardedConnector>(
  directory: Directory,
  make: (library: Library) => C,
  clock: Clock = systemClock,
): ConnectorPool<C> {
  const places = new Map<string, Place<C>>();
  const leaving = new Set<Place<C>>();

  function get(id: string): C | undefined {
    const library = directory.get(id)?.library;
    if (library?.status !== 'live' || !isOffered(library, 'search', clock.now())) return undefined;
    const known = places.get(id);
    if (known) return known.connector;
    const made = placeOf(make(library));
    places.set(id, made);
    return made.connector;
  }

  function placeOf(inner: C): Place<C> {
    const through: Through<C> = async (work) => {
      if (place.leaving !== null) return work(successor(inner.library.id));
      place.asks += 1;
      try {
        return await work(inner);
      } finally {
        place.asks -= 1;
        closeIfDone(place);
      }
    };
    const place: Place<C> = {
      inner,
      connector: {
        ...inner,
        search: (ask, signal, onRecords) =>
          through((connector) => connector.search(ask, signal, onRecords)),
        ...(inner.holdings === undefined ? {} : { holdings: holdingsThrough(through) }),
      },
      asks: 0,
      leaving: null,
    };
    return place;
  }

  function successor(id: string): C {
    const connector = get(id);
    if (connector) return connector;
    throw new ConnectorError(id, 'suspended', 'The library is no longer asked.');
  }

  /** The library's own time limit passes first, for those who ask it past the pool. */
  function retire(place: Place<C>): void {
    const { timeoutMs } = place.inner.library.connector.limits;
    const due = () => {
      place.leaving = { isDue: true, timer: setTimeout(() => letGo(place), maxDrainMs).unref() };
      closeIfDone(place);
    };
    place.leaving = { isDue: false, timer: setTimeout(due, timeoutMs).unref() };
    leaving.add(place);
    place.inner.rest?.();
  }

  function closeIfDone(place: Place<C>): void {
    if (place.leaving?.isDue && place.asks === 0) letGo(place);
  }

  function letGo(place: Place<C>): void {
    clearTimeout(place.leaving?.timer);
    if (leaving.delete(place)) void place.inner.close();
  }

  directory.onChange((id, entry) => {
    const place = places.get(id);
    if (place === undefined || isAskedAlike(place.inner.library, entry?.library)) return;
    places.delete(id);
    retire(place);
  });

  return {
    get,
    made: function* () {
      for (const [id, { connector }] of places) yield [id, connector] as const;
    },
    async close() {
      const all = [...places.values(), ...leaving];
      for (const place of leaving) clearTimeout(place.leaving?.timer);
      places.clear();
      leaving.clear();
      await Promise.all(all.map(({ inner }) => inner.close()));
    },
  };
}

/** A new name or desk changes nothing about how a library is asked: pace, breaker and connections stay. */
function isAskedAlike(before: Library, after: Library | undefined): boolean {
  return (
    after?.status === 'live' && JSON.stringify(after.connector) === JSON.stringify(before.connector)
  );
}

type Through<C> = <T>(work: (connector: C) => Promise<T>) => Promise<T>;

/** A successor may speak a protocol in which copies cannot be asked for. */
function holdingsThrough<C extends Connector>(through: Through<C>): Connector['holdings'] {
  return (localId, ask, signal) =>
    through(async (connector) => {
      if (connector.holdings) return connector.holdings(localId, ask, signal);
      const { id } = connector.library;
      throw new ConnectorError(id, 'unsupported', 'Copies cannot be asked for.');
    });
}
