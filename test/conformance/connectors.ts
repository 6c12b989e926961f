import type { Test } from 'tap';
import type { ConnectorInput } from '../../src/members/document.ts';
import type { ConnectorErrorCode } from '../../src/members/errors.ts';
import type { Connector, SourceRecord } from '../../src/members/types.ts';
import { createConnector } from '../../src/protocols/index.ts';
import { ask, dependencies, library, search } from '../protocols/support.ts';
import { bringsRecords, type RecordForm, spoilRecord } from './record-forms.ts';
import { type Framing, startTamperingProxy, type TamperingProxy } from './tampering-proxy.ts';

/** One real server, and what has to be known of it to hold the connector of its protocol to its contract. */
export interface Subject {
  readonly name: string;
  readonly port: number;
  /** The connector of its library document, for the server itself or for what stands before it. */
  connector(port: number): ConnectorInput;
  readonly framing: Framing;
  readonly form: RecordForm;
  /** CQL that finds at least twelve records, and how many where that is known beforehand. */
  readonly found: string;
  readonly hits?: number;
  /** CQL that finds nothing. */
  readonly nothing: string;
  /** What in the document makes the server say no to a question, and how that is told. */
  readonly refused: {
    readonly connector: Partial<ConnectorInput>;
    /** CQL; `found` unless the fault shows in another question only. */
    readonly asked?: string;
    readonly code: ConnectorErrorCode;
    readonly reason: RegExp;
  };
}

interface Bench {
  readonly connector: Connector;
  readonly proxy: TamperingProxy;
  connectorWith(changes: Partial<ConnectorInput>): Connector;
  /** Closes what keeps connections of its own. */
  closeEgress(): Promise<void>;
}

/** A connector of its own for one behaviour, with a proxy between it and the server. */
async function withBench(subject: Subject, work: (bench: Bench) => Promise<void>): Promise<void> {
  const tools = dependencies();
  const proxy = await startTamperingProxy(subject.port, subject.framing);
  const made: Connector[] = [];
  const connectorWith = (changes: Partial<ConnectorInput>) => {
    const settings = { ...subject.connector(proxy.port), ...changes } as ConnectorInput;
    const connector = createConnector(library(settings), tools);
    made.push(connector);
    return connector;
  };
  try {
    const connector = connectorWith({});
    await work({ connector, proxy, connectorWith, closeEgress: () => tools.close() });
  } finally {
    await Promise.all(made.map((connector) => connector.close()));
    await tools.close();
    await proxy.close();
  }
}

type Behaviour = (t: Test, subject: Subject) => Promise<void>;

/** What a record is known by from one answer to the next. */
const known = ({ position, localId, record }: SourceRecord) => [position, localId, record.title];

const range = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);

/** However few records the server gives at a time, all that are wanted come, once each and in order. */
const pageLimit: Behaviour = (t, subject) =>
  withBench(subject, async ({ connector }) => {
    const counted = await search(connector, ask(subject.found, { limit: 0 }));
    t.match(counted, { error: null, records: [], outcome: { fetched: 0 } });
    const hits = counted.outcome?.hits ?? 0;
    t.ok(subject.hits === undefined ? hits >= 12 : hits === subject.hits, `finds ${hits}`);

    const wanted = Math.min(hits, 45);
    const whole = await search(connector, ask(subject.found, { limit: wanted }));
    t.match(whole, { error: null, outcome: { hits, fetched: wanted, unreadable: 0 } });
    t.equal(whole.outcome?.incomplete, null);
    t.same(
      whole.records.map(({ position }) => position),
      range(1, wanted),
    );
    t.ok(whole.batches.every((batch) => batch.hits === hits));

    const page = await search(connector, ask(subject.found, { start: 6, limit: 5 }));
    t.same(page.records.map(known), whole.records.slice(5, 10).map(known), 'a page of it');
    const tail = await search(connector, ask(subject.found, { start: hits - 1, limit: 9 }));
    t.same(
      tail.records.map(({ position }) => position),
      [hits - 1, hits],
      'the end of it',
    );
    const beyond = await search(connector, ask(subject.found, { start: hits + 1, limit: 9 }));
    t.match(beyond, { error: null, records: [], outcome: { fetched: 0 } }, 'past its end');
  });

const noHits: Behaviour = (t, subject) =>
  withBench(subject, async ({ connector }) => {
    const none = await search(connector, ask(subject.nothing));
    t.match(none, { error: null, records: [], outcome: { hits: 0, fetched: 0, unreadable: 0 } });
    t.equal(none.outcome?.incomplete, null);
  });

/** Withholds every answer that brings records; resolves when the first one is withheld. */
function withhold({ proxy }: Bench, { form }: Subject): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  proxy.tamper((message) => {
    if (!bringsRecords(message, form)) return message;
    resolve();
    return 'withheld';
  });
  return promise;
}

