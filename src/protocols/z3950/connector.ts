import type { LibraryDocument, Z3950Settings } from '../../members/document.ts';
import type { Ask, Connector, Library, OnRecords, Outcome, Trace } from '../../members/types.ts';
import type { Simplification } from '../../query/types.ts';
import { browsed } from '../browse.ts';
import { boundBy } from '../egress/bounds.ts';
import type { ConnectorDependencies } from '../types.ts';
import { databasesOf } from './ask.ts';
import { connect } from './connect.ts';
import { type DatabaseOutcome, type DatabaseSearch, searchDatabase } from './database.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { toConnectorError } from './failures.ts';
import { copiesDocument, createCopies } from './holdings.ts';
import { scanZ3950 } from './operations.ts';
import { createPool, type Pool, type PoolCall } from './pool.ts';
import type { Learned } from './progress.ts';

type Z3950Library = LibraryDocument<Z3950Settings>;

/** Kept below the 120 s after which a seat at the library would be held for nobody. */
const idleMs = 90_000;
const setsIdleMs = 45_000;
const queueLength = 200;

/** A library asked over Z39.50 (ISO 23950). */
export function createZ3950Connector(
  library: Library,
  dependencies: ConnectorDependencies,
): Connector {
  const { connector } = library;
  if (connector.protocol !== 'z3950') {
    throw new TypeError(`Library ${library.id} does not speak z3950.`);
  }
  const document = { ...library, connector } satisfies Z3950Library;
  const pool = createPool((call) => connect(document, dependencies, call), {
    connections: connector.limits.connections,
    setsIdleMs,
    idleMs,
    queue: queueLength,
  });
  const learned = newLearned();
  // Asking for copies teaches nothing about how to ask for lists.
  const withCopies = copiesDocument(document);
  const learnedOfCopies = newLearned();
  return {
    library,
    async search(ask, signal, onRecords) {
      const { browse } = ask;
      if (browse === undefined) return search(document, pool, learned, ask, signal, onRecords);
      const { terms } = await scanZ3950(document, dependencies, browse, { ...ask, signal });
      const records = terms.map(({ text, occurrences }) => ({ text, records: occurrences }));
      return browsed(browse, records);
    },
    holdings: createCopies(document, (ask, signal, onRecords) =>
      search(withCopies, pool, learnedOfCopies, ask, signal, onRecords),
    ),
    rest: () => pool.rest(),
    close: () => pool.close(),
  };
}

function newLearned(): Learned {
  return {
    pipelineBroken: false,
    chunk: null,
    uselessSyntaxes: new Map(),
    wording: { alternative: {}, drops: [] },
  };
}

async function search(
  library: Z3950Library,
  pool: Pool,
  learned: Learned,
  ask: Ask,
  signal: AbortSignal,
  onRecords: OnRecords,
): Promise<Outcome> {
  const bound = boundBy({ signal, deadline: ask.deadline });
  const call = { signal, deadline: ask.deadline, trace: ask.trace, bound };
  const delivery = createDelivery(library, ask, signal, onRecords);
  const searches = startSearches(library, pool, learned, ask, call, delivery);
  try {
    const ended = await Promise.allSettled(searches.map((one) => one.done));
    await delivery.done();
    return summary(library, ask, searches, ended, delivery);
  } finally {
    bound.release();
  }
}

/**
 * Asks every database at once, hands over in the order of the document. The trace follows the first, since
 * the others run beside it.
 */
function startSearches(
  library: Z3950Library,
  pool: Pool,
  learned: Learned,
  ask: Ask,
  call: PoolCall,
  delivery: Delivery,
): DatabaseSearch[] {
  const { connector } = library;
  const searches: DatabaseSearch[] = [];
  for (const [at, database] of databasesOf(connector).entries()) {
    const before = [...searches];
    const offset = () => before.reduce((sum, one) => sum + (one.hits() ?? 0), 0);
    const trace = at === 0 ? ask.trace : silent;
    searches.push(
      searchDatabase({
        connector,
        database,
        query: ask.query,
        sort: ask.sort,
        fresh: ask.start === 1,
        wantsRecords: ask.limit > 0,
        firstRecords: ask.start === 1 ? Math.min(ask.limit, connector.limits.pageSize) : 0,
        pool,
        call: { ...call, trace },
        trace,
        learned,
        turn: at === 0 ? null : Promise.allSettled(before.map((one) => one.done)).then(() => {}),
        window: (hits) => windowWithin(ask, offset(), hits),
        onRecords: (records, place, hits) =>
          delivery.take({
            database,
            records,
            position: offset() + place,
            hits: offset() + hits,
          }),
      }),
    );
  }
  return searches;
}

const silent: Trace = { enter: () => undefined, roundTrip: () => undefined };

/** The part of the wanted records that lies in a database whose hits follow `offset` others. */
function windowWithin(ask: Ask, offset: number, hits: number) {
  const start = Math.max(1, ask.start - offset);
  const end = Math.min(hits, ask.start + ask.limit - 1 - offset);
  return { start, count: Math.max(0, end - start + 1) };
}

function summary(
  library: Z3950Library,
  ask: Ask,
  searches: readonly DatabaseSearch[],
  ended: readonly PromiseSettledResult<DatabaseOutcome>[],
  delivery: Delivery,
): Outcome {
  const known = searches.map((one) => one.hits()).filter((hits) => hits !== null);
  const hits = known.reduce((sum, one) => sum + one, 0);
  const failed = ended.find((one) => one.status === 'rejected');
  const outcomes = ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (failed !== undefined) {
    const error = toConnectorError(library.id, failed.reason, known.length > 0 ? hits : null);
    if (outcomes.length === 0 || error.code === 'stopped') throw error;
    return {
      ...totals(ask, outcomes, hits, delivery),
      exact: false,
      incomplete: `One of the library's databases did not answer: ${error.message}`,
    };
  }
  return totals(ask, outcomes, hits, delivery);
}

function totals(
  ask: Ask,
  outcomes: readonly DatabaseOutcome[],
  hits: number,
  delivery: Delivery,
): Outcome {
  const simplified = new Map<string, Simplification>();
  for (const one of outcomes.flatMap((outcome) => outcome.simplified)) {
    simplified.set(`${one.code} ${one.en}`, one);
  }
  const withHits = outcomes.filter((one) => one.hits > 0);
  return {
    hits,
    exact: outcomes.every((one) => one.exact),
    fetched: delivery.fetched,
    unreadable: delivery.unreadable,
    // Two lists in order, one behind the other, are not one list in order.
    sorted: ask.sort === null || (withHits.length <= 1 && outcomes.every((one) => one.sorted)),
    simplified: [...simplified.values()],
    incomplete: outcomes.find((one) => one.incomplete !== null)?.incomplete ?? null,
  };
}
