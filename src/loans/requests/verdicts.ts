import { dayAt } from '../calendar/dates.ts';
import type { FieldFault, Sentence } from '../errors.ts';
import type { Delivery } from '../lifecycle/machine.ts';
import { ageOf } from '../lifecycle/work.ts';
import { decide, durationOf, numberOf, switchOf, wordsOf } from '../policy/decide.ts';
import type { Policy, PolicyFacts } from '../policy/types.ts';
import { type Asked, type AskingReader, ask, decided, plain, type Verdict } from './asked.ts';
import type { LoanContext, Reading } from './context.ts';
import {
  deliveriesOf,
  deliveryVerdict,
  lenderVerdicts,
  pickupVerdicts,
  suspensionVerdict,
} from './lender-verdicts.ts';
import { duplicateKey, type PreparedRequest } from './prepare.ts';
import { characters } from './read-input.ts';
import { type SlotRules, slotScope, slotsTaken } from './slots.ts';
import type { Citation } from './types.ts';

export interface Assessment {
  readonly verdicts: readonly Verdict[];
  readonly facts: PolicyFacts;
  readonly deliveries: readonly Delivery[];
  readonly delivery: Delivery | null;
  readonly slots: SlotRules;
  /** Slots that the reader's outstanding volumes have. */
  readonly slotsTaken: readonly number[];
  readonly duplicates: readonly { readonly number: string; readonly state: string }[];
}

/** Asks every rule about a prepared request; reads the database, writes nothing. */
export async function assess(
  context: LoanContext,
  db: Reading,
  policy: Policy,
  reader: AskingReader,
  prepared: PreparedRequest,
  citation: Citation,
): Promise<Assessment> {
  const now = context.clock.now();
  const lender = prepared.lender === null ? null : context.findLibrary(prepared.lender);
  const on = dayAt(now, context.timezone);
  const facts: PolicyFacts = {
    on,
    service: prepared.read.service,
    lender: prepared.lender,
    lenderKind: lender?.kind ?? null,
    home: reader.library,
    patronGroup: reader.patronGroup,
    collection: prepared.held?.collection ?? null,
    language: citation.language,
    age: ageOf(citation.year, on),
    delivery: prepared.read.delivery,
  };
  const asked: Asked = { context, db, policy, reader, prepared, citation, lender, facts, now };
  const deliveries = deliveriesOf(asked);
  const slots = slotRulesOf(policy, facts);
  const taken = await slotsTaken(db, reader.id, 'outstanding');
  const duplicates = await duplicatesOf(asked);
  const delivery =
    prepared.read.delivery ?? (deliveries.length === 1 ? (deliveries[0] ?? null) : null);
  const verdicts = [
    readerVerdict(asked),
    eligibleVerdict(asked),
    ...requiredVerdicts(asked),
    noteVerdict(asked),
    ...lenderVerdicts(asked),
    await suspensionVerdict(asked),
    deliveryVerdict(asked, deliveries, delivery),
    ...(await pickupVerdicts(asked, delivery)),
    ...volumeVerdicts(asked, slots, taken.length),
    await quotaVerdict(asked),
    duplicateVerdict(asked, duplicates),
    homeVerdict(asked),
    neededVerdict(asked),
    reviewVerdict(asked),
  ].filter((verdict) => verdict !== null);
  return { verdicts, facts, deliveries, delivery, slots, slotsTaken: taken, duplicates };
}

/** Refusals as faults of the input, all at once. */
export function refusals(verdicts: readonly Verdict[]): readonly FieldFault[] {
  return verdicts
    .filter((verdict) => verdict.outcome === 'refuse')
    .map(({ rule, sentence, pointer }) => ({ ...sentence, rule, pointer: pointer ?? '' }));
}

function readerVerdict({ reader }: Asked): Verdict {
  return reader.approved
    ? plain('reader.approved', 'pass', '注册已通过审核。', 'The registration is approved.')
    : plain(
        'reader.approved',
        'refuse',
        '注册未通过审核或已停用，不能申请。',
        'The registration is not approved, or suspended.',
      );
}

function eligibleVerdict(asked: Asked): Verdict {
  const decision = ask(asked, 'loan.eligible');
  return decided(decision, switchOf(decision) ? 'pass' : 'refuse');
}

const fieldNames: Readonly<Record<string, Sentence & { readonly pointer: string }>> = {
  title: { zh: '书刊名称', en: 'title', pointer: '/citation/title' },
  author: { zh: '作者', en: 'author', pointer: '/citation/author' },
  publisher: { zh: '出版社', en: 'publisher', pointer: '/citation/publisher' },
  year: { zh: '出版年', en: 'year of publication', pointer: '/citation/year' },
  edition: { zh: '版次', en: 'edition', pointer: '/citation/edition' },
  volume: { zh: '卷册', en: 'volume', pointer: '/citation/volume' },
  isbn: { zh: 'ISBN/ISSN', en: 'ISBN or ISSN', pointer: '/citation/isbn' },
  callNumber: { zh: '索书号', en: 'call number', pointer: '/citation/callNumber' },
  classMark: { zh: '分类号', en: 'class mark', pointer: '/citation/classMark' },
  recipient: { zh: '收件人姓名', en: 'recipient', pointer: '/recipient/name' },
  email: { zh: 'E-mail', en: 'e-mail', pointer: '/recipient/email' },
  phone: { zh: '电话', en: 'telephone', pointer: '/recipient/phone' },
  library: { zh: '出借馆', en: 'lending library', pointer: '/library' },
  delivery: { zh: '读者获取方式', en: 'way of delivery', pointer: '/delivery' },
};

/**
 * What must be filled in. A call number is asked only where the reader can know it: a blank form
 * without one goes to the home desk to be completed.
 */
