import { createHmac, timingSafeEqual } from 'node:crypto';
import { recordAudit } from '../../store/audit.ts';
import { type Actor, worksAt } from '../actor.ts';
import { LoanError, notFound } from '../errors.ts';
import type { LoanContext, Reading, Tx } from '../requests/context.ts';
import type { Citation } from '../requests/types.ts';

/** A pass is shown within a visit; the reader's page makes a new one whenever it is opened. */
const passHours = 12;
const maxTokenLength = 1000;

interface PassContent {
  readonly v: 1;
  readonly card: string;
  readonly request: string;
  readonly lender: string;
  /** Seconds since 1970. */
  readonly until: number;
}

export interface Pass {
  /** What the code on the reader's screen holds. */
  readonly token: string;
  readonly card: string;
  readonly request: string;
  readonly lender: string;
  readonly validUntil: string;
}

function sign(context: LoanContext, body: string): Buffer {
  if (context.passKey.byteLength < 32) throw new Error('The key of passes has at least 32 bytes.');
  return createHmac('sha256', context.passKey).update(`guanji.pass.1.${body}`).digest();
}

/** Makes the pass of the reader who holds a card for this request. */
export async function makePass(
  context: LoanContext,
  db: Reading,
  actor: Actor,
  request: string,
): Promise<Pass> {
  const row = await db
    .selectFrom('pickup_card_loans as c')
    .innerJoin('loan_requests as r', 'r.id', 'c.request_id')
    .select(['c.card', 'r.number', 'r.lender'])
    .where('r.number', '=', request)
    .where('r.reader_id', '=', actor.id)
    .where('r.closed', '=', false)
    .where('c.returned_at', 'is', null)
    .executeTakeFirst();
  if (actor.kind !== 'reader' || row === undefined || row.lender === null) {
    throw notFound('没有可用的自取卡。', 'There is no card to make a pass from.');
  }
  const until = Math.floor(context.clock.now().getTime() / 1000) + passHours * 3600;
  const content: PassContent = { v: 1, card: row.card, request, lender: row.lender, until };
  const body = Buffer.from(JSON.stringify(content)).toString('base64url');
  return {
    token: `${body}.${sign(context, body).toString('base64url')}`,
    card: row.card,
    request,
    lender: row.lender,
    validUntil: new Date(until * 1000).toISOString(),
  };
}

export interface PassHolder {
  readonly request: string;
  readonly version: number;
  readonly state: string;
  readonly reader: string;
  readonly readerName: string | null;
  readonly readerBarcode: string | null;
  readonly homeLibrary: string;
  readonly card: string;
  readonly title: string;
  readonly callNumber: string | null;
  readonly hasPhoto: boolean;
}

/**
 * Verifies a pass at the lender's desk: the signature, the hour, that it is for this library, and
 * that the card is still out for a request that is still open. The look is written down.
 */
export async function verifyPass(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  token: string,
): Promise<PassHolder> {
  const content = readToken(context, token);
  const library = actor.libraryId ?? '';
  const wrong = new LoanError(
    'refused',
    { zh: '此凭证无效或已过期。', en: 'This pass is not valid, or not any more.' },
    { rule: 'pickup.pass' },
  );
  if (content === null || !worksAt(actor, library) || content.lender !== library) throw wrong;
  const row = await tx
    .selectFrom('pickup_card_loans as c')
    .innerJoin('loan_requests as r', 'r.id', 'c.request_id')
    .innerJoin('loan_legs as l', (join) =>
      join.onRef('l.request_id', '=', 'r.id').on('l.closed', '=', false),
    )
    .select([
      'r.number',
      'r.version',
      'r.reader_id',
      'r.home_library',
      'r.citation',
      'c.card',
      'l.state',
      'l.call_number',
    ])
    .where('r.number', '=', content.request)
    .where('c.card', '=', content.card)
    .where('c.returned_at', 'is', null)
    .where('l.lender', '=', library)
    .executeTakeFirst();
  if (row === undefined || row.reader_id === null) throw wrong;
  const reader = await tx
    .selectFrom('readers')
    .leftJoin('reader_profiles', 'reader_profiles.reader_id', 'readers.id')
    .select(['readers.barcode', 'readers.state', 'reader_profiles.name'])
    .where('readers.id', '=', row.reader_id)
    .executeTakeFirst();
  if (reader?.state !== 'approved') throw wrong;
  const photo = await tx
    .selectFrom('reader_photos')
    .select('reader_id')
    .where('reader_id', '=', row.reader_id)
    .executeTakeFirst();
  await recordAudit(
    tx,
    {
      trail: library,
      actor: { kind: actor.kind, id: actor.id },
      action: 'pass.verify',
      subject: { kind: 'card', id: row.card },
      after: { request: row.number },
    },
    context.clock.now(),
  );
  return {
    request: row.number,
    version: row.version,
    state: row.state,
    reader: row.reader_id,
    readerName: reader.name,
    readerBarcode: reader.barcode,
    homeLibrary: row.home_library,
    card: row.card,
    title: (row.citation as unknown as Citation).title,
    callNumber: row.call_number,
    hasPhoto: photo !== undefined,
  };
}

/** The content of a token whose signature and hour are good, else null. */
function readToken(context: LoanContext, token: string): PassContent | null {
  if (token.length > maxTokenLength) return null;
  const [body = '', signature = '', ...rest] = token.split('.');
  const given = Buffer.from(signature, 'base64url');
  const right = sign(context, body);
  if (rest.length > 0 || given.length !== right.length || !timingSafeEqual(given, right)) {
    return null;
  }
  const content = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as PassContent;
  return content.until * 1000 >= context.clock.now().getTime() ? content : null;
}