/** What a fault was to the connector, it is over with the fault. */
async function answersAgain(t: Test, { connector, proxy }: Bench, subject: Subject) {
  proxy.tamper(null);
  const again = await search(connector, ask(subject.found, { limit: 3 }));
  t.match(again, { error: null, outcome: { fetched: 3 } }, 'and answers again afterwards');
}

const abort: Behaviour = (t, subject) =>
  withBench(subject, async (bench) => {
    const withheld = withhold(bench, subject);
    const stop = new AbortController();
    const stopped = search(bench.connector, ask(subject.found), stop.signal);
    await Promise.race([withheld, stopped]);
    stop.abort();
    const { error, outcome, records } = await stopped;
    t.match({ code: error?.code, outcome, records }, { code: 'stopped', outcome: null });
    await answersAgain(t, bench, subject);

    const never = await search(bench.connector, ask(subject.found), AbortSignal.abort());
    t.equal(never.error?.code, 'stopped', 'a search that was stopped before it began');
  });

const deadline: Behaviour = (t, subject) =>
  withBench(subject, async (bench) => {
    void withhold(bench, subject);
    const late = ask(subject.found, { deadline: performance.now() + 120 });
    const { error, records } = await search(bench.connector, late);
    t.equal(error?.code, 'timeout');
    t.same(records, []);
    await answersAgain(t, bench, subject);

    const past = ask(subject.found, { deadline: performance.now() - 1 });
    t.equal((await search(bench.connector, past)).error?.code, 'timeout', 'a deadline gone by');
  });

const diagnostic: Behaviour = (t, subject) =>
  withBench(subject, async ({ connector, connectorWith }) => {
    const { refused } = subject;
    const { error, records } = await search(
      connectorWith(refused.connector),
      ask(refused.asked ?? subject.found, { limit: 3 }),
    );
    t.equal(error?.code, refused.code, error?.message ?? 'it was not refused');
    t.match(error?.reason, refused.reason);
    t.equal(error?.hits, null, 'no count is made of a refusal');
    t.same(records, []);
    t.equal((await search(connector, ask(subject.found, { limit: 3 }))).error, null);
  });

const truncatedAnswer: Behaviour = (t, subject) =>
  withBench(subject, async (bench) => {
    const whole = await search(bench.connector, ask(subject.found));
    bench.proxy.tamper((message) =>
      bringsRecords(message, subject.form)
        ? { cut: message.subarray(0, message.length >> 1) }
        : message,
    );
    const { error, outcome, records } = await search(bench.connector, ask(subject.found));
    t.equal(outcome, null, 'half an answer is no answer');
    t.equal(error?.code, 'malformed', error?.reason ?? '');
    const places = new Set(whole.records.map((record) => JSON.stringify(known(record))));
    t.ok(
      records.every((record) => places.has(JSON.stringify(known(record)))),
      'what was whole of it is handed over as it is',
    );
    await answersAgain(t, bench, subject);
  });

const oneBadRecord: Behaviour = (t, subject) =>
  withBench(subject, async ({ connector, proxy }) => {
    const whole = await search(connector, ask(subject.found, { limit: 10 }));
    proxy.tamper(spoilRecord(subject.form, 3));
    const { error, outcome, records } = await search(connector, ask(subject.found, { limit: 10 }));
    t.equal(error, null);
    t.match(outcome, { fetched: 9, unreadable: 1 });
    t.equal(outcome?.hits, whole.outcome?.hits);
    t.same(records.map(known), whole.records.filter(({ position }) => position !== 3).map(known));
  });

/** Searches at the same time are answered as if each were alone. */
const atOnce: Behaviour = (t, subject) =>
  withBench(subject, async ({ connector }) => {
    const asks = () => [
      ask(subject.found, { limit: 4 }),
      ask(subject.found, { start: 5, limit: 6 }),
      ask(subject.nothing),
      ask(subject.found, { start: 2, limit: 3 }),
    ];
    const alone = [];
    for (const one of asks()) alone.push(await search(connector, one));
    const together = await Promise.all(asks().map((one) => search(connector, one)));
    for (const [at, answer] of together.entries()) {
      t.equal(answer.error, null);
      t.same(answer.records.map(known), alone[at]?.records.map(known));
      t.equal(answer.outcome?.hits, alone[at]?.outcome?.hits);
    }
  });

const doubleClose: Behaviour = (t, subject) =>
  withBench(subject, async ({ connector, proxy, closeEgress }) => {
    t.equal((await search(connector, ask(subject.found))).error, null);
    await Promise.all([connector.close(), connector.close()]);
    await connector.close();
    if (subject.framing === 'http') await closeEgress();
    await proxy.left();
    t.pass('no connection is left');
  });

/** What a connector does, whatever its protocol and whoever answers. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  'gives all that is wanted, however the server pages': pageLimit,
  'takes no hits for an answer': noHits,
  'stops when it is told to': abort,
  'ends at the deadline': deadline,
  'says why it was refused': diagnostic,
  'makes no answer of half an answer': truncatedAnswer,
  'loses one bad record in ten and no other': oneBadRecord,
  'answers searches at the same time each for itself': atOnce,
  'closes twice': doubleClose,
};
