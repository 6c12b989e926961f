import type { Work } from '../lifecycle/work.ts';
import type { Reading, Tx } from './context.ts';

/** What decides how many volumes a reader may have. */
export interface SlotRules {
  readonly limit: number | null;
  readonly mode: 'outstanding' | 'per_request';
  readonly blockUntilReturned: boolean;
}

/** Where a request's slots are counted: with all the reader's others, or for this occasion alone. */
export function slotScope(rules: SlotRules, number: string): string {
  return rules.mode === 'outstanding' ? 'outstanding' : number;
}

/** Slots taken within a scope, lowest first. */
export async function slotsTaken(
  db: Reading,
  readerId: string,
  scope: string,
): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('reader_slots')
    .select('slot')
    .where('reader_id', '=', readerId)
    .where('scope', '=', scope)
    .orderBy('slot')
    .execute();
  return rows.map((row) => row.slot);
}

/**
 * Takes one slot for each volume, the lowest that are free. The caller has read what is taken while
 * holding the reader's row; the primary key and the check on the limit stand behind it should it not.
 */
export async function takeSlots(
  tx: Tx,
  request: { readonly id: number; readonly volumes: number },
  readerId: string,
  scope: { readonly name: string; readonly taken: readonly number[] },
  limit: number,
): Promise<void> {
  const taken = new Set(scope.taken);
  const free: number[] = [];
  for (let slot = 1; free.length < request.volumes; slot++) {
    if (!taken.has(slot)) free.push(slot);
  }
  await tx
    .insertInto('reader_slots')
    .values(
      free.map((slot) => ({
        reader_id: readerId,
        scope: scope.name,
        slot,
        slot_limit: limit,
        request_id: request.id,
      })),
    )
    .execute();
}

/** Gives the slots of a request back once it has ended. */
export async function releaseSlots(work: Work): Promise<void> {
  if (work.request.slots_held === 0) return;
  await work.tx.deleteFrom('reader_slots').where('request_id', '=', work.request.id).execute();
  await work.tx
    .updateTable('loan_requests')
    .set({ slots_held: 0 })
    .where('id', '=', work.request.id)
    .execute();
  work.request.slots_held = 0;
}
