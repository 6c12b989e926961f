import { type Actor, worksAt } from '../actor.ts';
import { LoanError } from '../errors.ts';
import { type ActionResult, actOn } from '../requests/act.ts';
import type { LoanContext, Tx } from '../requests/context.ts';

export interface Scanned extends ActionResult {
  readonly action: string;
  readonly barcode: string;
}

/** What a scan means at the home desk, by the state of the request. */
const homeSteps: Readonly<Record<string, string>> = {
  IN_TRANSIT: 'arrive',
  ARRIVED: 'lend_to_reader',
  ON_LOAN: 'return_by_reader',
};

/** At the lender's desk a book that is out can only be coming in. */
const lenderSteps: Readonly<Record<string, string>> = {
  LENT_DIRECT: 'check_in',
  LENT: 'check_in',
  RECEIVED_BY_BORROWER: 'check_in',
  RETURN_SHIPPED: 'check_in',
};

/**
 * Takes the one step that a scanned barcode means at this desk. A loan of several volumes moves
 * with the scan of any of them at the home desk; at the lender each volume is checked in alone.
 */
export async function scanBarcode(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  scanned: { readonly barcode: string; readonly lender?: string | null },
): Promise<Scanned> {
  const desk = actor.libraryId ?? '';
  if (!worksAt(actor, desk)) {
    const sentence = { zh: '只有柜台人员可以扫描。', en: 'Only a desk scans.' };
    throw new LoanError('forbidden', sentence, { rule: 'desk.own' });
  }
  let query = tx
    .selectFrom('loan_items as i')
    .innerJoin('loan_requests as r', 'r.id', 'i.request_id')
    .innerJoin('loan_legs as l', (join) =>
      join.onRef('l.request_id', '=', 'i.request_id').onRef('l.leg', '=', 'i.leg'),
    )
    .select(['i.lender', 'i.request_id', 'i.leg', 'r.number', 'r.state', 'l.state as leg_state'])
    .where('i.barcode', '=', scanned.barcode)
    .where('i.back_at', 'is', null)
    .where((where) => where.or([where('i.lender', '=', desk), where('r.home_library', '=', desk)]));
  if (scanned.lender) query = query.where('i.lender', '=', scanned.lender);
  const found = await query.limit(2).execute();
  const [item, other] = found;
  if (item === undefined) {
    const sentence = { zh: '没有这个条码的在借文献。', en: 'No loan has this barcode.' };
    throw new LoanError('not_found', sentence, { pointer: '/barcode' });
  }
  if (other !== undefined) {
    const sentence = {
      zh: '不止一馆有这个条码，请选择出借馆。',
      en: 'More than one library has this barcode; choose the lender.',
    };
    throw new LoanError('invalid', sentence, { pointer: '/lender' });
  }
  const lending = item.lender === desk;
  const action = lending ? lenderSteps[item.leg_state] : homeSteps[item.state];
  if (action === undefined) {
    const sentence = {
      zh: '当前状态下扫描没有对应的操作。',
      en: 'A scan means nothing in this state.',
    };
    throw new LoanError('not_open', sentence, { rule: 'desk.scan' });
  }
  const out = await tx
    .selectFrom('loan_items')
    .select('id')
    .where('request_id', '=', item.request_id)
    .where('leg', '=', item.leg)
    .where('back_at', 'is', null)
    .execute();
  const partial = lending && out.length > 1;
  const result = await actOn(context, tx, actor, {
    number: item.number,
    action: partial ? 'check_in_part' : action,
    version: null,
    input: lending ? { volumes: [{ barcode: scanned.barcode }] } : {},
    side: lending ? 'lending' : 'borrowing',
  });
  return { ...result, action: partial ? 'check_in_part' : action, barcode: scanned.barcode };
}
