import { type CalendarDocument, everydayCalendar } from './loans/calendar/calendar.ts';
import type {
  CopiesAnswer,
  FindCopies,
  FindRecord,
  FoundRecord,
  LendingTerms,
  LoanLibrary,
} from './loans/requests/context.ts';
import type { Citation, CopyHeld } from './loans/requests/types.ts';
import { normaliseIsbn } from './marc/identifiers.ts';
import type { BibRecord } from './marc/record.ts';
import { foldForMatching } from './marc/text.ts';
import type { Directory } from './members/directory.ts';
import type { LibraryDocument } from './members/document.ts';
import { isOffered } from './members/services.ts';
import type { SourceRecord } from './members/types.ts';
import { parseReaderQuery } from './query/index.ts';
import { holdingOf } from './search/merge/holding.ts';
import type { SearchEngine } from './search/types.ts';
import type { Clock } from './store/clock.ts';

/** What the loan core asks of the federation: who a library is and what it holds. */

/** The longest a form waits for the home library. */
const askHomeMs = 4000;

/** Records of the home library that are looked at. */
const maxLooked = 50;

export function loanLibraryFinder(
  directory: Directory,
  clock: Clock,
): (id: string) => LoanLibrary | null {
  return (id) => {
    const entry = directory.get(id);
    return entry === undefined ? null : loanLibrary(entry.library, clock.now());
  };
}

function loanLibrary(library: LibraryDocument, now: Date): LoanLibrary {
  const { services, contact } = library;
  const named = (text: { readonly zh?: string; readonly en?: string }) => {
    const zh = text.zh ?? text.en ?? '';
    return { zh, en: text.en ?? zh };
  };
  return {
    id: library.id,
    code: library.code,
    name: named(library.name),
    kind: library.kind,
    lend: termsOf(services.lend),
    borrow: isOffered(library, 'borrow', now),
    copy: isOffered(library, 'copy', now),
    delivery: services.delivery ?? ['courier', 'pickup'],
    calendar: calendarOf(library),
    contact: {
      desk: named(contact.desk ?? { zh: '馆际互借处', en: 'Interlibrary loan desk' }),
      phone: contact.phone ?? '',
      email: contact.email ?? '',
    },
    paused: library.status !== 'live',
  };
}

const calendars = new WeakMap<LibraryDocument, CalendarDocument>();

/** A library's calendar with what it leaves out; the same object each time, since what is read of one is kept with it. */
export function calendarOf(library: LibraryDocument): CalendarDocument {
  const known = calendars.get(library);
  if (known !== undefined) return known;
  const whole = { ...everydayCalendar, ...library.calendar };
  calendars.set(library, whole);
  return whole;
}

function termsOf(service: LibraryDocument['services']['lend']): LendingTerms | null {
  if (service === false) return null;
  const terms = typeof service === 'object' ? service : {};
  return { from: terms.from ?? null, to: terms.to ?? null, foreign: terms.foreign ?? true };
}

/** Takes a record as its library gave it, from a merged line or by its permanent address. */
export function recordFinder(engine: SearchEngine): FindRecord {
  return async ({ record, library, localId }) => {
    const merged = record === null ? undefined : await engine.recall(record);
    const source =
      merged?.sources.find((one) => one.library === library && one.localId === localId) ??
      (merged === undefined ? await engine.fetchSource(library, localId) : undefined);
    return source === undefined ? null : foundRecord(source);
  };
}

function foundRecord(source: SourceRecord): FoundRecord {
  const copy = copyOf(source);
  return { citation: citationOf(source.record, copy), holding: copy };
}

/** The record's own words, with the separators of its ISBN; nothing is looked up anywhere else. */
function citationOf(record: BibRecord, copy: CopyHeld): Citation {
  const part = [record.partNumber, record.partName].filter((text) => text !== null).join(' ');
  const title = record.subtitle === null ? record.title : `${record.title} : ${record.subtitle}`;
  return {
    title,
    parallelTitle: record.parallelTitle,
    author: record.responsibility ?? (record.authors.join('; ') || null),
    publisher: record.publisher,
    place: record.place,
    year: record.date ?? (record.year === null ? null : String(record.year)),
    edition: record.edition,
    volume: part || null,
    series: record.series,
    isbn: record.isbnAsWritten[0] ?? record.isbn[0] ?? record.issn[0] ?? null,
    language: record.language,
    type: record.type,
    classMark: copy.classMark,
    callNumber: copy.callNumber,
  };
}

function copyOf(source: SourceRecord): CopyHeld {
  const holding = holdingOf(source);
  const { clc, ddc, lcc } = source.record.classes;
  return {
    library: source.library,
    localId: source.localId,
    callNumber: holding.callNumber,
    classMark: clc ?? ddc ?? lcc ?? Object.values(source.record.classes)[0] ?? null,
    collection: holding.location,
    location: holding.location,
    barcode: holding.barcode,
    status: holding.status,
    lendable: holding.lendable,
    lendableWhy: holding.lendableWhy,
  };
}

/** Asks one library for the edition: by its number where it has one, else by title and author. */
export function copiesFinder(engine: SearchEngine): FindCopies {
  return async (citation, library): Promise<CopiesAnswer> => {
    const isbn = normaliseIsbn(citation.isbn ?? '');
    const asked =
      isbn === null
        ? parseReaderQuery(citation.title, { syntax: 'words', index: 'title' })
        : parseReaderQuery(isbn, { syntax: 'words', index: 'isbn' });
    const search = engine.start({
      ...asked,
      libraries: [library],
      sort: 'relevance',
      waitMs: askHomeMs,
      refresh: false,
    });
    const unwatch = search.watch();
    try {
      await search.wait('complete');
    } finally {
      unwatch();
    }
    const view = {
      page: 1,
      size: maxLooked,
      sort: 'relevance',
      filters: [],
      timings: false,
    } as const;
    const answer = search.answer(view);
    const state = answer.libraries[0]?.state ?? 'unreachable';
    const answered = ['answered', 'answered_estimate', 'empty', 'partial'].includes(state);
    const copies = answer.records
      .filter((line) => isbn !== null || sameEdition(line, citation))
      .flatMap((line) => engine.record(line.id)?.sources ?? [])
      .filter((source) => source.library === library)
      .map(copyOf);
    return { state: answered ? 'asked' : 'failed', copies };
  };
}

/** Without a number the title must be the same, and the year where both name one. */
function sameEdition(
  line: { readonly title: string; readonly year: number | null },
  citation: Citation,
): boolean {
  const [proper = ''] = citation.title.split(' : ');
  if (foldForMatching(line.title) !== foldForMatching(proper)) return false;
  const year = /\d{4}/.exec(citation.year ?? '')?.[0];
  return year === undefined || line.year === null || Number(year) === line.year;
}
