import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FieldFault } from '../errors.ts';

/** Characters, not bytes; NIST SP 800-63B section 5.1.1.2 asks for at least 8 and at least 64. */
const minLength = 8;
const maxLength = 128;

/** Digits alone are mostly birthdays and telephone numbers; from this length on they are taken. */
const minDigits = 16;

/** Parts a password must have, where a run such as 123456 or aaaa is one part. */
const minDistinctParts = 4;

let commonPasswords: ReadonlySet<string> | undefined;

/** Passwords known from breaches, one a line; compared without regard to case. */
function common(): ReadonlySet<string> {
  commonPasswords ??= new Set(
    readFileSync(join(import.meta.dirname, 'common-passwords.txt'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#')),
  );
  return commonPasswords;
}

/**
 * What is wrong with a new password; empty if nothing is. No rule about kinds of characters: such
 * rules make passwords worse. `personal` is what others know of its owner.
 */
export function passwordFaults(
  password: string,
  personal: readonly string[],
  pointer = '/password',
): readonly FieldFault[] {
  const fault = (rule: string, zh: string, en: string) => [{ pointer, rule, zh, en }];
  const folded = password.normalize('NFKC').toLowerCase();
  const length = [...folded].length;
  if (length < minLength) {
    return fault(
      'password.length',
      `密码至少${minLength}个字符。`,
      `The password needs at least ${minLength} characters.`,
    );
  }
  if (length > maxLength) {
    return fault(
      'password.length',
      `密码最多${maxLength}个字符。`,
      `The password may have at most ${maxLength} characters.`,
    );
  }
  if (isKnown(folded) || partsOf(folded) < minDistinctParts) {
    return fault(
      'password.common',
      '这个密码太常见，很容易被猜到，请换一个。',
      'This password is too common and easily guessed; choose another.',
    );
  }
  if (personal.some((part) => tellsPassword(part, folded))) {
    return fault(
      'password.personal',
      '密码不能包含您的登录名、姓名、证件号码或邮箱。',
      'The password must not contain your login, name, card number or e-mail address.',
    );
  }
  return [];
}

/** Also with digits or marks hung on, which is how people get around such a list. */
function isKnown(folded: string): boolean {
  const core = folded.replace(/[\d\p{P}\p{S}]{1,8}$/u, '').replace(/^[\d\p{P}\p{S}]{1,8}/u, '');
  if (/^\d+$/.test(folded)) return folded.length < minDigits || common().has(folded);
  return common().has(folded) || (core.length >= 4 && common().has(core));
}

/** Characters, where each run of equal or consecutive ones is counted once. */
function partsOf(folded: string): number {
  const codes = [...folded].map((character) => character.codePointAt(0) ?? 0);
  const distinct = new Set<string>();
  let parts = 0;
  for (const [i, code] of codes.entries()) {
    const step = i === 0 ? null : code - (codes[i - 1] ?? 0);
    const before = i < 2 ? null : (codes[i - 1] ?? 0) - (codes[i - 2] ?? 0);
    const goesOn = step !== null && Math.abs(step) <= 1 && (before === null || before === step);
    if (!goesOn) parts++;
    distinct.add(String(code));
  }
  return Math.min(parts, distinct.size);
}

function tellsPassword(part: string, folded: string): boolean {
  const known = part.normalize('NFKC').toLowerCase();
  return [...known].length >= 4 && folded.includes(known);
}
