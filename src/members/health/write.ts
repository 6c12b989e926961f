import type { Selectable, Transaction } from 'kysely';
import { writeOutbox } from '../../store/outbox.ts';
import type { Schema } from '../../store/schema.ts';
import type { LibraryHealthTable } from '../../store/tables/health.ts';
import { asJson } from '../../store/values.ts';
import {
  type Condition,
  conditionAfter,
  type Evidence,
  isSustained,
  type SustainedRules,
} from './condition.ts';
import type { KnownItem } from './known-items.ts';
import { failingMail, type Mail, recoveredMail } from './mails.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';

/** What is written of one library at once. */
export interface Entry {
  readonly library: string;
  readonly source: 'search' | 'check';
  readonly hours: ReadonlyMap<number, Tally>;
  readonly evidence: readonly Evidence[];
  /** Changes the items the library is known to have. */
  readonly items?: (items: readonly KnownItem[]) => readonly KnownItem[];
}

/** What mails about a library need to know of it. */
export interface Desk {
  readonly name: { readonly zh: string; readonly en?: string | undefined };
  readonly email: string;
}

export interface WriteOptions {
  readonly rules: SustainedRules;
  /** The library's desk, or null where nobody can be written to. */
  readonly deskOf: (library: string) => Desk | null;
  /** The library's health page, for mails. */
  readonly pageOf: (library: string) => string;
  /** Address that this gateway asks from, for a library's firewall, or null. */
  readonly askedFrom: string | null;
  readonly timezone: string;
}

/** Writes what was heard of a library, moves its condition on, and tells its desk where that is due. */
export async function writeHeard(
  tx: Transaction<Schema>,
  entry: Entry,
  options: WriteOptions,
  now: Date,
): Promise<void> {
  for (const [hour, tally] of [...entry.hours].sort(([a], [b]) => a - b)) {
    await addToHour(tx, entry, new Date(hour), tally);
  }
  if (entry.evidence.length === 0 && entry.items === undefined) return;
  const row = await healthRow(tx, entry.library);
  let condition = conditionOf(row);
  let incident = row.incident;
  for (const evidence of entry.evidence) {
    const next = conditionAfter(condition, evidence);
    if (next.state === 'failing' && condition.state !== 'failing') {
      incident = await beginIncident(tx, entry.library, next, now);
    } else if (next.state !== 'failing' && incident !== null) {
      await endIncident(tx, incident, entry.library, evidence.firstAt, options, now);
      incident = null;
    }
    condition = next;
  }
  if (incident !== null && isSustained(condition, options.rules, now)) {
    await tellFailure(tx, incident, entry.library, condition, options, now);
  }
  const known = row.known_items as unknown as readonly KnownItem[];
  await tx
    .updateTable('library_health')
    .set({
      ...columnsOf(condition),
      incident,
      ...(entry.items && { known_items: asJson(entry.items(known)) }),
    })
    .where('library', '=', entry.library)
    .execute();
}

/** Read, added and written back under a lock, since several gateways count the same hour. */
async function addToHour(
  tx: Transaction<Schema>,
  { library, source }: Entry,
  since: Date,
  more: Tally,
): Promise<void> {
  const key = { library, source, span: 'hour' as const, since };
  await tx
    .insertInto('library_tallies')
    .values({ ...key, tally: asJson(emptyTally()) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { tally } = await tx
    .selectFrom('library_tallies')
    .select('tally')
    .where('library', '=', library)
    .where('source', '=', source)
    .where('span', '=', 'hour')
    .where('since', '=', since)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const sum = tally as unknown as Tally;
  addTally(sum, more);
  await tx
    .updateTable('library_tallies')
    .set({ tally: asJson(sum) })
    .where('library', '=', library)
    .where('source', '=', source)
    .where('span', '=', 'hour')
    .where('since', '=', since)
    .execute();
}

async function healthRow(tx: Transaction<Schema>, library: string) {
  await tx
    .insertInto('library_health')
    .values({ library, state: 'unknown', known_items: '[]' })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return await tx
    .selectFrom('library_health')
    .selectAll()
    .where('library', '=', library)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

type ConditionColumns = Omit<Selectable<LibraryHealthTable>, 'known_items' | 'incident'>;

export function conditionOf(row: ConditionColumns): Condition {
  return {
    state: row.state,
    cause: row.cause,
    since: row.since,
    lastGoodAt: row.last_good_at,
    lastCheckedAt: row.last_checked_at,
    lastAskedAt: row.last_asked_at,
    failedSearches: row.failed_searches,
    failedChecks: row.failed_checks,
  };
}

function columnsOf(condition: Condition): Omit<ConditionColumns, 'library'> {
  return {
    state: condition.state,
    cause: condition.cause,
    since: condition.since,
    last_good_at: condition.lastGoodAt,
    last_checked_at: condition.lastCheckedAt,
    last_asked_at: condition.lastAskedAt,
    failed_searches: condition.failedSearches,
    failed_checks: condition.failedChecks,
  };
}

async function beginIncident(
  tx: Transaction<Schema>,
  library: string,
  { since, cause, lastGoodAt }: Condition,
  now: Date,
): Promise<number> {
  const { id } = await tx
    .insertInto('library_incidents')
    .values({
      library,
      began_at: since ?? now,
      cause: cause ?? 'unknown',
      last_good_at: lastGoodAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

async function endIncident(
  tx: Transaction<Schema>,
  id: number,
  library: string,
  endedAt: Date,
  options: WriteOptions,
  now: Date,
): Promise<void> {
  const incident = await tx
    .updateTable('library_incidents')
    .set({ ended_at: endedAt })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (incident.told_at === null) return;
  await send(tx, library, `library-recovered:${id}`, options, now, (desk) =>
    recoveredMail(desk, {
      beganAt: incident.began_at,
      endedAt,
      page: options.pageOf(library),
      timezone: options.timezone,
    }),
  );
}

/** Once for each incident; where there is nobody to write to it stays untold. */
async function tellFailure(
  tx: Transaction<Schema>,
  id: number,
  library: string,
  { cause }: Condition,
  options: WriteOptions,
  now: Date,
): Promise<void> {
  const incident = await tx
    .selectFrom('library_incidents')
    .selectAll()
    .where('id', '=', id)
    .where('told_at', 'is', null)
    .executeTakeFirst();
  if (incident === undefined) return;
  const isSent = await send(tx, library, `library-failing:${id}`, options, now, (desk) =>
    failingMail(desk, {
      cause: cause ?? incident.cause,
      beganAt: incident.began_at,
      lastGoodAt: incident.last_good_at,
      askedFrom: options.askedFrom,
      page: options.pageOf(library),
      timezone: options.timezone,
    }),
  );
  if (!isSent) return;
  await tx
    .updateTable('library_incidents')
    .set({ told_at: now, cause: cause ?? incident.cause })
    .where('id', '=', id)
    .execute();
}

async function send(
  tx: Transaction<Schema>,
  library: string,
  dedupKey: string,
  options: WriteOptions,
  now: Date,
  compose: (desk: Desk) => Mail,
): Promise<boolean> {
  const desk = options.deskOf(library);
  if (desk === null) return false;
  const { to, subject, text } = compose(desk);
  await writeOutbox(tx, { topic: 'mail', dedupKey, payload: { to, subject, text } }, now);
  return true;
}
