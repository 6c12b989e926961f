import { isControlTag, MAX_WARNINGS, parseField } from '../formats/fields.ts';
import type { Iso2709Text } from '../formats/iso2709.ts';
import { composing, delimiter, type Findings, findings, marks, noted } from './look.ts';
import {
  type FieldView,
  mostSubfields,
  type RecordView,
  subfields,
  viewAt,
  viewField,
} from './view.ts';

/** What is read of a record's text. */
export type RecordText = Pick<Iso2709Text, 'leader' | 'tags' | 'text'>;

const fieldTerminator = 0x1e;
const subfieldDelimiter = 0x1f;
/** Longer records, and such of more subfields, are read by the reader of any record. */
const mostUnits = 65_536;

/** The text in hand as UTF-16: a look-up in it costs half of one in a string. */
const units = new Uint16Array(mostUnits + 4);
const bytes = Buffer.from(units.buffer);
const ascii: readonly string[] = Array.from({ length: 128 }, (_, code) =>
  String.fromCharCode(code),
);

/**
 * The view of a text, which holds until the next text is viewed. A field that is not as it should be is read
 * by the reader of any field, and what it has to say is added to the warnings. Null where the text has
 * more or fewer fields than there are tags, and where it is too long.
 */
export function viewOfText(record: RecordText, warnings: string[]): RecordView | null {
  const { leader, tags, text } = record;
  if (text.length > mostUnits) return null;
  bytes.write(text, 'utf16le');
  if (units[text.length - 1] !== fieldTerminator) return null;
  subfields.text = text;
  const fields: FieldView[] = new Array(tags.length);
  const warned = warnings.length;
  let isComposed = false;
  let count = 0;
  let at = 0;
  inText = 0;
  for (let n = 0; n < tags.length; n++) {
    if (at >= text.length || count > mostSubfields) return null;
    if (warnings.length > MAX_WARNINGS) warnings.length = MAX_WARNINGS;
    const tag = tags[n] as string;
    const field = viewAt(n);
    if (!viewPlain(field, tag, at, count)) viewAny(field, tag, text, at, count, warnings);
    if ((inText & composing) !== 0 && !isComposed) {
      const composed = text.normalize('NFC');
      if (composed !== text) {
        warnings.length = warned;
        return viewOfText({ leader, tags, text: composed }, warnings);
      }
      isComposed = true;
    }
    fields[n] = field;
    count = field.end;
    at = fieldEnd + 1;
  }
  return at === text.length ? { leader, fields, subfields } : null;
}

/** What the looks over the text found so far. */
let inText = 0;

/** Where the terminator of the field stands that was read last. */
let fieldEnd = 0;

/**
 * Views a field of two indicators and subfields, each with an ASCII code, or of none of that where the tag is a control
 * field's. False for any other.
 */
function viewPlain(field: FieldView, tag: string, start: number, first: number): boolean {
  if (isControlTag(tag)) {
    const end = nextDelimiter(start);
    if (units[end] !== fieldTerminator) return false;
    subfields.place(first, '', start, end, seen);
    fieldEnd = end;
    field.asControl(tag, first);
    return true;
  }
  const ind1 = units[start] as number;
  const ind2 = units[start + 1] as number;
  let at = start + 2;
  if (!isPrintable(ind1) || !isPrintable(ind2) || units[at] !== subfieldDelimiter) return false;
  let count = first;
  while (units[at] === subfieldDelimiter) {
    const code = units[at + 1] as number;
    if (!isPrintable(code) || count - first > mostSubfields) return false;
    const end = nextDelimiter(at + 2);
    subfields.place(count++, ascii[code] as string, at + 2, end, seen);
    at = end;
  }
  fieldEnd = at;
  field.asData(tag, ascii[ind1] as string, ascii[ind2] as string, first, count);
  return true;
}

function viewAny(
  field: FieldView,
  tag: string,
  text: string,
  start: number,
  first: number,
  warnings: string[],
): void {
  fieldEnd = text.indexOf('\u001e', start);
  // Its text was not looked over.
  inText |= composing;
  viewField(field, first, parseField(tag, text.slice(start, fieldEnd), warnings));
}

function isPrintable(unit: number): boolean {
  return unit >= 0x20 && unit < 0x7f;
}

/** What stood before the delimiter found last. */
let seen: Findings = 0;

/** The next delimiter or terminator; the text ends with one. Four units at once, for few are of note. */
function nextDelimiter(from: number): number {
  let at = from;
  let found = 0;
  for (;;) {
    const four =
      (marks[units[at] as number] as number) |
      (marks[units[at + 1] as number] as number) |
      (marks[units[at + 2] as number] as number) |
      (marks[units[at + 3] as number] as number);
    if ((four & noted) === 0) {
      found |= four;
      at += 4;
      continue;
    }
    const mark = marks[units[at] as number] as number;
    if (mark === delimiter) {
      seen = (found & findings) as Findings;
      inText |= found;
      return at;
    }
    found |= mark;
    at++;
  }
}
