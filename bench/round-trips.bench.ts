import { fillDefaults } from '../src/members/defaults.ts';
import type { LibraryInput } from '../src/members/document.ts';
import type { Ask } from '../src/members/types.ts';
import { createEgress } from '../src/protocols/egress.ts';
import { createConnector } from '../src/protocols/index.ts';
import { parseCql } from '../src/query/index.ts';
import { startSandbox } from '../src/sandbox/index.ts';
import type { Bench, Figure } from './support/bench.ts';

/** Round trips allowed to the first page of a search: on a new connection, and on a kept one. */
const budgets: Readonly<Record<string, readonly [cold: number, warm: number]>> = {
  'z3950 with pipeline': [2, 1],
  z3950: [3, 1],
  sru: [2, 1],
  xservice: [3, 2],
};

/** Counted, not timed: what a library at the other end of a slow line makes readers wait for. */
export const bench: Bench = {
  name: 'round-trips',
  question: 'How many round trips does a search need, cold and warm?',
  async run() {
    const sandbox = await startSandbox({ delays: false });
    const figures: Figure[] = [];
    const done = new Set<string>();
    try {
      for (const document of sandbox.documents.flatMap(bothWays)) {
        const kind = kindOf(document);
        const budget = budgets[kind];
        if (budget === undefined || done.has(kind)) continue;
        const counted = await countRoundTrips(document);
        if (counted === null) continue;
        done.add(kind);
        figures.push(figure(`${kind}, cold`, counted[0], budget[0]));
        figures.push(figure(`${kind}, warm`, counted[1], budget[1]));
      }
    } finally {
      await sandbox.close();
    }
    return { figures, notes: ['One page of 20 records; TCP counts as one, TLS would add one.'] };
  },
};

/** A Z39.50 library is asked with and without writing everything in one go. */
function bothWays(document: LibraryInput): LibraryInput[] {
  const { connector } = document;
  if (connector.protocol !== 'z3950') return [document];
  return [true, false].map((pipeline) => ({ ...document, connector: { ...connector, pipeline } }));
}

function kindOf({ connector }: LibraryInput): string {
  const pipelined = connector.protocol === 'z3950' && connector.pipeline === true;
  return pipelined ? 'z3950 with pipeline' : connector.protocol;
}

function figure(name: string, count: number, budget: number): Figure {
  return { name, unit: '', runs: [count], budget: `at most ${budget}`, passed: count <= budget };
}

/** Null where the library fails on purpose. */
async function countRoundTrips(
  document: LibraryInput,
): Promise<[cold: number, warm: number] | null> {
  const egress = createEgress({ allow: ['127.0.0.0/8:1-65535'] });
  const library = fillDefaults(document, {});
  const connector = createConnector(library, { egress, secret: () => undefined });
  const counts: number[] = [];
  try {
    for (const query of ['化学工程', '管理']) {
      let count = 0;
      const ask: Ask = {
        query: parseCql(query),
        start: 1,
        limit: 20,
        sort: null,
        deadline: performance.now() + 10_000,
        trace: {
          enter: () => undefined,
          roundTrip: () => {
            count += 1;
          },
        },
      };
      const { fetched } = await connector.search(
        ask,
        new AbortController().signal,
        () => undefined,
      );
      if (fetched === 0) return null;
      counts.push(count);
    }
  } catch {
    return null;
  } finally {
    await connector.close();
    await egress.close();
  }
  return [counts[0] ?? 0, counts[1] ?? 0];
}
