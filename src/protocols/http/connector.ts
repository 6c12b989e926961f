import type { HttpSettings, LibraryDocument } from '../../members/document.ts';
import { ConnectorError } from '../../members/errors.ts';
import type { Ask, Connector, OnRecords, Outcome, SourceRecord } from '../../members/types.ts';
import { type TermOptions, toTemplateVariables } from '../../query/index.ts';
import { wholeBody } from '../answers/bytes.ts';
import { AnswerError } from '../answers/errors.ts';
import { httpFailure, knownFailure } from '../failures.ts';
import { firstFound, termOptions } from '../forms.ts';
import { sourceRecord } from '../records.ts';
import type { ConnectorDependencies, EgressCall, HttpRequest } from '../types.ts';
import { httpHoldings } from './about.ts';
import { decodeAnswer, type ListAnswer, type ListRecord } from './answer.ts';
import { encodeAsk, pageSizeOf, pageVariables } from './ask.ts';
import { readPage } from './page.ts';
import { askInSession } from './session.ts';
import { createSessions, type Sessions } from './sessions.ts';
import type { Variables } from './template.ts';

/** Pages fetched for one ask. */
const maxPages = 100;

interface Search {
  readonly library: LibraryDocument<HttpSettings>;
  readonly dependencies: ConnectorDependencies;
  readonly sessions: Sessions;
  readonly ask: Ask;
  readonly call: EgressCall;
  readonly onRecords: OnRecords;
}

/** What one ask has come to so far. */
interface Progress {
  hits: number | null;
  exact: boolean;
  fetched: number;
  unreadable: number;
  incomplete: string | null;
}

const nothingYet: Readonly<Progress> = {
  hits: null,
  exact: true,
  fetched: 0,
  unreadable: 0,
  incomplete: null,
};

/** A library whose catalogue answers over HTTP as its document describes. */
export function createHttpConnector(
  library: LibraryDocument<HttpSettings>,
  dependencies: ConnectorDependencies,
): Connector {
  const settings = library.connector;
  const sessions = createSessions(library, dependencies.egress);
  return {
    library,
    async search(ask, signal, onRecords) {
      const call = { signal, deadline: ask.deadline, trace: ask.trace };
      const search = { library, dependencies, sessions, ask, call, onRecords };
      const progress: Progress = { ...nothingYet };
      const translate = (options: TermOptions) =>
        toTemplateVariables(ask.query, settings.indexes, options);
      try {
        const ways = termOptions(ask.query, settings.terms, (options) =>
          JSON.stringify(translate(options).value),
        );
        return await firstFound(ways, async (options) => {
          Object.assign(progress, nothingYet);
          const { value, simplified } = translate(options);
          await searchOnce(search, value, progress);
          return { ...outcomeOf(progress, settings, ask), simplified };
        });
      } catch (error) {
        const known = knownFailure(library.id, error, progress.hits);
        if (known === null) throw error;
        throw known;
      }
    },
    async holdings(localId, { deadline, trace }, signal) {
      const call = { signal, deadline, trace };
      const items = await httpHoldings(library, dependencies, localId, call);
      if (items !== null) return items;
      throw new ConnectorError(library.id, 'unsupported', 'Copies cannot be asked for here.', {
        reason: 'holdings',
      });
    },
    async close() {
      sessions.forget();
    },
  };
}

function outcomeOf(
  progress: Progress,
  settings: HttpSettings,
  ask: Ask,
): Omit<Outcome, 'simplified'> {
  const { hits, exact, fetched, unreadable, incomplete } = progress;
  const sorted = ask.sort === null || typeof settings.sorts[ask.sort.key] === 'string';
  return { hits: hits ?? 0, exact, fetched, unreadable, incomplete, sorted };
}

/** Fetches pages from the one that holds the first wanted record until the last one is there. */
async function searchOnce(search: Search, query: Variables, progress: Progress): Promise<void> {
  const { library, ask } = search;
  const settings = library.connector;
  const size = pageSizeOf(settings);
  const byLinks = settings.page.style === 'next';
  const end = ask.start + ask.limit;
  // A list that is paged by links can only be walked from its beginning.
  let number = byLinks ? 0 : Math.floor((ask.start - 1) / size);
  let position = number * size + 1;
  let link: URL | null = null;
  let firstSource: string | null = null;
  for (let page = 0; page < maxPages; page += 1) {
    const { answer, url } = await askPage(search, query, { number, size }, link);
    const sources = answer.records.map(({ source }) => source).join('\n');
    if (sources !== '' && sources === firstSource) {
      progress.exact = false;
      progress.incomplete = 'The server gives the same page again and again.';
      return;
    }
    firstSource ??= sources;
    handOver(search, progress, answer, position);
    position += answer.records.length;
    number += 1;
    link = byLinks && answer.next !== null ? nextAddress(answer.next, url) : null;
    const isLast = answer.records.length === 0 || (byLinks ? link === null : false);
    if (position >= end || isLast || isShort(answer, size, progress, position)) {
      finish(progress, ask, position, isLast || answer.records.length < size);
      return;
    }
  }
}

