import { isbnForms } from '../identifiers.ts';
import type { BibRecord, Contributor, RecordType } from '../record.ts';
import { contributorsOf, fullTitle, pagesOf } from './contributors.ts';

const types: Readonly<Partial<Record<RecordType, string>>> = {
  book: 'Book',
  serial: 'Periodical',
  article: 'Article',
  map: 'Map',
  music: 'SheetMusic',
  sound: 'AudioObject',
  video: 'VideoObject',
  image: 'ImageObject',
  computer: 'SoftwareApplication',
  manuscript: 'Manuscript',
};

/** A schema.org description. */
export function jsonLdOf(record: BibRecord): Readonly<Record<string, unknown>> {
  const people = (part: 'author' | 'editor' | 'translator') => {
    const list = contributorsOf(record, part).map(agent);
    return list.length === 0 ? null : list;
  };
  const description: Record<string, unknown> = {
    '@context': 'https://schema.org',
    '@type': types[record.type] ?? 'CreativeWork',
    name: fullTitle(record),
    alternateName: nonEmpty([record.parallelTitle, ...record.otherTitles]),
    author: people('author'),
    editor: people('editor'),
    translator: people('translator'),
    publisher:
      record.publisher === null
        ? null
        : {
            '@type': 'Organization',
            name: record.publisher,
            ...(record.place === null ? {} : { location: record.place }),
          },
    datePublished: record.year === null ? null : String(record.year),
    bookEdition: record.edition,
    numberOfPages: pagesOf(record) === null ? null : Number(pagesOf(record)),
    isbn: nonEmpty(record.isbn.map((isbn) => isbnForms(isbn).plain13)),
    issn: nonEmpty(record.issn),
    inLanguage: record.language,
    about: nonEmpty(record.subjects),
    isPartOf: record.series === null ? null : { '@type': 'BookSeries', name: record.series },
    abstract: record.summary,
    url: record.links[0]?.url ?? null,
  };
  return Object.fromEntries(Object.entries(description).filter(([, value]) => value !== null));
}

/** JSON that may stand inside a script element: no `<`, no line separators of JavaScript. */
export function scriptSafeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function agent({ name, kind }: Contributor): Readonly<Record<string, string>> {
  return { '@type': kind === 'person' ? 'Person' : 'Organization', name };
}

function nonEmpty(list: readonly (string | null)[]): readonly string[] | null {
  const present = list.filter((one) => one !== null && one !== '') as string[];
  return present.length === 0 ? null : present;
}
