import type { DataField, Field, Subfield } from '../types.ts';
import { printable } from './directory.ts';
import { MarcError } from './errors.ts';

const DELIMITER = '\u001f';
const DELIMITER_CODE = 0x1f;
const NO_SUBFIELDS: readonly Subfield[] = [];
/** More subfields than any field has. */
const MAX_SUBFIELDS = 20_000;
/** Warnings about one record; what is so broken needs no longer list. */
export const MAX_WARNINGS = 50;

/**
 * Fields out of a record's text, which has a terminator after each. Null where the text has more or
 * fewer fields than there are tags.
 */
export function parseFields(
  tags: readonly string[],
  text: string,
  warnings: string[],
): Field[] | null {
  const fields: Field[] = new Array(tags.length);
  let start = 0;
  for (let n = 0; n < tags.length; n += 1) {
    const end = text.indexOf('\u001e', start);
    if (end < 0) return null;
    const tag = tags[n] as string;
    if (warnings.length > MAX_WARNINGS) warnings.length = MAX_WARNINGS;
    if (
      text.charCodeAt(start + 2) === DELIMITER_CODE &&
      isPlainStart(text, start) &&
      !isControlTag(tag)
    ) {
      fields[n] = {
        tag,
        ind1: text[start] as string,
        ind2: text[start + 1] as string,
        subfields: parseSubfields(tag, text, start + 2, end, warnings),
      };
    } else fields[n] = parseField(tag, text.slice(start, end), warnings);
    start = end + 1;
  }
  return start === text.length ? fields : null;
}

/** One field out of its text, which may be anything; its terminator is not part of it. */
export function parseField(tag: string, text: string, warnings: string[]): Field {
  return isControlTag(tag)
    ? controlField(tag, text, warnings)
    : irregularField(tag, text, warnings);
}

export function isControlTag(tag: string): boolean {
  return tag.charCodeAt(0) === 0x30 && tag.charCodeAt(1) === 0x30;
}

function isPlainStart(text: string, start: number): boolean {
  const first = text.charCodeAt(start);
  const second = text.charCodeAt(start + 1);
  return first >= 0x20 && first < 0x7f && second >= 0x20 && second < 0x7f;
}

/** A list that grows takes room for seventeen at once, most fields have two or three: they are gathered here. */
const found: Subfield[] = [];
const USUAL_SUBFIELDS = 64;

/** Subfields from the delimiter at `start`; a code is one character. */
function parseSubfields(
  tag: string,
  text: string,
  start: number,
  end: number,
  warnings: string[],
): Subfield[] {
  let count = 0;
  let at = start;
  let empty = 0;
  while (at < end) {
    if (count === MAX_SUBFIELDS) {
      throw new MarcError(
        'too_many_fields',
        `Field ${printable(tag)} has more than ${MAX_SUBFIELDS} subfields.`,
      );
    }
    const next = nextDelimiter(text, at + 1, end);
    const code = text.charCodeAt(at + 1);
    if (next > at + 1 && code >= 0x20 && code < 0x7f) {
      found[count++] = { code: text[at + 1] as string, value: text.slice(at + 2, next) };
    } else if (next > at + 1)
      found[count++] = strangeSubfield(tag, text.slice(at + 1, next), warnings);
    else empty += 1;
    at = next;
  }
  if (empty > 0) {
    warnings.push(`Field ${printable(tag)} has a subfield delimiter with nothing after it.`);
  }
  const subfields = found.slice(0, count);
  found.length = Math.min(found.length, USUAL_SUBFIELDS);
  return subfields;
}

function nextDelimiter(text: string, from: number, end: number): number {
  for (let at = from; at < end; at += 1) if (text.charCodeAt(at) === DELIMITER_CODE) return at;
  return end;
}

/**
 * A subfield whose code is no ASCII character. Where the code took up a mark that begins the value (NFC
 * knows no codes), the two are parted again; else the character is the code, as the library wrote it.
 */
function strangeSubfield(tag: string, text: string, warnings: string[]): Subfield {
  const [first = ''] = text;
  const [code = '', ...marks] = first.normalize('NFD');
  if (marks.length > 0 && code < '\u0080')
    return { code, value: marks.join('') + text.slice(first.length) };
  warnings.push(`Field ${printable(tag)} has the subfield code "${printable(first)}".`);
  return { code: first, value: text.slice(first.length) };
}

/** Control fields have no subfields; where a system writes them all the same they are kept as such. */
function controlField(tag: string, value: string, warnings: string[]): Field {
  if (!value.includes(DELIMITER)) return { tag, value };
  warnings.push(`Control field ${printable(tag)} has subfields.`);
  return irregularField(tag, value, warnings);
}

/** A field that does not begin with two indicators and a delimiter; nothing of its text is dropped. */
function irregularField(tag: string, text: string, warnings: string[]): Field {
  const first = text.indexOf(DELIMITER);
  if (first < 0) {
    // Aleph's FMT, LDR and their like are control fields with letters for a tag.
    if (/^[A-Z]{3}$/.test(tag)) return { tag, value: text };
    if (text.length <= 2) return dataField(tag, text, NO_SUBFIELDS);
    warnings.push(`Field ${printable(tag)} has no subfields; its text was kept as $a.`);
    const indicators = /^[0-9 ]{2}/.test(text) ? text.slice(0, 2) : '';
    return dataField(tag, indicators, [{ code: 'a', value: text.slice(indicators.length) }]);
  }
  const before = text.slice(0, first);
  const subfields = parseSubfields(tag, text, first, text.length, warnings);
  if (before.length <= 3) {
    if (before.length !== 2 || /[^\x20-\x7e]/.test(before)) {
      warnings.push(`Field ${printable(tag)} has the indicators "${printable(before)}".`);
    }
    return dataField(tag, before, subfields);
  }
  warnings.push(`Field ${printable(tag)} has text before its first subfield; it was kept as $a.`);
  const kept = before.slice(2);
  const coded = /^[a-z0-9][^a-z]/.test(kept);
  const extra = coded
    ? { code: kept[0] as string, value: kept.slice(1) }
    : { code: 'a', value: kept };
  return dataField(tag, before.slice(0, 2), [extra, ...subfields]);
}

function dataField(tag: string, indicators: string, subfields: readonly Subfield[]): DataField {
  return { tag, ind1: indicators[0] ?? ' ', ind2: indicators[1] ?? ' ', subfields };
}