/** True where the list has come to its end. */
function isShort(answer: ListAnswer, size: number, progress: Progress, position: number): boolean {
  if (progress.hits !== null && position > progress.hits) return true;
  return answer.hits === null && answer.records.length < size;
}

/** Holds the count against what was found; a list without a count is counted as far as it was read. */
function finish(progress: Progress, ask: Ask, position: number, isEnd: boolean): void {
  const reached = position - 1;
  if (progress.hits === null) {
    progress.hits = reached;
    progress.exact = isEnd;
    return;
  }
  const missing = Math.min(progress.hits, ask.start + ask.limit - 1) - reached;
  if (reached > progress.hits) {
    progress.hits = reached;
    progress.exact = false;
  } else if (missing > 0) {
    progress.exact = false;
    progress.incomplete = 'The server counts more records than it gives.';
  }
}

function nextAddress(next: string, url: URL): URL | null {
  if (!URL.canParse(next, url.href)) return null;
  const target = new URL(next, url.href);
  if (target.origin !== url.origin) {
    throw new AnswerError('redirect', 'The next page is at a place that was not approved.');
  }
  return target;
}

/** One page; where a session had gone stale, once more in a new one. */
async function askPage(
  search: Search,
  query: Variables,
  page: { readonly number: number; readonly size: number },
  link: URL | null,
): Promise<{ answer: ListAnswer; url: URL }> {
  const { library, sessions, ask, call } = search;
  const settings = library.connector;
  const phase = page.number === 0 || ask.start > page.number * page.size ? 'search' : 'present';
  for (let attempt = 0; ; attempt += 1) {
    const session = await sessions.current(call);
    const variables = pageVariables(settings, query, page, session.token, ask.sort);
    const request = encodeAsk(settings, variables);
    const asked =
      link === null ? request : { ...request, url: link, method: 'GET' as const, body: null };
    try {
      return await readList(search, session, { ...asked, phase });
    } catch (error) {
      const stale = settings.session !== undefined && attempt === 0 && isStale(error);
      if (!stale) throw error;
      sessions.forget(session);
    }
  }
}

/** Signs of a session that the server no longer knows: its login page, its refusal, no list. */
function isStale(error: unknown): boolean {
  if (error instanceof AnswerError) return true;
  const reason = error instanceof Error && 'reason' in error ? String(error.reason) : '';
  return ['http_401', 'http_403', 'http_404', 'redirect'].includes(reason);
}

async function readList(
  { library, dependencies, ask, call }: Search,
  session: Parameters<typeof askInSession>[1],
  request: HttpRequest,
): Promise<{ answer: ListAnswer; url: URL }> {
  const settings = library.connector;
  const answer = await askInSession(dependencies.egress, session, request, call);
  const failure = httpFailure(library.id, answer);
  if (failure !== null) {
    answer.discard();
    throw failure;
  }
  const bytes = await wholeBody(answer.body);
  ask.trace.enter('parse');
  const type = answer.headers['content-type'];
  const page = readPage(bytes, settings.answer, settings.charset, type);
  return { answer: decodeAnswer(settings, page), url: answer.url };
}

const mediaTypes = { json: 'application/json', xml: 'application/xml', html: 'text/html' } as const;

/** Hands over what of a page was asked for. */
function handOver(search: Search, progress: Progress, answer: ListAnswer, position: number): void {
  const { library, ask, onRecords } = search;
  progress.hits = answer.hits ?? progress.hits;
  const records: SourceRecord[] = [];
  for (const [at, found] of answer.records.entries()) {
    const place = position + at;
    if (place < ask.start || place >= ask.start + ask.limit) continue;
    const record = toSourceRecord(library, found, place);
    if (record === null) progress.unreadable += 1;
    else records.push(record);
  }
  progress.fetched += records.length;
  if (records.length > 0) onRecords(records, answer.hits);
}

function toSourceRecord(
  library: LibraryDocument<HttpSettings>,
  { record, id, items, source }: ListRecord,
  position: number,
): SourceRecord | null {
  if (record === null) return null;
  const syntax = mediaTypes[library.connector.answer];
  const origin = { position, localId: id, syntax, dialect: 'dc' as const, items };
  const evidence = { marc: null, raw: Buffer.from(source), charset: 'utf-8', warnings: [] };
  return sourceRecord(library, record, origin, evidence);
}
