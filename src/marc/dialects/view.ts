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
  readonly subfields: Subfields;
}

/** No look was had over the value yet. */
const unseen = -1;

/** The subfields of a record, those of all its fields one after another. */
export class Subfields {
  readonly codes: string[] = [];
  /** What one look over each value found, so that no reader has to look again. */
  readonly looks: (Findings | typeof unseen)[] = [];
  /** The values that were made already; for the others, where each stands in `text`. */
  readonly values: (string | null)[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  text = '';
  /** The values made already are among the first so many. */
  #made = 0;

  /** One whose value was made already. */
  put(at: number, code: string, value: string): void {
    this.codes[at] = code;
    this.values[at] = value;
    this.looks[at] = unseen;
    this.#made = at + 1;
  }

  /** One whose value stands in the text. */
  place(at: number, code: string, start: number, end: number, found: Findings): void {
    this.codes[at] = code;
    this.values[at] = null;
    this.starts[at] = start;
    this.ends[at] = end;
    this.looks[at] = found;
  }

  /** Lets go of the record's texts, which may be parts of a whole answer. */
  forget(): void {
    this.values.fill(null, 0, this.#made);
    this.#made = 0;
    this.text = '';
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
    if (at < 0) return 0;
    const { looks } = this.subfields;
    const known = looks[at] as Findings | typeof unseen;
    if (known !== unseen) return known;
    const found = look(this.value(at));
    looks[at] = found;
    return found;
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

/** One record is viewed at a time, so all have the same lists and the same views of fields. */
export const subfields = new Subfields();
const views: FieldView[] = [];
/** Views kept for the records to come; one of more fields or subfields has its own. */
const mostViews = 500;
export const mostSubfields = 2000;

/** The view for the field at this place. */
export function viewAt(n: number): FieldView {
  const known = views[n];
  if (known !== undefined) return known;
  const view = new FieldView(subfields);
  if (n < mostViews) views[n] = view;
  return view;
}

/** Makes the view one of a field that was read already, whose subfields are added to the others. */
export function viewField(view: FieldView, first: number, field: Field): FieldView {
  if ('value' in field) {
    view.subfields.put(first, '', field.value);
    return view.asControl(field.tag, first);
  }
  let at = first;
  for (const { code, value } of field.subfields) view.subfields.put(at++, code, value);
  return view.asData(field.tag, field.ind1, field.ind2, first, at);
}

/** The view of a record whose fields have been read already; it holds until the next is viewed. */
export function viewOf(marc: MarcRecord): RecordView {
  const { leader, fields } = marc;
  let count = 0;
  for (const field of fields) count += 'subfields' in field ? field.subfields.length : 1;
  const own = count > mostSubfields ? new Subfields() : null;
  count = 0;
  const viewed = fields.map((field, n) => {
    const view = viewField(own === null ? viewAt(n) : new FieldView(own), count, field);
    count = view.end;
    return view;
  });
  return { leader, fields: viewed, subfields: own ?? subfields };
}
