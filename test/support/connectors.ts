import { type BibRecord, emptyBibRecord } from '../../src/marc/record.ts';
import { ConnectorError } from '../../src/members/errors.ts';
import type { Clock } from '../../src/members/guards/clock.ts';
import { abortError } from '../../src/members/guards/deadline.ts';
import type {
  Ask,
  Connector,
  Library,
  OnRecords,
  Outcome,
  SourceRecord,
} from '../../src/members/types.ts';

/** A library document with the defaults a test needs; `limits` and `indexes` can be set. */
export function testLibrary(
  id: string,
  connector: {
    limits?: Partial<Library['connector']['limits']>;
    indexes?: Library['connector']['indexes'];
    reach?: Library['connector']['reach'];
  } = {},
): Library {
  return {
    id,
    code: '900000',
    name: { zh: `测试馆${id}` },
    aliases: [],
    kind: 'member',
    outsideLimit: false,
    parent: null,
    categories: [],
    status: 'live',
    verified: { on: null, how: '' },
    identifiers: { calis: null, isil: null },
    campuses: [],
    contact: {},
    services: { search: true },
    calendar: {},
    connector: {
      protocol: 'z3950',
      host: '127.0.0.1',
      port: 1,
      databases: [{ name: 'main' }],
      syntax: 'usmarc',
      elementSet: 'F',
      auth: { kind: 'open' },
      negotiateCharset: false,
      pipeline: false,
      piggyback: true,
      charset: 'utf-8',
      queryCharset: 'utf-8',
      records: 'marc21',
      indexes: connector.indexes ?? { any: { '1': 1016 } },
      terms: {},
      sorts: {},
      repairs: [],
      reach: connector.reach ?? 'public',
      limits: {
        pageSize: 20,
        connections: 2,
        timeoutMs: 8000,
        perMinute: 100_000,
        ...connector.limits,
      },
    },
  } as unknown as Library;
}

export function bib(fields: Partial<BibRecord> & { readonly title: string }): BibRecord {
  return { ...emptyBibRecord('marc21', fields.title), ...fields };
}

export function sourceOf(
  library: string,
  position: number,
  record: BibRecord,
  localId = record.controlNumber ?? `${library}-${position}`,
): SourceRecord {
  return {
    library,
    localId,
    position,
    record,
    marc: null,
    raw: Buffer.from(JSON.stringify([localId, record.title, record.year, record.isbn])),
    syntax: 'application/json',
    charset: 'utf-8',
    warnings: [],
  };
}

export interface Behaviour {
  /** What the library has, in its order; by default one book for each place of `hits`. */
  readonly books?: readonly BibRecord[];
  /** The count the library gives; by default what it has. */
  readonly hits?: number;
  readonly exact?: boolean;
  readonly sorted?: boolean;
  readonly unreadable?: number;
  readonly incomplete?: string | null;
  /** Milliseconds before the first record, and before the end. */
  readonly firstMs?: number;
  readonly totalMs?: number;
  /** Fails with this after `totalMs`; records before it when `fails.after` says so. */
  readonly fails?: { readonly error: () => ConnectorError; readonly after?: number };
  /** Never settles; with `deaf` not even when the signal aborts. */
  readonly hangs?: 'listening' | 'deaf';
}

export interface FakeConnector extends Connector {
  readonly asks: readonly Ask[];
  /** Asks in flight just now, and the most there ever were. */
  readonly inFlight: number;
  readonly mostInFlight: number;
  readonly aborted: number;
  behave(behaviour: Behaviour): void;
}

/** A connector with the manners of a real one and the answers a test wants. */
export function fakeConnector(
  library: Library,
  clock: Clock,
  first: Behaviour = {},
): FakeConnector {
  let behaviour = first;
  const asks: Ask[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  let aborted = 0;
  const search = async (ask: Ask, signal: AbortSignal, onRecords: OnRecords): Promise<Outcome> => {
    const now = behaviour;
    asks.push(ask);
    mostInFlight = Math.max(mostInFlight, ++inFlight);
    const onAbort = () => aborted++;
    signal.addEventListener('abort', onAbort);
    try {
      return await answer(library, now, ask, signal, onRecords, clock);
    } finally {
      signal.removeEventListener('abort', onAbort);
      inFlight--;
    }
  };
  return {
    library,
    search,
    close: async () => {},
    asks,
    behave: (next) => {
      behaviour = next;
    },
    get inFlight() {
      return inFlight;
    },
    get mostInFlight() {
      return mostInFlight;
    },
    get aborted() {
      return aborted;
    },
  };
}

async function answer(
  library: Library,
  behaviour: Behaviour,
  ask: Ask,
  signal: AbortSignal,
  onRecords: OnRecords,
  clock: Clock,
): Promise<Outcome> {
  const { books = [], firstMs = 0, totalMs = firstMs } = behaviour;
  const hits = behaviour.hits ?? books.length;
  ask.trace.enter('search');
  ask.trace.roundTrip();
  if (behaviour.hangs === 'deaf') return new Promise(() => {});
  if (behaviour.hangs === 'listening') await sleep(library.id, ask, signal, clock, 10 ** 9);
  await sleep(library.id, ask, signal, clock, firstMs);
  ask.trace.enter('present');
  const asked = books.slice(ask.start - 1, ask.start - 1 + ask.limit);
  const records = asked.map((book, i) => sourceOf(library.id, ask.start + i, book));
  const failing = behaviour.fails;
  const sent = failing ? records.slice(0, failing.after ?? 0) : records;
  if (sent.length > 0) onRecords(sent, hits);
  await sleep(library.id, ask, signal, clock, totalMs - firstMs);
  if (failing) throw failing.error();
  return {
    hits,
    exact: behaviour.exact ?? true,
    fetched: sent.length,
    unreadable: behaviour.unreadable ?? 0,
    sorted: ask.sort === null || (behaviour.sorted ?? false),
    simplified: [],
    incomplete: behaviour.incomplete ?? null,
  };
}

/** Waits as a connector waits: at most until the deadline, and no longer than the signal allows. */
function sleep(id: string, ask: Ask, signal: AbortSignal, clock: Clock, ms: number): Promise<void> {
  if (signal.aborted) return Promise.reject(abortError(id, signal));
  if (ms <= 0) return Promise.resolve();
  const left = ask.deadline - clock.now();
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onAbort = () => settle(() => reject(abortError(id, signal)));
    const cancel = clock.after(Math.min(ms, left), () =>
      settle(() =>
        ms <= left ? resolve() : reject(new ConnectorError(id, 'timeout', 'No answer in time.')),
      ),
    );
    signal.addEventListener('abort', onAbort);
  });
}
