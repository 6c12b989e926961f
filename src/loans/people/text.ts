import type { FieldFault, Sentence } from '../errors.ts';

/** A field of a form, with what people call it. */
export interface TextField {
  readonly label: Sentence;
  readonly maxLength: number;
  /** May have line breaks. */
  readonly lines?: boolean;
  /** Compatibility forms, such as full-width digits, are replaced by plain ones. */
  readonly plain?: boolean;
}

/** Nothing that a name or an address is written with: controls, and marks that reorder the text. */
const unwanted = /[\p{Cc}\p{Cs}\p{Co}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/u;

/** The text as it is kept: NFC, without blanks at the ends; null where nothing was entered. */
export function cleanText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.normalize('NFC').trim();
  return text === '' ? null : text;
}

/** Text for comparing: compatibility forms and case do not count. */
export function keyOf(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Why the value cannot be this field's; null if it can. */
export function textFault(value: unknown, field: TextField, pointer: string): FieldFault | null {
  const { zh, en } = field.label;
  if (value !== undefined && value !== null && typeof value !== 'string') {
    return { pointer, rule: null, zh: `“${zh}”应为文字。`, en: `${en} must be text.` };
  }
  const text = cleanText(value);
  if (text === null) return null;
  if ([...text].length > field.maxLength) {
    return {
      pointer,
      rule: null,
      zh: `“${zh}”最多${field.maxLength}个字符。`,
      en: `${en} may have at most ${field.maxLength} characters.`,
    };
  }
  const checked = field.lines ? text.replaceAll(/\r?\n/g, ' ') : text;
  if (unwanted.test(checked)) {
    return {
      pointer,
      rule: null,
      zh: `“${zh}”含有不能使用的字符。`,
      en: `${en} has characters that cannot be used.`,
    };
  }
  return null;
}

export function missing(label: Sentence, pointer: string): FieldFault {
  return { pointer, rule: 'required', zh: `请填写“${label.zh}”。`, en: `${label.en} is required.` };
}

/** An address that mail can be sent to; deliberately simpler than RFC 5322, and linear. */
export function isEmail(text: string): boolean {
  if (text.length > 254) return false;
  const parts = text.split('@');
  const [local = '', domain = ''] = parts;
  if (
    parts.length !== 2 ||
    local.length > 64 ||
    !/^[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]+$/u.test(local)
  ) {
    return false;
  }
  const labels = domain.split('.');
  return (
    labels.length >= 2 &&
    labels.every((label) => /^[\p{L}\p{N}-]{1,63}$/u.test(label) && !/^-|-$/.test(label))
  );
}

export function isPhone(text: string): boolean {
  return /^[0-9+()\-\s转#*]{5,30}$/.test(text) && (text.match(/\d/g)?.length ?? 0) >= 5;
}
