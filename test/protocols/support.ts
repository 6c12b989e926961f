import { fillDefaults } from '../../src/members/defaults.ts';
import type { ConnectorInput, LibraryDocument } from '../../src/members/document.ts';
import { ConnectorError } from '../../src/members/errors.ts';
import type { Ask, Connector, Outcome, Phase, SourceRecord } from '../../src/members/types.ts';
import { createEgress } from '../../src/protocols/egress.ts';
import type { ConnectorDependencies } from '../../src/protocols/types.ts';
import { parseCql } from '../../src/query/index.ts';

/** A library as its document would give it, every default filled in. */
export function library(connector: ConnectorInput, id = 'test-library'): LibraryDocument {
  return fillDefaults({ id, code: '900900', name: { zh: '测试馆' }, connector }, {});
}

/** Egress to the tests' own servers, and secrets from a table. */
export function dependencies(
  secrets: Readonly<Record<string, string>> = {},
): ConnectorDependencies & { close(): Promise<void> } {
  const egress = createEgress({ allow: ['127.0.0.0/8:1-65535'] });
  return { egress, secret: (name) => secrets[name], close: () => egress.close() };
}

/** A question whose phases and round trips can be looked at afterwards. */
export interface RecordedAsk extends Ask {
  readonly phases: Phase[];
  readonly counts: { roundTrips: number };
}

export function ask(cql: string, more: Partial<Omit<Ask, 'query' | 'trace'>> = {}): RecordedAsk {
  const phases: Phase[] = [];
  const counts = { roundTrips: 0 };
  return {
    query: parseCql(cql),
    start: 1,
    limit: 10,
    sort: null,
    deadline: performance.now() + 10_000,
    ...more,
    phases,
    counts,
    trace: {
      enter: (phase) => phases.push(phase),
      roundTrip: () => {
        counts.roundTrips += 1;
      },
    },
  };
}

export interface Answered {
  readonly outcome: Outcome | null;
  readonly error: ConnectorError | null;
  readonly records: SourceRecord[];
  readonly batches: readonly { readonly count: number; readonly hits: number | null }[];
}

/** Everything one search came to; an error of any other class is thrown. */
export async function search(
  connector: Connector,
  question: Ask,
  signal = new AbortController().signal,
): Promise<Answered> {
  const records: SourceRecord[] = [];
  const batches: { count: number; hits: number | null }[] = [];
  try {
    const outcome = await connector.search(question, signal, (more, hits) => {
      records.push(...more);
      batches.push({ count: more.length, hits });
    });
    return { outcome, error: null, records, batches };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return { outcome: null, error, records, batches };
  }
}

/** What a piece of work throws; fails the test's comparison where it throws nothing. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return 'nothing was thrown';
}
