import type { BibRecord } from '../record.ts';
import { type Dialect, type Field, isControlField, type MarcRecord } from '../types.ts';
import { carrierOf } from './carrier.ts';
import { type MarcDialect, usedDialect } from './detect.ts';
import { type Draft, newDraft } from './draft.ts';
import { tagNumber } from './fields.ts';
import { finished } from './finish.ts';
import { type HoldingsMap, readItems } from './holdings.ts';
import { completeMarc21, marc21Fields, marc21Type, readFixedField } from './marc21.ts';
import { ownScripts } from './scripts.ts';
import { unimarcFields, unimarcType } from './unimarc.ts';

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
  const dialect = usedDialect(marc, options.dialect);
  const draft = newDraft(dialect);
  const fields = scriptedFields(marc, draft, dialect);
  const isMarc21 = dialect === 'marc21';
  const table = isMarc21 ? marc21Fields : unimarcFields;
  for (const field of fields) {
    const tag = tagNumber(field.tag);
    if (isControlField(field)) {
      if (tag === 1) draft.controlNumber ??= field.value.trim() || null;
      else if (tag === 8 && isMarc21) readFixedField(draft, field);
    } else if (tag > 0) table[tag]?.(draft, field);
  }
  draft.type = isMarc21 ? marc21Type(marc.leader) : unimarcType(marc.leader);
  draft.carrier = carrierOf(marc, isMarc21);
  if (isMarc21) completeMarc21(draft);
  return finished(draft, readItems(marc.fields, options.holdings));
}

function scriptedFields(
  marc: MarcRecord,
  draft: Draft,
  dialect: MarcDialect,
): MarcRecord['fields'] {
  if (dialect !== 'marc21' || !marc.fields.some(isGraphic)) return marc.fields;
  const { fields, others } = ownScripts(marc.fields);
  draft.scripts = others;
  return fields;
}

function isGraphic({ tag }: Field): boolean {
  return tag.charCodeAt(0) === 0x38 && tag === '880';
}
