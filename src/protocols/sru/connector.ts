import type { LibraryDocument, SruSettings } from '../../members/document.ts';
import { ConnectorError } from '../../members/errors.ts';
import type { Ask, Connector, OnRecords, Outcome, SourceRecord } from '../../members/types.ts';
import { byNumber } from '../../query/by-number.ts';
import { type TermOptions, toSruCql } from '../../query/index.ts';
import { browsed, noIndex } from '../browse.ts';
import { knownFailure } from '../failures.ts';
import { firstFound, termOptions } from '../forms.ts';
import type { ConnectorDependencies } from '../types.ts';
import { type SruDialect, sortPath } from './ask.ts';
import { diagnosticFailure, outOfRange, type SruDiagnostic } from './diagnostics.ts';
import { indexesOf } from './explain.ts';
import { copiesDocument, onceKnown } from './holdings.ts';
import { explainSru, scanSru } from './operations.ts';
import { type PageAnswer, readPage } from './page.ts';
import { learn, type Manner } from './repair.ts';

/** Pages fetched for one ask; a server that caps lower than this allows gives what it gave. */
const maxPages = 100;
/** Times one page may be asked for again in another manner. */
const maxLessons = 6;

interface Search {
  readonly library: LibraryDocument<SruSettings>;
  readonly dependencies: ConnectorDependencies;
  /** What the server has taught about itself; no search leaves anything else behind. */
  readonly server: { dialect: SruDialect };
  readonly ask: Ask;
  readonly signal: AbortSignal;
  readonly onRecords: OnRecords;
}

/** A library behind an SRU 1.1, 1.2 or 2.0 server. */
export function createSruConnector(
  library: LibraryDocument<SruSettings>,
  dependencies: ConnectorDependencies,
): Connector {
  const server = {
    dialect: { version: library.connector.version, without: new Set<string>() } as SruDialect,
  };
  const copiesOf = onceKnown(async (call) =>
    copiesDocument(library, await explainSru({ library, dependencies }, call)),
  );
  return {
    library,
    async search(ask, signal, onRecords) {
      const { browse } = ask;
      if (browse === undefined) {
        return searchAll({ library, dependencies, server, ask, signal, onRecords });
      }
      const index = library.connector.indexes[browse.index];
      if (typeof index !== 'string') throw noIndex(library.id);
      const asked = { library, dependencies, dialect: server.dialect };
      const terms = await scanSru(asked, { ...browse, index }, { ...ask, signal });
      return browsed(
        browse,
        terms.map(({ display, records }) => ({ text: display, records })),
      );
    },
    async holdings(localId, ask, signal) {
      const document = await copiesOf({ ...ask, signal });
      if (document === null) {
        const message = 'The server names no schema that describes copies.';
        throw new ConnectorError(library.id, 'unsupported', message, { reason: 'holdings' });
      }
      const wish = { ...ask, query: byNumber(localId), start: 1, limit: 2, sort: null };
      const found: SourceRecord[] = [];
      const onRecords: OnRecords = (records) => found.push(...records);
      const asked = { library: document, dependencies, server, ask: wish, signal, onRecords };
      const { hits } = await searchAll(asked);
      // A holdings record has no number of its own: the only one found is the one asked for.
      const one = found.find((record) => record.localId === localId);
      return (one ?? (hits === 1 ? found[0] : undefined))?.record.items ?? null;
    },
    async close() {
      // Connections belong to the egress, which keeps them for every connector of the same server.
    },
  };
}

/** The whole answer, in one spelling of its terms after another until something is found. */
async function searchAll(search: Search): Promise<Outcome> {
  const { library, ask } = search;
  const progress: Progress = { ...nothingYet };
  try {
    const ways = termOptions(
      ask.query,
      library.connector.terms,
      (options) => translate(search, options).value,
    );
    return await firstFound(ways, (options) => {
      Object.assign(progress, nothingYet);
      return searchOnce(search, options, progress);
    });
  } catch (error) {
    throw asConnectorError(library.id, error, progress.hits);
  }
}

/** What one ask has come to so far. */
interface Progress {
  hits: number | null;
  /** The count as the server first gave it. */
  counted: number | null;
  exact: boolean;
  fetched: number;
  unreadable: number;
  incomplete: string | null;
  /** Head of the first page, by which it is known again. */
  head: readonly Uint8Array[];
}

const nothingYet: Readonly<Progress> = {
  hits: null,
  counted: null,
  exact: true,
  fetched: 0,
  unreadable: 0,
  incomplete: null,
  head: [],
};

/** The whole answer for one spelling of the query: the first page, and more while the server caps. */
async function searchOnce(
  search: Search,
  options: TermOptions,
  progress: Progress,
): Promise<Outcome> {
  const { library, server, ask } = search;
  const end = ask.start + ask.limit;
  let manner: Manner = {
    dialect: server.dialect,
    options,
    sort: sortPath(library.connector, ask.sort),
  };
  let start = ask.start;
  for (let page = 0; page < maxPages; page += 1) {
    const asked = await askPage(search, manner, start, end - start, progress);
    manner = asked.manner;
    start += asked.answer.seen;
    if (start >= end || !hasMore(asked.answer, start, progress)) break;
  }
  return {
    hits: progress.hits ?? 0,
    exact: progress.exact,
    fetched: progress.fetched,
    unreadable: progress.unreadable,
    sorted: ask.sort === null || manner.sort !== null,
    simplified: translate(search, manner.options).simplified,
    incomplete: progress.incomplete,
  };
}

