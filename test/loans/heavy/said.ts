import type { Database } from '../../../src/store/database.ts';
import { unsoundLoans } from '../../support/loan-invariants.ts';

/**
 * Looks at everything after a kill or a cut: what was said (the number of each key) is there, nothing is there
 * twice, and all is sound. Gives the number of requests, and every contradiction.
 */
export async function compareSaid(
  database: Database,
  said: ReadonlyMap<string, string>,
): Promise<{ readonly requests: number; readonly faults: readonly string[] }> {
  const rows = await database.db
    .selectFrom('loan_requests')
    .select(['number', 'own_reference'])
    .execute();
  const found = new Map(rows.map((row) => [row.own_reference, row.number]));
  const faults: string[] = [];
  if (found.size !== rows.length) faults.push(`${rows.length - found.size} requests are doubled`);
  for (const [key, number] of said) {
    if (found.get(key) !== number) faults.push(`${key}: ${number} was said, not ${found.get(key)}`);
  }
  faults.push(...(await unsoundLoans(database)));
  return { requests: rows.length, faults };
}
