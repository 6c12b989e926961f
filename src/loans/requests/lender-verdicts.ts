import type { Delivery } from '../lifecycle/machine.ts';
import { suspensionOf } from '../notices/suspensions.ts';
import { isForeign, switchOf, wordsOf } from '../policy/decide.ts';
import { type Asked, ask, decided, plain, type Verdict } from './asked.ts';

export function lenderVerdicts(asked: Asked): readonly Verdict[] {
  const { prepared, lender, reader, facts, context } = asked;
  const pointer = prepared.read.holding === null ? '/library' : '/holding/library';
  const home = context.findLibrary(reader.library);
  const borrows =
    home?.borrow === false
      ? [
          plain(
            'library.borrows',
            'refuse',
            '您所在的馆不开展借入。',
            'Your library does not borrow.',
          ),
        ]
      : [];
  if (prepared.lender === null) {
    const zh = '未指定出借馆，由本馆选择。';
    return [
      ...borrows,
      plain('library.chosen', 'review', zh, 'Your library chooses the lender.', pointer),
    ];
  }
  if (lender === null) {
    return [
      ...borrows,
      plain('library.known', 'refuse', '没有这个馆。', 'There is no such library.', pointer),
    ];
  }
  if (lender.id === reader.library) {
    const zh = '本馆有藏，请直接在本馆借阅。';
    const en = 'Your own library has it; borrow it there.';
    return [...borrows, plain('library.other', 'refuse', zh, en, pointer)];
  }
  const lends = ask(asked, 'loan.lends');
  const { lend } = lender;
  const open =
    lend !== null &&
    (lend.from === null || lend.from <= facts.on) &&
    (lend.to === null || facts.on <= lend.to);
  const foreign = isForeign(facts.language) === true;
  const verdicts = [
    lender.paused
      ? plain('library.paused', 'refuse', '该馆暂停服务。', 'The library is paused.', pointer)
      : null,
    open
      ? null
      : plain(
          'library.lends',
          'refuse',
          '该馆目前不出借。',
          'The library does not lend now.',
          pointer,
        ),
    open && foreign && !lend.foreign
      ? plain(
          'library.lendsForeign',
          'refuse',
          '该馆不出借外文图书。',
          'The library does not lend foreign books.',
          pointer,
        )
      : null,
    decided(lends, switchOf(lends) ? 'pass' : 'refuse', pointer),
    prepared.held?.lendable === false ? notLendable(prepared.held.lendableWhy, pointer) : null,
    prepared.held?.status === 'on_loan'
      ? plain('copy.status', 'warn', '该册现已借出。', 'The copy is on loan now.', pointer)
      : null,
  ];
  return [...borrows, ...verdicts.filter((verdict) => verdict !== null)];
}

/** What the lender itself has announced. */
export async function suspensionVerdict(asked: Asked): Promise<Verdict | null> {
  const { db, lender, now, prepared } = asked;
  if (lender === null) return null;
  const suspension = await suspensionOf(db, lender.id, now);
  if (suspension === null) return null;
  const { zh, en } = suspension.title;
  const pointer = prepared.read.holding === null ? '/library' : '/holding/library';
  const sentences = [`该馆已公告暂停借阅：${zh}`, `Lending is suspended: ${en}`] as const;
  return plain('library.suspended', 'refuse', ...sentences, pointer);
}

function notLendable(why: string | null, pointer: string): Verdict {
  const zh = why === null ? '该馆注明此册不外借。' : `该馆注明此册不外借：${why}`;
  const en = why === null ? 'The library says this copy is not lent.' : `Not lent: ${why}`;
  return plain('copy.lendable', 'refuse', zh, en, pointer);
}

/** Ways that both policy and the lender offer. */
export function deliveriesOf(asked: Asked): readonly Delivery[] {
  const offered = wordsOf(ask(asked, 'delivery.offered'));
  const ways = asked.lender === null ? (['courier'] as const) : asked.lender.delivery;
  return ways.filter((way) => offered.includes(way));
}

export function deliveryVerdict(
  asked: Asked,
  deliveries: readonly Delivery[],
  delivery: Delivery | null,
): Verdict {
  const decision = ask(asked, 'delivery.offered');
  if (delivery === null) {
    const sentence = { zh: '请选择获取方式。', en: 'Choose a way of delivery.' };
    return decided(decision, 'refuse', '/delivery', sentence);
  }
  if (deliveries.includes(delivery)) return decided(decision, 'pass', '/delivery');
  const sentence = {
    zh: '出借馆不提供这种获取方式。',
    en: 'The lender does not offer this way of delivery.',
  };
  return decided(decision, 'refuse', '/delivery', sentence);
}

export async function pickupVerdicts(
  asked: Asked,
  delivery: Delivery | null,
): Promise<readonly Verdict[]> {
  if (delivery !== 'pickup') return [];
  const row = await asked.db
    .selectFrom('pickup_enrolments')
    .select('state')
    .where('reader_id', '=', asked.reader.id)
    .executeTakeFirst();
  const enrolled = row?.state === 'approved';
  return [
    enrolled
      ? plain(
          'pickup.enrolled',
          'pass',
          '已开通自取自还。',
          'Enrolled for self pick-up.',
          '/delivery',
        )
      : plain(
          'pickup.enrolled',
          'refuse',
          '须先开通自取自还并经本馆审批。',
          'Self pick-up has to be enrolled for and approved first.',
          '/delivery',
        ),
  ];
}
