import { sql } from 'kysely';
import { recordAudit } from '../../store/audit.ts';
import { breaks } from '../../store/errors.ts';
import { type Actor, leadsAt, worksAt } from '../actor.ts';
import { deadline } from '../calendar/deadlines.ts';
import { LoanError, notFound } from '../errors.ts';
import { calendarOf, decideFor, openWork } from '../lifecycle/work.ts';
import { durationOf } from '../policy/decide.ts';
import { type ActionResult, actOn } from '../requests/act.ts';
import type { LoanContext, Reading, Tx } from '../requests/context.ts';

export interface CardView {
  readonly number: string;
  readonly library: string;
  readonly state: 'stock' | 'out' | 'withdrawn';
  readonly request: string | null;
  readonly issuedAt: string | null;
  readonly dueAt: string | null;
  readonly overdue: boolean;
}

/** Adds a card of the alliance to a library's stock. */
export async function addCard(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  number: string,
): Promise<CardView> {
  const library = actor.libraryId ?? '';
  if (!leadsAt(actor, library)) {
    const sentence = { zh: '只有负责人可以登记自取卡。', en: 'Only a desk lead adds cards.' };
    throw new LoanError('forbidden', sentence, { rule: 'card.stock' });
  }
  if (!/^[0-9A-Za-z-]{1,32}$/.test(number)) {
    const sentence = { zh: '卡号格式不对。', en: 'That is no card number.' };
    throw new LoanError('invalid', sentence, { pointer: '/number' });
  }
  const row = await tx
    .insertInto('pickup_cards')
    .values({ number, library, state: 'stock', added_at: context.clock.now() })
    .onConflict((conflict) => conflict.column('number').doNothing())
    .returning('number')
    .executeTakeFirst();
  if (row === undefined) {
    const sentence = { zh: '已有这个卡号。', en: 'This card number is there already.' };
    throw new LoanError('taken', sentence, { rule: 'card.number' });
  }
  const now = context.clock.now();
  const card = { kind: 'card', id: number };
  const by = { kind: actor.kind, id: actor.id };
  await recordAudit(tx, { trail: library, actor: by, action: 'card.add', subject: card }, now);
  return {
    number,
    library,
    state: 'stock',
    request: null,
    issuedAt: null,
    dueAt: null,
    overdue: false,
  };
}

/** The cards of a library and where each is; late ones first. */
export async function listCards(
  context: LoanContext,
  db: Reading,
  actor: Actor,
  library: string,
): Promise<readonly CardView[]> {
  if (!worksAt(actor, library)) throw notFound('没有这些卡。', 'There are no such cards.');
  const now = context.clock.now();
  const rows = await db
    .selectFrom('pickup_cards as c')
    .leftJoin('pickup_card_loans as l', (join) =>
      join.onRef('l.card', '=', 'c.number').on('l.returned_at', 'is', null),
    )
    .leftJoin('loan_requests as r', 'r.id', 'l.request_id')
    .select(['c.number', 'c.library', 'c.state', 'r.number as request', 'l.issued_at', 'l.due_at'])
    .where('c.library', '=', library)
    .orderBy('l.due_at', (order) => order.asc().nullsLast())
    .orderBy('c.number')
    .limit(1000)
    .execute();
  return rows.map((row) => ({
    number: row.number,
    library: row.library,
    state: row.issued_at === null ? row.state : 'out',
    request: row.request,
    issuedAt: row.issued_at?.toISOString() ?? null,
    dueAt: row.due_at?.toISOString() ?? null,
    overdue: row.due_at !== null && row.due_at < now,
  }));
}

