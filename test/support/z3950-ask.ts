import { fillDefaults } from '../../src/members/defaults.ts';
import type { Z3950Input } from '../../src/members/document.ts';
import { ConnectorError } from '../../src/members/errors.ts';
import type { Ask, Connector, Outcome, Phase, SourceRecord } from '../../src/members/types.ts';
import { createEgress } from '../../src/protocols/egress.ts';
import type { Egress } from '../../src/protocols/types.ts';
import { createZ3950Connector } from '../../src/protocols/z3950/connector.ts';
import { parseReaderQuery } from '../../src/query/index.ts';

/** An egress that may go to the loopback only. */
export function loopbackEgress(): Egress {
  return createEgress({ allow: ['127.0.0.0/8:1-65535'] });
}

/** A connector to a server on the loopback; what is not said has the document's defaults. */
export function connectorTo(
  egress: Egress,
  settings: Partial<Z3950Input> & { readonly port: number },
  secrets: Readonly<Record<string, string>> = {},
): Connector {
  const input = { database: 'x', charset: 'utf-8', host: '127.0.0.1', ...settings } as const;
  const library = fillDefaults(
    {
      id: 'tested',
      code: '0',
      name: { zh: '受测馆' },
      status: 'live',
      connector: { protocol: 'z3950', ...input },
    },
    {},
  );
  return createZ3950Connector(library, { egress, secret: (name) => secrets[name] });
}

/** What one ask gave, told so that a test can compare it. */
export interface Told {
  readonly outcome: Outcome | null;
  readonly error: ConnectorError | null;
  readonly records: readonly SourceRecord[];
  /** Counts handed over with the records. */
  readonly hits: readonly (number | null)[];
  readonly phases: readonly Phase[];
  readonly roundTrips: number;
}

export interface AskOptions extends Partial<Omit<Ask, 'query' | 'trace' | 'deadline'>> {
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
  readonly onRecords?: (records: readonly SourceRecord[]) => void;
}

/** Asks in words or CQL, waits for the end. Throws what is no ConnectorError. */
export async function ask(
  connector: Connector,
  q: string,
  { waitMs = 5000, signal = new AbortController().signal, onRecords, ...rest }: AskOptions = {},
): Promise<Told> {
  const records: SourceRecord[] = [];
  const hits: (number | null)[] = [];
  const phases: Phase[] = [];
  let roundTrips = 0;
  const told = { records, hits, phases };
  const trace = {
    enter: (phase: Phase) => phases.push(phase),
    roundTrip: () => {
      roundTrips += 1;
    },
  };
  try {
    const { query } = parseReaderQuery(q, { syntax: 'auto', index: 'any' });
    const deadline = performance.now() + waitMs;
    const outcome = await connector.search(
      { query, start: 1, limit: 20, sort: null, ...rest, deadline, trace },
      signal,
      (some, count) => {
        records.push(...some);
        hits.push(count);
        onRecords?.(some);
      },
    );
    return { ...told, outcome, error: null, roundTrips };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return { ...told, outcome: null, error, roundTrips };
  }
}
