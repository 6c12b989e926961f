import { randomUUID } from 'node:crypto';
import type { Database } from '../../store/database.ts';
import { asJson } from '../../store/values.ts';
import type { LibraryInput } from '../document.ts';
import { type Author, recordChange } from '../trail.ts';
import { addComparison, type Comparison, emptyComparison } from './compare.ts';

export interface ShadowState {
  readonly library: string;
  readonly document: LibraryInput;
  readonly startedAt: Date;
  readonly endsAt: Date;
  readonly report: Comparison;
}

/** A candidate that nobody decides about does not double the load of a library for ever. */
const longestMs = 14 * 86_400_000;

const endOf = (startedAt: Date): Date => new Date(startedAt.getTime() + longestMs);

export interface NewShadow {
  readonly library: string;
  readonly document: LibraryInput;
  readonly by: Author;
  readonly now: Date;
}

/** Begins anew with this candidate. */
export async function writeShadow(
  database: Database,
  { library, document, by, now }: NewShadow,
): Promise<ShadowState> {
  const row = {
    document: asJson(document),
    started_at: now,
    started_by: `${by.kind} ${by.id}`,
    run: randomUUID(),
    report: null,
  };
  await database.transaction(async (tx) => {
    await tx
      .insertInto('library_shadows')
      .values({ library, ...row })
      .onConflict((conflict) => conflict.column('library').doUpdateSet(row))
      .execute();
    await recordChange(tx, by, 'shadow.start', library, {}, now);
  });
  return { library, document, startedAt: now, endsAt: endOf(now), report: emptyComparison() };
}

/** Every candidate; `run` tells one from an earlier one of the same library. */
export async function listShadows({ db }: Database) {
  const rows = await db
    .selectFrom('library_shadows')
    .select(['library', 'run', 'document', 'started_at'])
    .execute();
  return rows.map(({ started_at, ...row }) => ({ ...row, endsAt: endOf(started_at) }));
}

export async function readShadow({ db }: Database, library: string): Promise<ShadowState | null> {
  const row = await db
    .selectFrom('library_shadows')
    .selectAll()
    .where('library', '=', library)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    library,
    document: row.document as unknown as LibraryInput,
    startedAt: row.started_at,
    endsAt: endOf(row.started_at),
    report: (row.report as unknown as Comparison | null) ?? emptyComparison(),
  };
}

/** False where there is none. */
export async function removeShadow(
  database: Database,
  library: string,
  by: Author,
  now: Date,
): Promise<boolean> {
  return await database.transaction(async (tx) => {
    const row = await tx
      .deleteFrom('library_shadows')
      .where('library', '=', library)
      .returning('library')
      .executeTakeFirst();
    if (row === undefined) return false;
    await recordChange(tx, by, 'shadow.end', library, {}, now);
    return true;
  });
}

/** Under a lock, since several gateways count; what an earlier candidate's asks brought is dropped. */
export async function addToReport(
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
