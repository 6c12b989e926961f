import { checkLibrary } from '../../src/members/check.ts';
import { createDirectory, type Directory } from '../../src/members/directory.ts';
import type { LibraryDocument, LibraryInput } from '../../src/members/document.ts';
import { type GuardedConnector, guard } from '../../src/members/guards/index.ts';
import { createHealth, type Health, type HealthSettings } from '../../src/members/health/index.ts';
import { isOffered } from '../../src/members/services.ts';
import type { Outcome } from '../../src/members/types.ts';
import { type WatchedConnector, watched } from '../../src/members/watched.ts';
import type { Clock } from '../../src/store/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { createVirtualClock, settled, type VirtualClock } from './clock.ts';
import { type Behaviour, bib, type FakeConnector, fakeConnector } from './connectors.ts';
import { minimalDocument } from './documents.ts';
import { words } from './searches.ts';

export const healthSettings: HealthSettings = {
  everyMinutes: 15,
  slowMs: 3000,
  tell: { checks: 3, minutes: 30 },
  askedFrom: '203.0.113.7',
  timezone: 'Asia/Shanghai',
  shadowPerMinute: 60,
};

/** Who plans and compares in tests. */
export const tester = { kind: 'administrator', id: 'test' };

/** One gateway's health over libraries that answer as a test wants, on a clock that it moves. */
export interface HealthWorld {
  readonly health: Health;
  readonly clock: Clock;
  readonly virtual: VirtualClock;
  readonly directory: Directory;
  readonly faults: string[];
  /** The server behind a library, and the one behind a candidate document of it. */
  server(id: string): FakeConnector;
  candidate(id: string): FakeConnector;
  connector(id: string): WatchedConnector;
  /** A reader's search at one library, whatever time it takes; what it failed with is returned. */
  search(id: string, term?: string, waitMs?: number): Promise<Outcome | Error>;
  /** Lets minutes pass; the wall clock goes with them. */
  minutes(count: number): Promise<void>;
}

export interface WorldOptions {
  readonly inputs: readonly LibraryInput[];
  readonly settings?: Partial<HealthSettings>;
  /** Another gateway's clock, where two share a database. */
  readonly virtual?: VirtualClock;
}

const begins = Date.parse('2026-03-01T08:00:00Z');

/** Eight books of one subject with numbers and ISBNs of nobody. */
export const someBooks = Array.from({ length: 8 }, (_, i) =>
  bib({
    title: `${'甲乙丙丁戊己庚辛'[i]}地方志研究与编纂`,
    year: 1990 + i,
    controlNumber: `n${i}`,
  }),
);

export async function healthWorld(
  database: Database | null,
  { inputs, settings = {}, virtual = createVirtualClock() }: WorldOptions,
): Promise<HealthWorld> {
  const clock: Clock = { now: () => new Date(begins + virtual.now() - 1_000_000) };
  const directory = createDirectory();
  for (const input of inputs) directory.put(filled(input), input, 'registered');
  const servers = new Map<string, FakeConnector>();
  const candidates = new Map<string, FakeConnector>();
  const connectors = new Map<string, WatchedConnector>();
  const faults: string[] = [];
  const connect = (into: Map<string, FakeConnector>, library: LibraryDocument) => {
    const fake = fakeConnector(library, virtual, { books: someBooks });
    into.set(library.id, fake);
    return guard(fake, { clock: virtual, random: () => 0.5 });
  };
  const connector = (id: string): WatchedConnector => {
    const known = connectors.get(id);
    if (known !== undefined) return known;
    const library = directory.get(id)?.library;
    if (library === undefined) throw new Error(`no library ${id}`);
    const made = watched(connect(servers, library), health.watch);
    connectors.set(id, made);
    return made;
  };
  const health: Health = createHealth({
    settings: { ...healthSettings, ...settings },
    directory,
    connectorFor: (id) => {
      const library = directory.get(id)?.library;
      const isAsked = library !== undefined && isOffered(library, 'search', clock.now());
      return isAsked ? connector(id).unwatched : undefined;
    },
    makeConnector: (library): GuardedConnector => connect(candidates, library),
    checkDocument: (value) => checkLibrary(value, {}),
    site: () => 'https://guanji.example',
    clock,
    monotonic: virtual,
    random: () => 0.5,
    onError: (error) => faults.push(String(error)),
  });
  if (database !== null) await health.open(database);
  const need = (from: Map<string, FakeConnector>, id: string) => {
    const found = from.get(id);
    if (found === undefined) throw new Error(`${id} was never connected to`);
    return found;
  };
  return {
    health,
    clock,
    virtual,
    directory,
    faults,
    connector,
    server: (id) => {
      connector(id);
      return need(servers, id);
    },
    candidate: (id) => need(candidates, id),
    async search(id, term = '地方志', waitMs = 8000) {
      const trace = { enter: () => {}, roundTrip: () => {} };
      const deadline = virtual.now() + waitMs;
      const ask = { query: words(term), start: 1, limit: 20, sort: null, deadline, trace };
      let isOver = false;
      const work = connector(id)
        .search(ask, new AbortController().signal, () => {})
        .catch((error: Error) => error)
        .finally(() => {
          isOver = true;
        });
      await settled();
      while (!isOver) await virtual.advance(50);
      await virtual.advance(0);
      return work;
    },
    minutes: (count) => virtual.advance(count * 60_000),
  };
}

export function filled(input: LibraryInput): LibraryDocument {
  const checked = checkLibrary(input, {});
  if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
  return checked.library;
}

/** A live member whose desk can be written to. */
export function member(id: string, more: Partial<LibraryInput> = {}): LibraryInput {
  return minimalDocument(id, {
    name: { zh: `示范馆${id}`, en: `Library ${id}` },
    status: 'live',
    contact: { email: `desk@${id}.example` },
    ...more,
  });
}

export type { Behaviour };
