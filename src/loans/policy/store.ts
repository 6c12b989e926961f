import { recordAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import { asJson, type Json } from '../../store/values.ts';
import { type Actor, isGateway, runsFederation } from '../actor.ts';
import { LoanError } from '../errors.ts';
import type { LoanContext, Reading, Tx } from '../requests/context.ts';
import { readPolicy } from './read.ts';
import type { Policy } from './types.ts';

export interface PolicyRevision {
  readonly revision: number;
  readonly policy: Policy;
}

/** A revision never changes, so what was read once stays good. */
const known = new WeakMap<Database, Map<number, Policy>>();

function remember(database: Database, revision: number, document: Json): Policy {
  let revisions = known.get(database);
  if (revisions === undefined) {
    revisions = new Map();
    known.set(database, revisions);
  }
  const policy = readPolicy(document);
  revisions.set(revision, policy);
  return policy;
}

/** The policy a request was made under; it stays that one however often policy changes. */
export async function policyOfRevision(
  context: LoanContext,
  db: Reading,
  revision: number,
): Promise<Policy> {
  const kept = known.get(context.database)?.get(revision);
  if (kept !== undefined) return kept;
  const row = await db
    .selectFrom('policy_revisions')
    .select('document')
    .where('revision', '=', revision)
    .executeTakeFirstOrThrow();
  return remember(context.database, revision, row.document);
}

/** The policy in force. Throws LoanError where none was ever published. */
export async function currentPolicy(context: LoanContext, db: Reading): Promise<PolicyRevision> {
  const row = await db
    .selectFrom('policy_revisions')
    .select((select) => select.fn.max('revision').as('revision'))
    .executeTakeFirst();
  const revision = row?.revision ?? null;
  if (revision === null) {
    const sentence = { zh: '尚未发布借阅规则。', en: 'No policy has been published.' };
    throw new LoanError('refused', sentence, { rule: 'policy.published' });
  }
  return { revision, policy: await policyOfRevision(context, db, revision) };
}

/** Publishes a policy document for requests from now on; running ones keep theirs. */
export async function publishPolicy(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  document: unknown,
): Promise<PolicyRevision> {
  if (!isGateway(actor) && !runsFederation(actor)) {
    const sentence = {
      zh: '只有联盟管理员可以发布规则。',
      en: 'Only the federation’s administrator publishes policy.',
    };
    throw new LoanError('forbidden', sentence);
  }
  const policy = readPolicy(document);
  const now = context.clock.now();
  const row = await tx
    .insertInto('policy_revisions')
    .values({
      id: policy.id,
      document: asJson(document),
      published_at: now,
      published_by: actor.id,
    })
    .returning('revision')
    .executeTakeFirstOrThrow();
  await recordAudit(
    tx,
    {
      trail: 'federation',
      actor: { kind: actor.kind, id: actor.id },
      action: 'policy.publish',
      subject: { kind: 'policy', id: String(row.revision) },
      after: { id: policy.id, rules: policy.rules.length },
    },
    now,
  );
  return { revision: row.revision, policy };
}
