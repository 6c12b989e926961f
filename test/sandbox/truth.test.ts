import t from 'tap';
import { checkLibrary } from '../../src/members/check.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import type { Ask, SourceRecord } from '../../src/members/types.ts';
import { createEgress } from '../../src/protocols/egress.ts';
import { createConnector } from '../../src/protocols/index.ts';
import { parseCql } from '../../src/query/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { createClusterer } from '../../src/search/matching/index.ts';

/** A fault that never strikes takes the place of the failing library's own. */
const sandbox = await startSandbox({ delays: false, faults: { 'demo-agri': 'hang@scan' } });
const egress = createEgress({ allow: ['127.0.0.0/8:1024-65535'] });
t.teardown(async () => {
  await egress.close();
  await sandbox.close();
});

const queries = ['化学工程', '教程', '案例分析', 'engineering', 'history'];

/** Everything one library finds for the queries, each record once. */
async function recordsOf(document: LibraryInput): Promise<SourceRecord[]> {
  const checked = checkLibrary(document, {});
  if (!('library' in checked)) throw new Error(`${document.id} is no valid document`);
  const connector = createConnector(checked.library, { egress, secret: () => undefined });
  const found = new Map<string, SourceRecord>();
  for (const query of queries) {
    const ask: Ask = {
      query: parseCql(query),
      start: 1,
      limit: 1000,
      sort: null,
      deadline: performance.now() + 20_000,
      trace: { enter: () => {}, roundTrip: () => {} },
    };
    const outcome = await connector.search(ask, new AbortController().signal, (records) => {
      for (const record of records) found.set(record.localId, record);
    });
    t.equal(outcome.unreadable, 0, `${document.id} ${query}`);
  }
  await connector.close();
  return [...found.values()];
}

const pairs = (count: number): number => (count * (count - 1)) / 2;

t.test('what the gateway reads from every library is merged as the truth has it', async (t) => {
  const records = (await Promise.all(sandbox.documents.map(recordsOf))).flat();
  const truth = sandbox.truth();
  const editionOf = (record: SourceRecord): string => {
    const edition = truth.get(record.library)?.get(record.localId);
    if (edition === undefined) throw new Error(`no ${record.localId} at ${record.library}`);
    return edition;
  };
  const clusterer = createClusterer();
  clusterer.add(records);
  const count = (all: readonly SourceRecord[]): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const record of all) {
      counts.set(editionOf(record), (counts.get(editionOf(record)) ?? 0) + 1);
    }
    return counts;
  };
  const sum = (counts: Map<string, number>): number =>
    [...counts.values()].reduce((total, one) => total + pairs(one), 0);
  let right = 0;
  let wrong = 0;
  for (const group of clusterer.groups()) {
    const same = sum(count(group.members));
    right += same;
    wrong += pairs(group.members.length) - same;
  }
  const missed = sum(count(records)) - right;
  const f1 = (2 * right) / (2 * right + wrong + missed);
  t.comment(
    `${records.length} records, ${right} pairs right, ${wrong} wrong, ${missed} missed, F1 ${f1.toFixed(4)}`,
  );
  t.ok(records.length > 1000);
  t.equal(wrong, 0, 'no two editions or volumes are merged');
  t.ok(f1 >= 0.98, `F1 ${f1}`);
});
