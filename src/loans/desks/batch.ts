import type { Actor } from '../actor.ts';
import { LoanError } from '../errors.ts';
import { type ActionInput, type ActionResult, actOn } from '../requests/act.ts';
import type { LoanContext } from '../requests/context.ts';

/** Rows of one batch; more are answered as a refusal of the whole. */
export const maxBatch = 200;

export type BatchRow =
  | { readonly number: string; readonly ok: true; readonly result: ActionResult }
  | { readonly number: string; readonly ok: false; readonly error: LoanError };

/**
 * Takes one action for each row, each in its own transaction: what one row is refused changes
 * nothing for the others, and a row that was done stays done.
 */
export async function actOnMany(
  context: LoanContext,
  actor: Actor,
  rows: readonly ActionInput[],
): Promise<readonly BatchRow[]> {
  if (rows.length === 0 || rows.length > maxBatch) {
    throw new LoanError('invalid', {
      zh: `每批1至${maxBatch}行。`,
      en: `A batch has 1 to ${maxBatch} rows.`,
    });
  }
  const results: BatchRow[] = [];
  for (const row of rows) {
    try {
      const result = await context.database.transaction((tx) => actOn(context, tx, actor, row));
      results.push({ number: row.number, ok: true, result });
    } catch (error) {
      if (!(error instanceof LoanError)) throw error;
      results.push({ number: row.number, ok: false, error });
    }
  }
  return results;
}