/** Asks for one page, again in another manner where a diagnostic says how; throws ConnectorError. */
async function askPage(
  search: Search,
  first: Manner,
  start: number,
  count: number,
  progress: Progress,
): Promise<{ answer: PageAnswer; manner: Manner }> {
  const { library, server, ask } = search;
  let manner = first;
  for (let lessons = 0; ; lessons += 1) {
    const { dialect, options, sort } = manner;
    const answer = await readPage(search, {
      page: { cql: translate(search, options).value, start, count, sort },
      dialect,
      phase: start === ask.start ? 'search' : 'present',
      earlierHead: start === ask.start ? [] : progress.head,
      onRecords: (records, unreadable, hits) =>
        handOver(search, progress, records, unreadable, hits),
    });
    const diagnostic = failing(answer, start, count);
    if (diagnostic === null) {
      note(progress, answer, start);
      if (start === ask.start) progress.head = answer.head;
      return { answer, manner };
    }
    const lesson =
      lessons < maxLessons
        ? (learn(diagnostic, manner, library.connector) ??
          (await explained(search, diagnostic, manner)))
        : null;
    if (lesson === null) throw diagnosticFailure(library.id, diagnostic, answer.hits || null);
    manner = lesson;
    server.dialect = lesson.dialect;
  }
}

/**
 * After an index or context set was refused: the names that the server's explain record gives, asked for
 * once in a connector's life. Null where it has none or they would change nothing.
 */
async function explained(
  { library, dependencies, ask, signal }: Search,
  { code }: SruDiagnostic,
  manner: Manner,
): Promise<Manner | null> {
  if ((code !== 15 && code !== 16) || manner.dialect.indexes !== undefined) return null;
  const { dialect } = manner;
  const call = { signal, deadline: ask.deadline, trace: ask.trace };
  try {
    const explain = await explainSru({ library, dependencies, dialect }, call);
    const indexes = { ...library.connector.indexes, ...indexesOf(explain) };
    return { ...manner, dialect: { ...dialect, indexes }, options: withoutAlternatives(manner) };
  } catch (error) {
    const known = knownFailure(library.id, error);
    // The refusal of the index says more than an explain record that cannot be read.
    if (known === null || known.code === 'timeout' || known.code === 'stopped') throw error;
    return null;
  }
}

function withoutAlternatives({ options }: Manner): TermOptions {
  const { alternative: _tried, ...rest } = options;
  return rest;
}

function handOver(
  { onRecords }: Search,
  progress: Progress,
  records: readonly SourceRecord[],
  unreadable: number,
  hits: number | null,
): void {
  progress.fetched += records.length;
  progress.unreadable += unreadable;
  // Version 1.1 has servers say 0 beside a diagnostic too: nothing found is known at the end of an answer.
  if (hits !== null && hits > 0) progress.hits ??= hits;
  if (records.length > 0) onRecords(records, progress.hits);
}

/** The diagnostic that stands in place of what was asked for; null where that came all the same. */
function failing(answer: PageAnswer, start: number, count: number): SruDiagnostic | null {
  const [diagnostic] = answer.diagnostics;
  if (diagnostic === undefined || answer.seen > 0) return null;
  if (diagnostic.code === outOfRange && start > 1) return null;
  return count === 0 && (answer.hits ?? 0) > 0 ? null : diagnostic;
}

/**
 * The count as the server gave it first, held against the records that came: a later page that counts
 * otherwise, or reaches further, makes it an estimate.
 */
function note(progress: Progress, answer: PageAnswer, start: number): void {
  const reached = answer.seen === 0 ? 0 : start - 1 + answer.seen;
  const isPastEnd = answer.seen === 0 && answer.diagnostics.length > 0;
  const counted = progress.counted ?? answer.hits ?? (isPastEnd ? start - 1 : null);
  const agrees = isPastEnd || answer.hits === null || answer.hits === counted;
  progress.exact &&= answer.exact && agrees && counted !== null && reached <= counted;
  progress.exact &&= answer.hits !== null || progress.counted !== null;
  progress.counted ??= answer.hits;
  progress.hits = Math.max(progress.hits ?? 0, counted ?? 0, reached);
}

/** True when another page is worth asking for; says so where the server stops before its own count. */
function hasMore(answer: PageAnswer, next: number, progress: Progress): boolean {
  const hits = progress.hits ?? 0;
  if (next > hits) return answer.hits === null && answer.nextPosition !== null && answer.seen > 0;
  if (answer.seen > 0) return true;
  progress.exact = false;
  progress.incomplete = answer.isRepeated
    ? 'The server gives the same page again and again.'
    : 'The server counts more records than it gives.';
  return false;
}

function translate({ library, server, ask }: Search, options: TermOptions) {
  const { version, supports, indexes } = server.dialect;
  return toSruCql(ask.query, indexes ?? library.connector.indexes, {
    ...options,
    version,
    ...(supports === undefined ? {} : { supports }),
  });
}

function asConnectorError(libraryId: string, error: unknown, hits: number | null): ConnectorError {
  const known = knownFailure(libraryId, error, hits);
  if (known === null) throw error;
  return known;
}
