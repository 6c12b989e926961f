import type { Json } from '../../store/values.ts';
import { dayAt } from '../calendar/dates.ts';
import { suspensionOf } from '../notices/suspensions.ts';
import { decide, isForeign, switchOf } from '../policy/decide.ts';
import { quotaOf } from './legs.ts';
import { activeLeg, decideFor, factsOf, type Move, type RotaRow, type Work } from './work.ts';

/**
 * What the gateway does by itself when a request comes to stand at ROUTING: it asks the next lender
 * of the rota. The lender a reader named is a rota of one; a second one is asked only where policy
 * says so. A rota that never had a lender waits for the home desk to choose one.
 */
export async function routeOn(work: Work): Promise<Move | null> {
  const { request } = work;
  const last = work.events.findLast((event) => event.side === 'borrowing');
  if (request.state !== 'ROUTING' || last?.to !== 'ROUTING' || last.from === 'ROUTING') return null;
  if (activeLeg(work) !== null) return null;
  const asked = work.legs.length > 0;
  if (asked && !switchOf(decideFor(work, 'request.nextLender', null))) return system('exhausted');
  const rota = await rotaOf(work);
  for (const entry of rota.filter(({ state }) => state === 'waiting')) {
    const skipped =
      whySkipped(work, entry.lender) ??
      (await whySuspended(work, entry.lender)) ??
      (await whyFull(work, entry.lender));
    entry.state = skipped === null ? 'used' : 'skipped';
    entry.why = skipped;
    await work.tx
      .updateTable('loan_rota')
      .set({ state: entry.state, why: skipped })
      .where('request_id', '=', request.id)
      .where('position', '=', entry.position)
      .execute();
    if (skipped !== null) continue;
    return system('send', { lender: entry.lender, holding: entry.holding });
  }
  return asked || rota.length > 0 ? system('exhausted') : null;
}

/** Read once for a transaction; the request's row is held, so nobody else changes them meanwhile. */
async function rotaOf(work: Work): Promise<readonly RotaRow[]> {
  work.rota ??= await work.tx
    .selectFrom('loan_rota')
    .selectAll()
    .where('request_id', '=', work.request.id)
    .orderBy('position')
    .execute();
  return work.rota;
}

/** Why a lender of the rota is not asked; kept with its entry, for whoever wonders. */
function whySkipped(work: Work, lender: string): string | null {
  const { request, context } = work;
  const library = context.findLibrary(lender);
  if (library === null) return 'unknown';
  if (lender === request.home_library) return 'home_library';
  if (library.paused) return 'paused';
  const today = dayAt(work.at, library.calendar.timezone);
  const { lend } = library;
  if (lend === null) return 'does_not_lend';
  const open = (lend.from === null || lend.from <= today) && (lend.to === null || today <= lend.to);
  if (!open) return 'does_not_lend_now';
  if (!library.delivery.includes(request.delivery)) return 'delivery';
  const facts = factsOf(context, request, { lender, collection: '' });
  if (!lend.foreign && isForeign(facts.language) === true) return 'foreign';
  return switchOf(decide(work.policy, 'loan.lends', facts)) ? null : 'policy';
}

async function whySuspended(work: Work, lender: string): Promise<string | null> {
  return (await suspensionOf(work.tx, lender, work.at)) === null ? null : 'suspended';
}

async function whyFull(work: Work, lender: string): Promise<string | null> {
  const quota = quotaOf(work, { lender, collection: '' });
  if (quota === null) return null;
  const row = await work.tx
    .selectFrom('lender_quotas')
    .select('used')
    .where('lender', '=', lender)
    .where('month', '=', dayAt(work.at, work.context.timezone).slice(0, 7))
    .forUpdate()
    .executeTakeFirst();
  return (row?.used ?? 0) + work.request.volumes > quota.limit ? 'quota' : null;
}

function system(action: string, detail: Readonly<Record<string, Json>> = {}): Move {
  return {
    side: 'borrowing',
    leg: 0,
    action,
    role: 'system',
    actorId: null,
    library: null,
    detail,
  };
}
