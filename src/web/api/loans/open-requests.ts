import type { LoanContext } from '../../../loans/requests/context.ts';

/** Whether a library has requests that are not at their end, as a home or as a lender. */
export async function hasOpenRequests(
  { database }: LoanContext,
  library: string,
): Promise<boolean> {
  const asHome = await database.db
    .selectFrom('loan_requests')
    .select('id')
    .where('home_library', '=', library)
    .where('closed', '=', false)
    .limit(1)
    .executeTakeFirst();
  if (asHome !== undefined) return true;
  const asLender = await database.db
    .selectFrom('loan_legs')
    .select('leg')
    .where('lender', '=', library)
    .where('closed', '=', false)
    .limit(1)
    .executeTakeFirst();
  return asLender !== undefined;
}
