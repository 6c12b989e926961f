import type { BibRecord } from '../record.ts';
import type { Dialect, MarcRecord } from '../types.ts';
import { carrierOf } from './carrier.ts';
import { type MarcDialect, usedDialect } from './detect.ts';
import { type Draft, newDraft } from './draft.ts';
import { finished } from './finish.ts';
import { type HoldingsMap, readItems } from './holdings.ts';
import { completeMarc21, marc21Fields, marc21Type, readFixedField } from './marc21.ts';
import { ownScripts } from './scripts.ts';
import { type RecordText, viewOfText } from './text-view.ts';
import { unimarcFields, unimarcType } from './unimarc.ts';
import { type FieldView, type RecordView, viewOf } from './view.ts';

export { detectDialect } from './detect.ts';
export type { HoldingsMap } from './holdings.ts';
export { itemsFromIsohold } from './isohold.ts';
export { readDate, readStatus } from './status.ts';
export { bibFromXml } from './xml.ts';

export interface DialectOptions {
  /** What the tags mean; a record that plainly is of the other family is read as that. */
  readonly dialect: Dialect | 'auto';
  /** Where this library's records describe copies; absent: the usual fields. */
  readonly holdings?: HoldingsMap;
}

/** A MARC record of any dialect in the one form that readers see and matching compares. */
export function toBibRecord(marc: MarcRecord, options: DialectOptions): BibRecord {
  return bibOf(viewOf(marc), options);
}

/**
 * As `toBibRecord`, from the text of a record whose fields nobody else needs now; adds what is to be said of
 * them. Null where they cannot be told apart so.
 */
export function bibFromText(
  text: RecordText,
  options: DialectOptions,
  warnings: string[],
): BibRecord | null {
  const view = viewOfText(text, warnings);
  return view === null ? null : bibOf(view, options);
}

function bibOf(marc: RecordView, options: DialectOptions): BibRecord {
  const dialect = usedDialect(marc, options.dialect);
  const draft = newDraft(dialect);
  const fields = scriptedFields(marc, draft, dialect);
  const isMarc21 = dialect === 'marc21';
  const table = isMarc21 ? marc21Fields : unimarcFields;
  for (const field of fields) {
    const { number } = field;
    if (field.isControl) {
      if (number === 1) draft.controlNumber ??= field.value(field.first).trim() || null;
      else if (number === 8 && isMarc21) readFixedField(draft, field);
    } else if (number > 0) table[number]?.(draft, field);
  }
  draft.type = isMarc21 ? marc21Type(marc.leader) : unimarcType(marc.leader);
  draft.carrier = carrierOf(marc, isMarc21);
  if (isMarc21) completeMarc21(draft);
  const items = readItems(marc.fields, options.holdings);
  marc.subfields.forget();
  return finished(draft, items);
}

function scriptedFields(
  marc: RecordView,
  draft: Draft,
  dialect: MarcDialect,
): RecordView['fields'] {
  if (dialect !== 'marc21' || !marc.fields.some(isGraphic)) return marc.fields;
  const { fields, others } = ownScripts(marc.fields);
  draft.scripts = others;
  return fields;
}

function isGraphic({ number }: FieldView): boolean {
  return number === 880;
}
