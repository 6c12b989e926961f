import { sql } from 'kysely';
import { recordAudit } from '../../store/audit.ts';
import { breaks } from '../../store/errors.ts';
import { type Actor, worksAt } from '../actor.ts';
import { dayAt } from '../calendar/dates.ts';
import { LoanError, notFound } from '../errors.ts';
import { actOn } from '../requests/act.ts';
import type { LoanContext, Reading, Tx } from '../requests/context.ts';
import { refuseStranger } from './queues.ts';

const mostItems = 500;

export interface ConsignmentView {
  readonly number: string;
  readonly from: string;
  readonly to: string;
  readonly state: 'packing' | 'sent' | 'received';
  readonly courier: string | null;
  readonly tracking: string | null;
  readonly parcels: number;
  readonly createdAt: string;
  readonly sentAt: string | null;
  readonly receivedAt: string | null;
  readonly items: readonly {
    readonly request: string;
    readonly title: string;
    readonly barcode: string;
    readonly volume: number;
    readonly received: boolean;
  }[];
}

function atDesk(actor: Actor): string {
  const desk = actor.libraryId ?? '';
  if (!worksAt(actor, desk)) {
    const sentence = {
      zh: '只有柜台人员可以办理物流单。',
      en: 'Only a desk handles consignments.',
    };
    throw new LoanError('forbidden', sentence, { rule: 'desk.own' });
  }
  return desk;
}