/** Lends a card to the reader of a promised request; the request then waits for the visit. */
export async function issueCard(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  input: {
    readonly card: string;
    readonly request: string;
    readonly version: number | null;
    /** The document the reader left or showed. */
    readonly document: string;
  },
): Promise<ActionResult> {
  const work = await openWork(context, tx, { number: input.request });
  const { request } = work;
  if (!worksAt(actor, request.home_library)) throw notFound();
  const card = await tx
    .selectFrom('pickup_cards')
    .selectAll()
    .where('number', '=', input.card)
    .where('library', '=', request.home_library)
    .where('state', '=', 'stock')
    .forUpdate()
    .executeTakeFirst();
  if (card === undefined) throw notFound('本馆没有这张卡。', 'Your library has no such card.');
  if (request.delivery !== 'pickup' || request.state !== 'PROMISED') {
    const sentence = {
      zh: '只有已满足的自取申请可以借卡。',
      en: 'A card is lent for a promised self pick-up only.',
    };
    throw new LoanError('not_open', sentence, { rule: 'card.promised' });
  }
  if (input.document.trim() === '' || input.document.length > 200) {
    const sentence = { zh: '须写明所验证件。', en: 'The document seen must be named.' };
    throw new LoanError('invalid', sentence, { pointer: '/document' });
  }
  const period = durationOf(decideFor(work, 'pickup.cardPeriod', null));
  const home = calendarOf(context, request.home_library);
  await sql`savepoint issuing`.execute(tx);
  try {
    await tx
      .insertInto('pickup_card_loans')
      .values({
        card: card.number,
        reader_id: request.reader_id,
        request_id: request.id,
        issued_at: work.at,
        issued_by: actor.id,
        due_at: deadline(work.at, period, home),
        returned_at: null,
        returned_to: null,
      })
      .execute();
  } catch (error) {
    const held = breaks(error, 'pickup_card_one_holder') || breaks(error, 'pickup_card_one_each');
    if (!held) throw error;
    await sql`rollback to savepoint issuing`.execute(tx);
    const sentence = { zh: '此卡已借出。', en: 'This card is out already.' };
    throw new LoanError('taken', sentence, { rule: 'card.oneHolder', cause: error });
  }
  await recordAudit(
    tx,
    {
      trail: request.home_library,
      actor: { kind: actor.kind, id: actor.id },
      action: 'card.issue',
      subject: { kind: 'card', id: card.number },
      after: { request: request.number, document: input.document },
    },
    work.at,
  );
  return await actOn(context, tx, actor, {
    number: input.request,
    action: 'open_pickup',
    version: input.version,
    input: {},
  });
}

/** Takes a card back; every pass made out on it is void from now on. */
export async function returnCard(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  card: string,
): Promise<void> {
  const library = actor.libraryId ?? '';
  if (!worksAt(actor, library)) throw notFound('没有这张卡。', 'There is no such card.');
  const now = context.clock.now();
  const row = await tx
    .updateTable('pickup_card_loans')
    .set({ returned_at: now, returned_to: actor.id })
    .where('card', '=', card)
    .where('returned_at', 'is', null)
    .where('card', 'in', (select) =>
      select.selectFrom('pickup_cards').select('number').where('library', '=', library),
    )
    .returning('request_id')
    .executeTakeFirst();
  if (row === undefined) throw notFound('这张卡没有借出。', 'This card is not out.');
  const by = { kind: actor.kind, id: actor.id };
  const subject = { kind: 'card', id: card };
  await recordAudit(tx, { trail: library, actor: by, action: 'card.return', subject }, now);
}

/** The reader's own card, if one is out. */
export async function cardOfReader(
  db: Reading,
  actor: Actor,
): Promise<{
  readonly card: string;
  readonly request: string;
  readonly lender: string | null;
  readonly issuedAt: string;
  readonly dueAt: string;
  readonly visitAt: string | null;
} | null> {
  if (actor.kind !== 'reader') return null;
  const row = await db
    .selectFrom('pickup_card_loans as l')
    .innerJoin('loan_requests as r', 'r.id', 'l.request_id')
    .select(['l.card', 'r.number', 'r.lender', 'l.issued_at', 'l.due_at', 'r.visit_at'])
    .where('l.reader_id', '=', actor.id)
    .where('l.returned_at', 'is', null)
    .orderBy('l.issued_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    card: row.card,
    request: row.number,
    lender: row.lender,
    issuedAt: row.issued_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    visitAt: row.visit_at?.toISOString() ?? null,
  };
}
