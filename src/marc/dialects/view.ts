import type { Field, MarcRecord } from '../types.ts';
import { type Findings, look } from './look.ts';
import { cleanText, withoutMarks, withoutStop } from './punctuation.ts';

/**
 * A record as the dialects read it: fields that know where their subfields stand, whose texts are made
 * only when a reader asks for one. Most subfields are never asked for, and an object for each would be
 * most of what describing a record costs.
 */
export interface RecordView {
  readonly leader: string;
  readonly fields: readonly FieldView[];
}

/** The subfields of a record, those of all its fields one after another. */
export class Subfields {
  readonly codes: string[] = [];
  /** What one look over each value found, so that no reader has to look again. */
  readonly looks: Findings[] = [];
  /** The values that were made already; for the others, where each stands in `text`. */
  readonly values: (string | null)[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  text = '';

  /** One whose value was made already. */
  put(at: number, code: string, value: string): void {
    this.codes[at] = code;
    this.values[at] = value;
    this.looks[at] = look(value);
  }

  /** One whose value stands in the text. */
  place(at: number, code: string, start: number, end: number, found: Findings): void {
    this.codes[at] = code;
    this.values[at] = null;
    this.starts[at] = start;
    this.ends[at] = end;
    this.looks[at] = found;
  }
}

export class FieldView {
  readonly subfields: Subfields;
  tag = '';
  /** The tag as a number, or -1 where it is not three digits. */
  number = -1;
  /** A control field has its text as its one subfield, and no indicators. */
  isControl = false;
  ind1 = ' ';
  ind2 = ' ';
  /** Its subfields are those from `first` up to, not including, `end`. */
  first = 0;
  end = 0;

  constructor(subfields: Subfields) {
    this.subfields = subfields;
  }

  asControl(tag: string, at: number): this {
    return this.asData(tag, ' ', ' ', at, at + 1, true);
  }

  asData(
    tag: string,
    ind1: string,
    ind2: string,
    first: number,
    end: number,
    isControl = false,
  ): this {
    this.tag = tag;
    this.number = tagNumber(tag);
    this.isControl = isControl;
    this.ind1 = ind1;
    this.ind2 = ind2;
    this.first = first;
    this.end = end;
    return this;
  }

  /** The same field under another tag. */
  under(tag: string): FieldView {
    const { subfields, ind1, ind2, first, end, isControl } = this;
    return new FieldView(subfields).asData(tag, ind1, ind2, first, end, isControl);
  }

  code(at: number): string {
    return this.subfields.codes[at] as string;
  }

  /** The first subfield with this code that has text, or -1. */
  find(code: string): number {
    const { codes, values, starts, ends } = this.subfields;
    for (let at = this.first; at < this.end; at++) {
      if (codes[at] !== code) continue;
      const value = values[at] as string | null;
      if (value === null ? starts[at] !== ends[at] : value !== '') return at;
    }
    return -1;
  }

  /** The text as written; of no subfield (-1), as with the three below, the empty one. */
  value(at: number): string {
    if (at < 0) return '';
    const { values, text, starts, ends } = this.subfields;
    return values[at] ?? text.slice(starts[at], ends[at]);
  }

  /** The text of the first subfield with this code that has any, as written; else null. */
  firstOf(code: string): string | null {
    const at = this.find(code);
    return at < 0 ? null : this.value(at);
  }

  /** What one look over the value found. */
  look(at: number): Findings {
    return at < 0 ? 0 : (this.subfields.looks[at] as Findings);
  }

  /** What one look over all values found. */
  lookAtAll(): Findings {
    let found = 0;
    for (let at = this.first; at < this.end; at++) found |= this.look(at);
    return found as Findings;
  }

  cleanText(at: number): string {
    return at < 0 ? '' : cleanText(this.value(at), this.look(at));
  }

  withoutMarks(at: number): string {
    return at < 0 ? '' : withoutMarks(this.value(at), this.look(at));
  }

  withoutStop(at: number): string {
    return at < 0 ? '' : withoutStop(this.value(at), this.look(at));
  }
}

/** The tag as a number, or -1 where it is not three digits. */
function tagNumber(tag: string): number {
  const hundreds = tag.charCodeAt(0) - 48;
  const tens = tag.charCodeAt(1) - 48;
  const ones = tag.charCodeAt(2) - 48;
  const isDigits =
    hundreds >= 0 && hundreds <= 9 && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
  return isDigits && tag.length === 3 ? hundreds * 100 + tens * 10 + ones : -1;
}

/** Makes the view one of a field that was read already, whose subfields are added to the others. */
export function viewField(view: FieldView, first: number, field: Field): FieldView {
  const { subfields } = view;
  if ('value' in field) {
    subfields.put(first, '', field.value);
    return view.asControl(field.tag, first);
  }
  let at = first;
  for (const { code, value } of field.subfields) subfields.put(at++, code, value);
  return view.asData(field.tag, field.ind1, field.ind2, first, at);
}

/** A record whose fields have been read already. */
export function viewOf(marc: MarcRecord): RecordView {
  const subfields = new Subfields();
  let count = 0;
  const fields = marc.fields.map((field) => {
    const view = viewField(new FieldView(subfields), count, field);
    count = view.end;
    return view;
  });
  return { leader: marc.leader, fields };
}
