import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { readDirectoryShape, readSettings } from '../../src/config.ts';
import { type BibRecord, emptyBibRecord } from '../../src/marc/record.ts';
import { checkLibrary } from '../../src/members/check.ts';
import { createConnectorPool } from '../../src/members/connectors.ts';
import { createDirectory } from '../../src/members/directory.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import { ConnectorError, type ConnectorErrorCode } from '../../src/members/errors.ts';
import type { Connector, Library, SourceRecord } from '../../src/members/types.ts';
import { createSearchEngine } from '../../src/search/engine.ts';
import type { SharedCache } from '../../src/search/shared/index.ts';
import type { SearchEngine } from '../../src/search/types.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { createServer } from '../../src/web/server.ts';
import { unhurried } from './unhurried.ts';

/** What a library of the test answers with; unlisted libraries have no hits. */
export interface Behaviour {
  readonly records?: readonly Partial<BibRecord>[];
  readonly fails?: ConnectorErrorCode;
  /** Never answers, but honours the signal. */
  readonly hangs?: boolean;
  readonly afterMs?: number;
}

/** A connector that answers from memory as `behaviour` says. */
export function memoryConnector(library: Library, behaviour: Behaviour): Connector {
  const records = (behaviour.records ?? []).map(
    (record, index): SourceRecord => ({
      library: library.id,
      localId: record.controlNumber ?? `${library.id}:${index + 1}`,
      position: index + 1,
      record: { ...emptyBibRecord('marc21', record.title), language: 'chi', ...record },
      marc: null,
      raw: new Uint8Array(),
      syntax: 'memory',
      charset: 'utf-8',
      warnings: [],
    }),
  );
  return {
    library,
    async search(ask, signal, onRecords) {
      if (behaviour.hangs) {
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
        throw new ConnectorError(library.id, 'stopped', 'stopped while it hung');
      }
      if (behaviour.afterMs) await new Promise((resolve) => setTimeout(resolve, behaviour.afterMs));
      if (behaviour.fails)
        throw new ConnectorError(library.id, behaviour.fails, 'as the test wants');
      const found = records.slice(ask.start - 1, ask.start - 1 + ask.limit);
      if (found.length > 0) onRecords(found, records.length);
      return {
        hits: records.length,
        exact: true,
        fetched: found.length,
        unreadable: 0,
        sorted: true,
        simplified: [],
        incomplete: null,
      };
    },
    async close() {},
  };
}

export interface TestGateway {
  readonly app: FastifyInstance;
  readonly asked: string[];
  readonly engine: SearchEngine;
  close(): Promise<void>;
}

export const adminToken = 'token-of-the-test';

/** The whole web layer and engine over connectors in memory. */
export async function startTestGateway(
  inputs: readonly LibraryInput[],
  behaviours: Readonly<Record<string, Behaviour>>,
  shared: SharedCache | null = null,
  isReady: () => boolean = () => true,
  environment: Readonly<Record<string, string>> = {},
): Promise<TestGateway> {
  const settings = unhurried(await readSettings({ LOG_LEVEL: 'silent', ...environment }));
  const shape = await readDirectoryShape(settings);
  const directory = createDirectory();
  const asked: string[] = [];
  for (const input of inputs) {
    const checked = checkLibrary(input, {});
    if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
    directory.put(checked.library, input, 'file');
  }
  const pool = createConnectorPool(directory, (library) => {
    asked.push(library.id);
    return memoryConnector(library, behaviours[library.id] ?? {});
  });
  const engine: SearchEngine = createSearchEngine({
    connectorFor: (id) => pool.get(id),
    settings: { ...settings.search, cache: settings.cache },
    ...(shared === null
      ? {}
      : { shared: shared.answers, sharedSearches: shared.searches, sharedLines: shared.lines }),
    onAnswer: (answer) => metrics.answered(answer),
  });
  const metrics = createMetrics({ load: () => engine.load(), guards: () => [] });
  const app = await createServer(
    {
      settings,
      shape,
      directory,
      engine,
      metrics,
      selection: { groups: [], defaultLibraries: [], maxLibraries: settings.search.maxLibraries },
      check: (value) => checkLibrary(value, {}),
      isAdministrator: (token) => token === adminToken,
      isReady,
    },
    pino({ level: 'silent' }),
  );
  return {
    app,
    asked,
    engine,
    async close() {
      await app.close();
      await engine.close();
      await pool.close();
    },
  };
}
