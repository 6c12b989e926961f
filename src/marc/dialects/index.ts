import type { BibRecord, Contributor } from '../record.ts';
import { type Dialect, type Field, isControlField, type MarcRecord } from '../types.ts';
import { carrierOf } from './carrier.ts';
import { yearOf } from './dates.ts';
import { type MarcDialect, usedDialect } from './detect.ts';
import { type Draft, newDraft } from './draft.ts';
import { tagNumber } from './fields.ts';
import { type HoldingsMap, readItems } from './holdings.ts';
import { completeMarc21, marc21Fields, marc21Type, readFixedField } from './marc21.ts';
import { namesInStatement } from './names.ts';
import { ownScripts } from './scripts.ts';
import { unimarcFields, unimarcType } from './unimarc.ts';

export { detectDialect } from './detect.ts';
export type { HoldingsMap } from './holdings.ts';
export { readDate, readStatus } from './status.ts';

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
  draft.items.push(...readItems(marc.fields, options.holdings));
  return finished(draft);
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

/** Works out what follows from the fields read: years, ISBNs, authors. */
export function finished(draft: Draft): BibRecord {
  const contributors = withStatedNames(draft);
  const { title, parallelTitle, date } = draft;
  const year = date === null ? null : yearOf(date, draft.codedYear);
  const isbn: string[] = [];
  for (const { isbn13 } of draft.isbnStatements) {
    if (isbn13 !== null && !isbn.includes(isbn13)) isbn.push(isbn13);
  }
  return {
    dialect: draft.dialect,
    controlNumber: draft.controlNumber,
    title,
    sortTitle: draft.sortTitle,
    subtitle: draft.subtitle,
    parallelTitle: parallelTitle === title ? null : parallelTitle,
    partNumber: draft.partNumber,
    partName: draft.partName,
    otherTitles: draft.otherTitles.filter((other) => other !== title && other !== parallelTitle),
    titlePinyin: draft.titlePinyin,
    responsibility: draft.responsibility,
    contributors,
    authors: authorNames(contributors),
    edition: draft.edition,
    publisher: draft.publisher,
    place: draft.place,
    year: year ?? draft.codedYear,
    codedYear: draft.codedYear,
    date,
    extent: draft.extent,
    series: draft.series,
    seriesVolume: draft.seriesVolume,
    isbn,
    isbnAsWritten: draft.isbnStatements.map(({ asWritten }) => asWritten),
    isbnStatements: draft.isbnStatements,
    issn: draft.issn,
    language: draft.language,
    type: draft.type,
    carrier: draft.carrier,
    subjects: draft.subjects,
    classes: draft.classes,
    notes: draft.notes,
    summary: draft.summary,
    links: draft.links,
    items: draft.items,
  };
}

/** A record without name fields still says who made the book in its Chinese statement. */
function withStatedNames(draft: Draft): readonly Contributor[] {
  if (draft.contributors.length > 0 || draft.responsibility === null) return draft.contributors;
  return namesInStatement(draft.responsibility).map((stated, i) => ({
    ...stated,
    pinyin: null,
    alternate: null,
    primary: i === 0 || stated.role === null || !/译|譯|校|注|序|绘|插图/.test(stated.role),
  }));
}

/** Creators first, each name once. */
function authorNames(contributors: readonly Contributor[]): readonly string[] {
  const names: string[] = [];
  for (const wanted of [true, false]) {
    for (const { name, primary } of contributors) {
      if (primary === wanted && !names.includes(name)) names.push(name);
    }
  }
  return names;
}
