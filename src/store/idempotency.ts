import { createHash, randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { type Clock, secondsAfter, systemClock } from './clock.ts';
import type { Database } from './database.ts';
import { StoreError } from './errors.ts';
import type { Schema } from './schema.ts';
import type { Scope } from './scope.ts';
import { asJson } from './values.ts';

/** A claim that is still running after this is a dead process's: its work was never committed. */
const deadAfterSeconds = 60;

/** How long an outcome is replayed. */
const keptSeconds = 86_400;

/** What a caller is told again, byte for byte, when it repeats its request. */
export interface Outcome {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Claim {
  /** Who asks; keys of different actors never meet. */
  readonly actor: string;
  readonly key: string;
  /** Method, path and body of the request, so that a key cannot be used for another one. */
  readonly request: string;
}

export interface RunOnceOptions {
  readonly clock?: Clock;
  readonly scope?: Scope | null;
  /** The outcome that a refusal (4xx) amounts to; null for an error whose work may be run again. */
  readonly outcomeOf?: (error: unknown) => Outcome | null;
}

/**
 * Does the work of a request once, however often it is asked for. The key is claimed first, in a
 * commit of its own; the outcome is kept in the same commit as the work's effects, so a crash
 * leaves both or neither, and a claim whose process died is taken over by the next attempt.
 * Throws StoreError idempotency_running (409) or idempotency_mismatch (422).
 */
export async function runOnce(
  database: Database,
  claim: Claim,
  work: (tx: Transaction<Schema>) => Promise<Outcome>,
  options: RunOnceOptions = {},
): Promise<{ readonly outcome: Outcome; readonly replayed: boolean }> {
  const { clock = systemClock, scope = null, outcomeOf = () => null } = options;
  const token = randomUUID();
  const earlier = await claimKey(database, claim, token, clock.now());
  if (earlier !== null) return { outcome: earlier, replayed: true };
  try {
    const outcome = await database.transaction(
      async (tx) => {
        const result = await work(tx);
        await keepOutcome(tx, claim, token, 'done', result, clock.now());
        return result;
      },
      { scope },
    );
    return { outcome, replayed: false };
  } catch (error) {
    const outcome = outcomeOf(error);
    const noting =
      outcome === null
        ? dropClaim(database, claim, token)
        : keepOutcome(database.db, claim, token, 'failed', outcome, clock.now());
    // What cannot be noted now is worked out again at the next attempt; the caller gets its error.
    await noting.catch(() => {});
    throw error;
  }
}

/**
 * Claims the key, or gives the outcome it has; by insert, so that two claims cannot both win. A new
 * key, which is the rule, costs one statement.
 */
async function claimKey(
  database: Database,
  claim: Claim,
  token: string,
  now: Date,
): Promise<Outcome | null> {
  const digest = createHash('sha256').update(claim.request).digest();
  const fresh = { claim: token, digest, state: 'running' as const, claimed_at: now };
  const insert = async (db: Database['db'] | Transaction<Schema>) =>
    (await db
      .insertInto('idempotency_keys')
      .values({ actor: claim.actor, key: claim.key, ...fresh })
      .onConflict((conflict) => conflict.columns(['actor', 'key']).doNothing())
      .returning('claim')
      .executeTakeFirst()) !== undefined;
  if (await insert(database.db)) return null;
  return await database.transaction(async (tx) => {
    const row = await tx
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('actor', '=', claim.actor)
      .where('key', '=', claim.key)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) {
      // Given up between the two statements; somebody else may have claimed it since.
      if (await insert(tx)) return null;
      throw stillRunning();
    }
    if (row.claimed_at >= secondsAfter(now, -keptSeconds)) {
      if (!row.digest.equals(digest)) {
        throw new StoreError('idempotency_mismatch', 'the key was used with another request');
      }
      if (row.state !== 'running') {
        return { status: row.status ?? 500, headers: row.headers ?? {}, body: row.body ?? '' };
      }
      if (row.claimed_at > secondsAfter(now, -deadAfterSeconds)) throw stillRunning();
    }
    const cleared = { status: null, headers: null, body: null, finished_at: null };
    await tx
      .updateTable('idempotency_keys')
      .set({ ...fresh, ...cleared })
      .where('actor', '=', claim.actor)
      .where('key', '=', claim.key)
      .execute();
    return null;
  });
}

function stillRunning(): StoreError {
  return new StoreError('idempotency_running', 'a request with this key is still running');
}

/** Throws StoreError lease_lost, which undoes the work, if another attempt has the key by now. */
async function keepOutcome(
  db: Database['db'] | Transaction<Schema>,
  claim: Claim,
  token: string,
  state: 'done' | 'failed',
  outcome: Outcome,
  now: Date,
): Promise<void> {
  const row = await db
    .updateTable('idempotency_keys')
    .set({
      state,
      status: outcome.status,
      headers: asJson(outcome.headers),
      body: outcome.body,
      finished_at: now,
    })
    .where('actor', '=', claim.actor)
    .where('key', '=', claim.key)
    .where('claim', '=', token)
    .returning('claim')
    .executeTakeFirst();
  if (row === undefined) {
    throw new StoreError('lease_lost', 'the work took so long that another attempt has begun');
  }
}

async function dropClaim(database: Database, claim: Claim, token: string): Promise<void> {
  await database.db
    .deleteFrom('idempotency_keys')
    .where('actor', '=', claim.actor)
    .where('key', '=', claim.key)
    .where('claim', '=', token)
    .where('state', '=', 'running')
    .execute();
}

/** Removes outcomes that are no longer replayed and claims of dead processes; the number removed. */
export async function sweepKeys(database: Database, now: Date): Promise<number> {
  const result = await database.db
    .deleteFrom('idempotency_keys')
    .where((where) =>
      where.or([
        where('claimed_at', '<', secondsAfter(now, -keptSeconds)),
        where.and([
          where('state', '=', 'running'),
          where('claimed_at', '<', secondsAfter(now, -deadAfterSeconds)),
        ]),
      ]),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