/** Opens a courier sheet from the actor's library to another and packs the named copies. */
export async function packConsignment(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  input: { readonly to: string; readonly barcodes: readonly string[]; readonly parcels?: number },
): Promise<ConsignmentView> {
  const from = atDesk(actor);
  const parcels = input.parcels ?? 1;
  const bad =
    input.barcodes.length === 0 ||
    input.barcodes.length > mostItems ||
    !Number.isInteger(parcels) ||
    parcels < 1 ||
    parcels > 999;
  if (bad || context.findLibrary(input.to) === null) {
    throw new LoanError('invalid', {
      zh: '物流单须有收件馆、至少一册和包裹数。',
      en: 'A consignment needs a receiving library, a copy and a number of parcels.',
    });
  }
  const items = await tx
    .selectFrom('loan_items as i')
    .innerJoin('loan_requests as r', 'r.id', 'i.request_id')
    .innerJoin('loan_legs as l', (join) =>
      join.onRef('l.request_id', '=', 'i.request_id').onRef('l.leg', '=', 'i.leg'),
    )
    .select(['i.id', 'i.barcode', 'i.lender', 'r.home_library', 'r.state', 'l.state as leg_state'])
    .where('i.barcode', 'in', [...input.barcodes])
    .where('i.back_at', 'is', null)
    .where((where) =>
      where.or([
        where.and([where('i.lender', '=', from), where('r.home_library', '=', input.to)]),
        where.and([where('i.lender', '=', input.to), where('r.home_library', '=', from)]),
      ]),
    )
    .execute();
  for (const barcode of input.barcodes) {
    const item = items.find((candidate) => candidate.barcode === barcode);
    const ready =
      item !== undefined &&
      (item.lender === from ? item.leg_state === 'LENT' : item.state === 'RETURNING');
    if (ready) continue;
    const sentence = {
      zh: `条码${barcode}不在待寄之列。`,
      en: `${barcode} is not waiting to be sent there.`,
    };
    throw new LoanError('invalid', sentence, { pointer: '/barcodes', rule: 'consignment.items' });
  }
  const now = context.clock.now();
  const { rows } = await sql<{ next: number }>`select nextval('loan_numbers') as next`.execute(tx);
  const day = dayAt(now, context.timezone).replaceAll('-', '');
  const number = `W${day}${String(rows[0]?.next ?? 0).padStart(8, '0')}`;
  const consignment = await tx
    .insertInto('consignments')
    .values({
      number,
      from_library: from,
      to_library: input.to,
      state: 'packing',
      courier: null,
      tracking: null,
      parcels,
      created_at: now,
      created_by: actor.id,
      sent_at: null,
      received_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  // A parcel that was unpacked copy by copy leaves its sheet open; that journey is over.
  await tx
    .updateTable('consignment_items')
    .set({ open: false })
    .where('open', '=', true)
    .where(
      'item_id',
      'in',
      items.map((item) => item.id),
    )
    .where('consignment_id', 'in', (select) =>
      select.selectFrom('consignments').select('id').where('to_library', '=', from),
    )
    .execute();
  try {
    await tx
      .insertInto('consignment_items')
      .values(
        items.map((item) => ({
          consignment_id: consignment.id,
          item_id: item.id,
          received_at: null,
        })),
      )
      .execute();
  } catch (error) {
    if (!breaks(error, 'consignment_items_one_open')) throw error;
    const sentence = {
      zh: '有的册已在另一张物流单上。',
      en: 'A copy is on another consignment already.',
    };
    throw new LoanError('taken', sentence, { rule: 'consignment.oneOpen', cause: error });
  }
  return await viewConsignment(tx, actor, number);
}

/** Hands the parcels to the courier. */
export async function sendConsignment(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  input: {
    readonly number: string;
    readonly courier: string;
    readonly tracking: string;
    readonly parcels?: number;
  },
): Promise<ConsignmentView> {
  const from = atDesk(actor);
  const fits = (text: string) => text.trim() !== '' && text.length <= 64;
  if (!fits(input.courier) || !fits(input.tracking)) {
    throw new LoanError('invalid', {
      zh: '须填写物流公司和物流单号。',
      en: 'The courier and the tracking number are required.',
    });
  }
  const now = context.clock.now();
  const row = await tx
    .updateTable('consignments')
    .set({
      state: 'sent',
      courier: input.courier,
      tracking: input.tracking,
      sent_at: now,
      ...(input.parcels !== undefined && { parcels: input.parcels }),
    })
    .where('number', '=', input.number)
    .where('from_library', '=', from)
    .where('state', '=', 'packing')
    .returning('id')
    .executeTakeFirst();
  if (row === undefined)
    throw notFound('没有待寄的这张物流单。', 'No such consignment is being packed.');
  await recordAudit(
    tx,
    {
      trail: from,
      actor: { kind: actor.kind, id: actor.id },
      action: 'consignment.send',
      subject: { kind: 'consignment', id: input.number },
      after: { courier: input.courier, tracking: input.tracking },
    },
    now,
  );
  return await viewConsignment(tx, actor, input.number);
}

export interface ReceivedConsignment {
  readonly consignment: ConsignmentView;
  /** Copies that were on the sheet but not in the parcel. */
  readonly missing: readonly string[];
}

/**
 * Receives a whole sheet at once, without the copies named as missing: at the home desk every
 * request arrives, at the lender's every copy is checked in.
 */
export async function receiveConsignment(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  input: { readonly number: string; readonly missing?: readonly string[] },
): Promise<ReceivedConsignment> {
  const desk = atDesk(actor);
  const missing = new Set(input.missing ?? []);
  const now = context.clock.now();
  const sheet = await tx
    .updateTable('consignments')
    .set({ state: 'received', received_at: now })
    .where('number', '=', input.number)
    .where('to_library', '=', desk)
    .where('state', '=', 'sent')
    .returning('id')
    .executeTakeFirst();
  if (sheet === undefined)
    throw notFound('没有寄来的这张物流单。', 'No such consignment is on its way here.');
  const items = await tx
    .selectFrom('consignment_items as c')
    .innerJoin('loan_items as i', 'i.id', 'c.item_id')
    .innerJoin('loan_requests as r', 'r.id', 'i.request_id')
    .select(['c.item_id', 'i.barcode', 'i.lender', 'i.request_id', 'r.number', 'r.state'])
    .where('c.consignment_id', '=', sheet.id)
    .orderBy('i.id')
    .execute();
  const here = items.filter((item) => !missing.has(item.barcode));
  for (const number of new Set(here.map((item) => item.number))) {
    const parts = here.filter((item) => item.number === number);
    await receiveOne(context, tx, actor, number, parts, desk);
  }
  for (const item of items) {
    await tx
      .updateTable('consignment_items')
      .set({ open: false, received_at: missing.has(item.barcode) ? null : now })
      .where('consignment_id', '=', sheet.id)
      .where('item_id', '=', item.item_id)
      .execute();
  }
  return {
    consignment: await viewConsignment(tx, actor, input.number),
    missing: items.filter((item) => missing.has(item.barcode)).map((item) => item.barcode),
  };
}

async function receiveOne(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  number: string,
  parts: readonly { readonly barcode: string; readonly lender: string; readonly state: string }[],
  desk: string,
): Promise<void> {
  const [first] = parts;
  if (first === undefined) return;
  if (first.lender !== desk) {
    if (first.state !== 'IN_TRANSIT') return;
    await actOn(context, tx, actor, { number, action: 'arrive', version: null, input: {} });
    return;
  }
  const out = await tx
    .selectFrom('loan_items as i')
    .innerJoin('loan_requests as r', 'r.id', 'i.request_id')
    .select('i.barcode')
    .where('r.number', '=', number)
    .where('i.back_at', 'is', null)
    .execute();
  const back = parts.filter((part) => out.some((item) => item.barcode === part.barcode));
  if (back.length === 0) return;
  const volumes = back.map(({ barcode }) => ({ barcode }));
  const action = out.length === back.length ? 'check_in' : 'check_in_part';
  const side = 'lending' as const;
  await actOn(context, tx, actor, { number, action, version: null, input: { volumes }, side });
}

export async function viewConsignment(
  db: Reading,
  actor: Actor,
  number: string,
): Promise<ConsignmentView> {
  const row = await db
    .selectFrom('consignments')
    .selectAll()
    .where('number', '=', number)
    .executeTakeFirst();
  const desk = actor.libraryId;
  if (
    row === undefined ||
    (desk !== null && desk !== row.from_library && desk !== row.to_library)
  ) {
    throw notFound('没有这张物流单。', 'There is no such consignment.');
  }
  refuseStranger(actor, desk ?? row.from_library);
  const items = await db
    .selectFrom('consignment_items as c')
    .innerJoin('loan_items as i', 'i.id', 'c.item_id')
    .innerJoin('loan_requests as r', 'r.id', 'i.request_id')
    .select(['i.barcode', 'i.volume', 'r.number', 'r.citation', 'c.received_at'])
    .where('c.consignment_id', '=', row.id)
    .orderBy('r.number')
    .orderBy('i.volume')
    .execute();
  return {
    number: row.number,
    from: row.from_library,
    to: row.to_library,
    state: row.state,
    courier: row.courier,
    tracking: row.tracking,
    parcels: row.parcels,
    createdAt: row.created_at.toISOString(),
    sentAt: row.sent_at?.toISOString() ?? null,
    receivedAt: row.received_at?.toISOString() ?? null,
    items: items.map((item) => ({
      request: item.number,
      title: String((item.citation as { title?: unknown }).title ?? ''),
      barcode: item.barcode,
      volume: item.volume,
      received: item.received_at !== null,
    })),
  };
}

/** The sheets of a library, newest first. */
export async function listConsignments(
  db: Reading,
  actor: Actor,
  library: string,
  direction: 'out' | 'in',
): Promise<readonly ConsignmentView[]> {
  refuseStranger(actor, library);
  const rows = await db
    .selectFrom('consignments')
    .select('number')
    .where(direction === 'out' ? 'from_library' : 'to_library', '=', library)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(100)
    .execute();
  const views: ConsignmentView[] = [];
  for (const { number } of rows) views.push(await viewConsignment(db, actor, number));
  return views;
}
