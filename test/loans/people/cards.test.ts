import t from 'tap';
import {
  cardFault,
  cardKey,
  fitsMask,
  isResidentNumber,
  passesLuhn,
} from '../../../src/loans/people/cards.ts';
import { defaultScheme } from '../../../src/loans/people/scheme.ts';

t.test('knows an identity-card number by its place, its day and its check character', async (t) => {
  t.ok(isResidentNumber(withCheck('11010119000101001')));
  t.ok(isResidentNumber(withCheck('11010119000101001').toLowerCase()));
  t.ok(isResidentNumber('１１０１０１０００１０１００１'), 'the old form, in full-width digits');
  t.notOk(isResidentNumber(withCheck('11010119000230001')), 'the thirtieth of February');
  t.notOk(isResidentNumber(withCheck('99010119000101001')), 'no such place');
  const right = withCheck('11010119000101001');
  const last = right.at(-1) === '0' ? '1' : '0';
  t.notOk(isResidentNumber(right.slice(0, 17) + last), 'a wrong check character');
  t.notOk(isResidentNumber('211130130000123456'));
});

/** The number with the check character of ISO 7064 MOD 11-2, by the recursive method. */
function withCheck(digits: string): string {
  let product = 0;
  for (const digit of digits) product = ((product + Number(digit)) * 2) % 11;
  const check = (12 - product) % 11;
  return digits + (check === 10 ? 'X' : String(check));
}

t.test('takes card numbers as the library’s scheme says', async (t) => {
  const fault = (text: string, more: object) =>
    cardFault(text, { ...defaultScheme.card, ...more }, '/cardNumber')?.rule ?? null;
  const resident = withCheck('11010119000101001');
  t.equal(fault('B 2026-0001', {}), null);
  t.equal(cardKey('ｂ 2026‐0001'), 'B20260001');
  t.equal(fault(resident, {}), 'card.resident');
  t.equal(fault(resident, { check: 'resident' }), null, 'unless the scheme asks for it');
  t.equal(fault('B20260001', { check: 'resident' }), 'card.form');
  t.equal(fault('110101000101001', {}), 'card.resident', 'also in the old form');
  t.equal(fault('110101000101001', { masks: ['###############'] }), null, 'which a mask excuses');
  t.equal(fault('20260001', { masks: ['B#######', '2#######'] }), null);
  t.equal(fault('30260001', { masks: ['B#######', '2#######'] }), 'card.form');
  t.equal(fault('79927398713', { check: 'luhn' }), null);
  t.equal(fault('79927398710', { check: 'luhn' }), 'card.form');
  t.equal(fault('<script>', {}), 'card.form');
  t.ok(fitsMask('AB12', '@*#*') && !fitsMask('AB1', '@*#*') && !fitsMask('1B12', '@*#*'));
  t.ok(passesLuhn('79927398713') && !passesLuhn('') && !passesLuhn('7'));
});
