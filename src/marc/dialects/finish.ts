import type { BibRecord, Contributor, IsbnStatement, Item } from '../record.ts';
import { yearOf } from './dates.ts';
import type { Draft } from './draft.ts';
import { namesInStatement } from './names.ts';
import { isCreatorRole } from './roles.ts';

/** Works out what follows from the fields read: years, ISBNs, authors. */
export function finished(draft: Draft, items: readonly Item[] = draft.items): BibRecord {
  const contributors = withStatedNames(draft);
  const { title, parallelTitle, date } = draft;
  const year = date === null ? null : yearOf(date, draft.codedYear);
  return {
    dialect: draft.dialect,
    controlNumber: draft.controlNumber,
    title,
    sortTitle: draft.sortTitle,
    subtitle: draft.subtitle,
    parallelTitle: parallelTitle === title ? null : parallelTitle,
    partNumber: draft.partNumber,
    partName: draft.partName,
    otherTitles: titlesBeside(draft.otherTitles, title, parallelTitle),
    titlePinyin: draft.titlePinyin,
    responsibility: draft.responsibility,
    contributors: trimmed(contributors),
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
    isbn: validIsbns(draft.isbnStatements),
    isbnAsWritten: writtenIsbns(draft.isbnStatements),
    isbnStatements: trimmed(draft.isbnStatements),
    issn: trimmed(draft.issn),
    language: draft.language,
    type: draft.type,
    carrier: draft.carrier,
    subjects: trimmed(draft.subjects),
    classes: draft.classes,
    notes: trimmed(draft.notes),
    summary: draft.summary,
    links: trimmed(draft.links),
    items: trimmed(items),
  };
}

const nothing: readonly never[] = [];

/** A list that grew has room for seventeen entries; records are kept by the ten thousand, so theirs have none over. */
function trimmed<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? nothing : list.slice();
}

function titlesBeside(
  list: readonly string[],
  title: string,
  parallelTitle: string | null,
): readonly string[] {
  if (!list.includes(title) && (parallelTitle === null || !list.includes(parallelTitle))) {
    return trimmed(list);
  }
  return trimmed(list.filter((other) => other !== title && other !== parallelTitle));
}

function validIsbns(statements: readonly IsbnStatement[]): readonly string[] {
  const [first] = statements;
  if (first === undefined) return nothing;
  if (statements.length === 1) return first.isbn13 === null ? nothing : [first.isbn13];
  const isbn: string[] = [];
  for (const { isbn13 } of statements) {
    if (isbn13 !== null && !isbn.includes(isbn13)) isbn.push(isbn13);
  }
  return trimmed(isbn);
}

function writtenIsbns(statements: readonly IsbnStatement[]): readonly string[] {
  return statements.length === 0 ? nothing : statements.map(({ asWritten }) => asWritten);
}

/** A record without name fields still says who made the book in its Chinese statement. */
function withStatedNames(draft: Draft): readonly Contributor[] {
  if (draft.contributors.length > 0 || draft.responsibility === null) return draft.contributors;
  return namesInStatement(draft.responsibility).map((stated, i) => ({
    ...stated,
    pinyin: null,
    alternate: null,
    primary: i === 0 || isCreatorRole(stated.role),
  }));
}

/** Creators first, each name once. */
function authorNames(contributors: readonly Contributor[]): readonly string[] {
  const [first] = contributors;
  if (first === undefined) return nothing;
  if (contributors.length === 1) return [first.name];
  const names: string[] = [];
  addNames(names, contributors, true);
  addNames(names, contributors, false);
  return trimmed(names);
}

function addNames(
  names: string[],
  contributors: readonly Contributor[],
  wantPrimary: boolean,
): void {
  for (const { name, primary } of contributors) {
    if (primary === wantPrimary && !names.includes(name)) names.push(name);
  }
}
