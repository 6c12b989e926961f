import type { Actor } from '../actor.ts';
import type { LoanContext, Reading } from '../requests/context.ts';
import type { Citation } from '../requests/types.ts';
import { refuseStranger } from './queues.ts';

export interface PullSlip {
  readonly number: string;
  readonly version: number;
  readonly callNumber: string | null;
  readonly collection: string;
  readonly location: string | null;
  readonly title: string;
  readonly author: string | null;
  readonly edition: string | null;
  readonly volume: string | null;
  readonly year: string | null;
  readonly isbn: string | null;
  readonly volumes: number;
  readonly delivery: string;
  readonly homeLibrary: string;
  readonly homeName: { readonly zh: string; readonly en: string };
  readonly state: string;
}

const mostSlips = 500;

/** What has to be fetched from the shelves, collection by collection, in the order of the walk. */
export async function pullSlips(
  context: LoanContext,
  db: Reading,
  actor: Actor,
  library: string,
  states: readonly ('RECEIVED' | 'SEARCHING' | 'PROMISED' | 'PICKUP_WAIT')[] = [
    'RECEIVED',
    'SEARCHING',
  ],
): Promise<readonly PullSlip[]> {
  refuseStranger(actor, library);
  const rows = await db
    .selectFrom('loan_legs as l')
    .innerJoin('loan_requests as r', 'r.id', 'l.request_id')
    .select([
      'r.number',
      'r.version',
      'r.citation',
      'r.volumes',
      'l.call_number',
      'l.collection',
      'l.location',
      'l.delivery',
      'l.home_library',
      'l.state',
    ])
    .where('l.lender', '=', library)
    .where('l.closed', '=', false)
    .where('l.state', 'in', [...states])
    .orderBy('l.collection')
    .orderBy('l.shelf_key')
    .orderBy('r.id')
    .limit(mostSlips)
    .execute();
  return rows.map((row) => {
    const citation = row.citation as unknown as Citation;
    const { title, author, edition, volume, year, isbn } = citation;
    const home = row.home_library;
    return {
      number: row.number,
      version: row.version,
      callNumber: row.call_number ?? citation.callNumber,
      collection: row.collection,
      location: row.location,
      title,
      author,
      edition,
      volume,
      year,
      isbn,
      volumes: row.volumes,
      delivery: row.delivery,
      homeLibrary: home,
      homeName: context.findLibrary(home)?.name ?? { zh: home, en: home },
      state: row.state,
    };
  });
}
