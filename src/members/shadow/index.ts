import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../store/clock.ts';
import type { Database } from '../../store/database.ts';
import type { Checked } from '../check.ts';
import type { Directory } from '../directory.ts';
import type { LibraryInput } from '../document.ts';
import type { Clock as Monotonic } from '../guards/clock.ts';
import type { Author } from '../trail.ts';
import type { Connector, Library } from '../types.ts';
import type { Companion } from '../watched.ts';
import { createCompanion, type RunningCompanion } from './companion.ts';
import { addComparison } from './compare.ts';
import {
  addToReport,
  listShadows,
  readShadow,
  removeShadow,
  type ShadowState,
  writeShadow,
} from './rows.ts';

export type { ShadowState } from './rows.ts';

export interface ShadowParts {
  readonly database: () => Database;
  readonly directory: Directory;
  /** A connector of any document, guarded by itself. */
  readonly makeConnector: (library: Library) => Connector;
  readonly checkDocument: (value: unknown) => Checked;
  /** Asks a minute that may go to one candidate. */
  readonly perMinute: number;
  readonly clock: Clock;
  readonly monotonic: Monotonic;
  readonly onError: (error: unknown, what: string) => void;
}

/** Candidate documents that answer beside those in use. */
export interface Shadows {
  /** What looks on while this library is asked, or null. */
  companion(library: string): Companion | null;
  /** Begins anew with this candidate; what an earlier one counted is forgotten. */
  start(library: string, document: LibraryInput, by: Author): Promise<ShadowState>;
  state(library: string): Promise<ShadowState | null>;
  /** False where there is none. */
  end(library: string, by: Author): Promise<boolean>;
  /** Takes over what other gateways began and ended. */
  refresh(): Promise<void>;
  /** Writes what was counted. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface Running {
  readonly run: string;
  readonly candidate: Library;
  readonly endsAt: number;
  readonly companion: RunningCompanion;
}

export function createShadows(parts: ShadowParts): Shadows {
  const { database, directory, clock } = parts;
  const running = new Map<string, Running>();
  let isClosed = false;

  const stop = (library: string) => {
    const one = running.get(library);
    if (!running.delete(library)) return;
    one?.companion.close().catch((error) => parts.onError(error, 'a candidate was not closed'));
  };

  const begin = (library: string, run: string, document: unknown, endsAt: number) => {
    stop(library);
    const checked = parts.checkDocument(document);
    if ('faults' in checked) return;
    const companion = createCompanion({
      candidate: parts.makeConnector(checked.library),
      live: () => directory.get(library)?.library,
      perMinute: parts.perMinute,
      clock: parts.monotonic,
      onFault: (error) => parts.onError(error, 'a candidate broke its word'),
    });
    running.set(library, { run, candidate: checked.library, endsAt, companion });
  };

  async function refresh(): Promise<void> {
    if (isClosed) return;
    const rows = await listShadows(database());
    for (const library of running.keys()) {
      if (!rows.some((row) => row.library === library)) stop(library);
    }
    for (const { library, run, document, endsAt } of rows) {
      if (running.get(library)?.run !== run) begin(library, run, document, endsAt.getTime());
    }
  }

  async function flush(): Promise<void> {
    for (const [library, { run, companion }] of [...running].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const counted = companion.take();
      if (counted.compared + counted.skipped + counted.cut === 0) continue;
      await addToReport(database(), library, run, counted).catch((error) => {
        const newer = companion.take();
        addComparison(counted, newer);
        companion.giveBack(counted);
        throw error;
      });
    }
  }

  return {
    companion(library) {
      const one = running.get(library);
      if (one === undefined || clock.now().getTime() >= one.endsAt) return null;
      // Once the candidate is the document in use there is nothing left to compare.
      return isDeepStrictEqual(directory.get(library)?.library, one.candidate)
        ? null
        : one.companion;
    },
    async start(library, document, by) {
      const state = await writeShadow(database(), { library, document, by, now: clock.now() });
      await refresh();
      return state;
    },
    async state(library) {
      await flush();
      return await readShadow(database(), library);
    },
    async end(library, by) {
      const isThere = await removeShadow(database(), library, by, clock.now());
      stop(library);
      return isThere;
    },
    refresh,
    flush,
    async close() {
      isClosed = true;
      const ended = [...running.values()].map(({ companion }) => companion.close());
      await Promise.allSettled(ended);
    },
  };
}
