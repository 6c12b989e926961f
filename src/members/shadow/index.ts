import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from 'kysely';
import { type AuditEntry, recordAudit } from '../../store/audit.ts';
import type { Clock } from '../../store/clock.ts';
import type { Database } from '../../store/database.ts';
import type { Schema } from '../../store/schema.ts';
import { asJson } from '../../store/values.ts';
import type { Checked } from '../check.ts';
import type { Directory } from '../directory.ts';
import type { LibraryInput } from '../document.ts';
import type { Clock as Monotonic } from '../guards/clock.ts';
import type { Connector, Library } from '../types.ts';
import type { Companion } from '../watched.ts';
import { createCompanion, type RunningCompanion } from './companion.ts';
import { addComparison, type Comparison, emptyComparison } from './compare.ts';

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

export interface ShadowState {
  readonly library: string;
  readonly document: LibraryInput;
  readonly startedAt: Date;
  readonly endsAt: Date;
  readonly report: Comparison;
}

/** Candidate documents that answer beside those in use. */
export interface Shadows {
  /** What looks on while this library is asked, or null. */
  companion(library: string): Companion | null;
  /** Begins anew with this candidate; what an earlier one counted is forgotten. */
  start(library: string, document: LibraryInput, by: AuditEntry['actor']): Promise<ShadowState>;
  state(library: string): Promise<ShadowState | null>;
  /** False where there is none. */
  end(library: string, by: AuditEntry['actor']): Promise<boolean>;
  /** Takes over what other gateways began and ended. */
  refresh(): Promise<void>;
  /** Writes what was counted. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** A candidate that nobody decides about does not double the load of a library for ever. */
const longestMs = 14 * 86_400_000;

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
    const rows = await database()
      .db.selectFrom('library_shadows')
      .select(['library', 'run', 'document', 'started_at'])
      .execute();
    for (const library of running.keys()) {
      if (!rows.some((row) => row.library === library)) stop(library);
    }
    for (const { library, run, document, started_at } of rows) {
      const endsAt = started_at.getTime() + longestMs;
      if (running.get(library)?.run !== run) begin(library, run, document, endsAt);
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
      const row = {
        document: asJson(document),
        started_at: clock.now(),
        started_by: `${by.kind} ${by.id}`,
        run: randomUUID(),
        report: null,
      };
      await database().transaction(async (tx) => {
        await tx
          .insertInto('library_shadows')
          .values({ library, ...row })
          .onConflict((conflict) => conflict.column('library').doUpdateSet(row))
          .execute();
        await audit(tx, library, by, 'shadow.start', row.started_at);
      });
      await refresh();
      const endsAt = new Date(row.started_at.getTime() + longestMs);
      const report = emptyComparison();
      return { library, document, startedAt: row.started_at, endsAt, report };
    },
    async state(library) {
      await flush();
      const row = await database()
        .db.selectFrom('library_shadows')
        .selectAll()
        .where('library', '=', library)
        .executeTakeFirst();
      if (row === undefined) return null;
      return {
        library,
        document: row.document as unknown as LibraryInput,
        startedAt: row.started_at,
        endsAt: new Date(row.started_at.getTime() + longestMs),
        report: (row.report as unknown as Comparison | null) ?? emptyComparison(),
      };
    },
    async end(library, by) {
      const isThere = await database().transaction(async (tx) => {
        const row = await tx
          .deleteFrom('library_shadows')
          .where('library', '=', library)
          .returning('library')
          .executeTakeFirst();
        if (row === undefined) return false;
        await audit(tx, library, by, 'shadow.end', clock.now());
        return true;
      });
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

async function audit(
  tx: Transaction<Schema>,
  library: string,
  actor: AuditEntry['actor'],
  action: string,
  now: Date,
): Promise<void> {
  const subject = { kind: 'library', id: library };
  await recordAudit(tx, { trail: library, actor, action, subject }, now);
}

/** Under a lock, since several gateways count; what an earlier candidate's asks brought is dropped. */
async function addToReport(
  database: Database,
  library: string,
  run: string,
  counted: Comparison,
): Promise<void> {
  await database.transaction(async (tx) => {
    const row = await tx
      .selectFrom('library_shadows')
      .select('report')
      .where('library', '=', library)
      .where('run', '=', run)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) return;
    const sum = (row.report as unknown as Comparison | null) ?? emptyComparison();
    addComparison(sum, counted);
    await tx
      .updateTable('library_shadows')
      .set({ report: asJson(sum) })
      .where('library', '=', library)
      .execute();
  });
}