function requiredVerdicts(asked: Asked): readonly Verdict[] {
  const decision = ask(asked, 'request.required');
  const { citation, prepared } = asked;
  const { recipient } = prepared.read;
  const values: Readonly<Record<string, string | null>> = {
    ...citation,
    recipient: recipient.name,
    email: recipient.email,
    phone: recipient.phone,
    library: prepared.lender,
    delivery: prepared.read.delivery,
  };
  const names = new Set(['title', ...wordsOf(decision)]);
  return [...names].flatMap((name) => {
    const field = fieldNames[name];
    if (field === undefined || (values[name] ?? '') !== '') return [];
    const blankForm = prepared.held === null && (name === 'callNumber' || name === 'classMark');
    const sentence = {
      zh: blankForm ? `${field.zh}由本馆补充。` : `${field.zh}必填。`,
      en: blankForm ? `The library adds the ${field.en}.` : `The ${field.en} is required.`,
    };
    return [decided(decision, blankForm ? 'review' : 'refuse', field.pointer, sentence)];
  });
}

function noteVerdict(asked: Asked): Verdict {
  const decision = ask(asked, 'request.noteMax');
  const most = numberOf(decision);
  const long = most !== null && characters(asked.prepared.read.note ?? '') > most;
  return decided(decision, long ? 'refuse' : 'pass', '/note');
}

function slotRulesOf(policy: Policy, facts: PolicyFacts): SlotRules {
  const mode = decide(policy, 'loan.maxVolumesMode', facts).value;
  return {
    limit: numberOf(decide(policy, 'loan.maxVolumes', facts)),
    mode: mode === 'per_request' ? 'per_request' : 'outstanding',
    blockUntilReturned: switchOf(decide(policy, 'loan.blockUntilReturned', facts)),
  };
}

function volumeVerdicts(asked: Asked, slots: SlotRules, used: number): readonly Verdict[] {
  const limit = ask(asked, 'loan.maxVolumes');
  const wanted = asked.prepared.read.volumes;
  const counted = slotScope(slots, '') === 'outstanding' ? used : 0;
  const over = slots.limit !== null && counted + wanted > slots.limit;
  const sentence = {
    zh: `${limit.sentence.zh}（已用${counted}册，本次${wanted}册）`,
    en: `${limit.sentence.en} (${counted} in use, ${wanted} asked for)`,
  };
  const verdicts = [decided(limit, over ? 'refuse' : 'pass', '/volumes', sentence)];
  if (slots.blockUntilReturned) {
    const block = ask(asked, 'loan.blockUntilReturned');
    verdicts.push(decided(block, used > 0 ? 'refuse' : 'pass', null));
  }
  return verdicts;
}

async function quotaVerdict(asked: Asked): Promise<Verdict | null> {
  const decision = ask(asked, 'loan.monthlyQuota');
  const quota = numberOf(decision);
  if (quota === null || asked.prepared.lender === null) return null;
  const row = await asked.db
    .selectFrom('lender_quotas')
    .select('used')
    .where('lender', '=', asked.prepared.lender)
    .where('month', '=', asked.facts.on.slice(0, 7))
    .executeTakeFirst();
  const full = (row?.used ?? 0) + asked.prepared.read.volumes > quota;
  return decided(decision, full ? 'refuse' : 'pass', '/library');
}

async function duplicatesOf(asked: Asked): Promise<Assessment['duplicates']> {
  const window = durationOf(ask(asked, 'request.duplicateDays'));
  const since = new Date(asked.now.getTime() - window.count * 86_400_000);
  return await asked.db
    .selectFrom('loan_requests')
    .select(['number', 'state'])
    .where('reader_id', '=', asked.reader.id)
    .where('duplicate_key', '=', duplicateKey(asked.citation))
    .where((where) => where.or([where('closed', '=', false), where('submitted_at', '>=', since)]))
    .where('state', 'not in', ['CANCELLED', 'REFUSED_HOME', 'UNFILLED', 'EXPIRED'])
    .orderBy('submitted_at', 'desc')
    .limit(10)
    .execute();
}

function duplicateVerdict(asked: Asked, duplicates: Assessment['duplicates']): Verdict {
  const decision = ask(asked, 'request.duplicateDays');
  const [first] = duplicates;
  if (first === undefined) return decided(decision, 'pass');
  const sentence = {
    zh: `与申请单 ${first.number} 重复，由本馆核对。`,
    en: `The same as request ${first.number}; your library looks at it.`,
  };
  return decided(decision, 'review', null, sentence);
}

function homeVerdict({ prepared }: Asked): Verdict {
  const { homeCopies } = prepared;
  if (homeCopies === null || homeCopies.state === 'failed') {
    const zh = '未能查询本馆馆藏。';
    return plain('home.holdings', 'warn', zh, 'Your own library’s holdings could not be asked.');
  }
  return homeCopies.copies.length === 0
    ? plain('home.holdings', 'pass', '本馆无藏。', 'Your own library does not hold it.')
    : plain(
        'home.holdings',
        'warn',
        '本馆有藏，请先查看。',
        'Your own library holds it; look there first.',
      );
}

function neededVerdict({ prepared, facts }: Asked): Verdict | null {
  const { neededBy } = prepared.read;
  if (neededBy === null || neededBy >= facts.on) return null;
  return plain(
    'request.neededBy',
    'refuse',
    '需用日期已过。',
    'The day it is needed by has passed.',
    '/neededBy',
  );
}

function reviewVerdict(asked: Asked): Verdict | null {
  const decision = ask(asked, 'request.review');
  return wordsOf(decision).includes('always') ? decided(decision, 'review') : null;
}
