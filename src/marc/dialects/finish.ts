import type { BibRecord, Contributor } from '../record.ts';
import { yearOf } from './dates.ts';
import type { Draft } from './draft.ts';
import { namesInStatement } from './names.ts';
import { isCreatorRole } from './roles.ts';

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
    contributors: trimmed(contributors),
    authors: trimmed(authorNames(contributors)),
    edition: draft.edition,
    publisher: draft.publisher,
    place: draft.place,
    year: year ?? draft.codedYear,
    codedYear: draft.codedYear,
    date,
    extent: draft.extent,
    series: draft.series,
    seriesVolume: draft.seriesVolume,
    isbn: trimmed(isbn),
    isbnAsWritten: draft.isbnStatements.map(({ asWritten }) => asWritten),
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
    items: trimmed(draft.items),
  };
}

const nothing: readonly never[] = [];

/** A list that grew has room for seventeen entries; records are kept by the ten thousand, so theirs have none over. */
function trimmed<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? nothing : list.slice();
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
  const names: string[] = [];
  for (const wanted of [true, false]) {
    for (const { name, primary } of contributors) {
      if (primary === wanted && !names.includes(name)) names.push(name);
    }
  }
  return names;
}
