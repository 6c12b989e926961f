import type { Transaction } from 'kysely';
import { type AuditEntry, recordAudit } from '../store/audit.ts';
import type { Schema } from '../store/schema.ts';

/** Who did something to a library: a person, a token, the library itself, or the gateway. */
export type Author = AuditEntry['actor'];

/** Writes to the library's own trail; what it did itself stands there as well. */
export async function recordChange(
  tx: Transaction<Schema>,
  by: Author,
  action: string,
  library: string,
  change: Pick<AuditEntry, 'before' | 'after'>,
  now: Date,
): Promise<void> {
  const subject = { kind: 'library', id: library };
  const actor = { kind: by.kind, id: by.id };
  await recordAudit(tx, { trail: library, actor, action, subject, ...change }, now);
}
