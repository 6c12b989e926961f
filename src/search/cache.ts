import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ConnectorError } from '../members/errors.ts';
import type { Clock } from '../members/guards/clock.ts';
import type { Library, Outcome, SortWish, SourceRecord } from '../members/types.ts';
import { createPageRest, openInTurns } from './cache-rest.ts';
import { sourceBytes } from './records.ts';
import type { CacheSettings } from './settings.ts';
import type { Parcel } from './stacks.ts';

/** One question to one library, apart from which part of the answer is wanted. */
export interface QuestionKey {
  readonly library: Library;
  /** Canonical CQL. */
  readonly cql: string;
  readonly sort: SortWish | null;
}

export interface PageKey {
  /** From `questionKey`. */
  readonly question: string;
  readonly start: number;
  readonly limit: number;
}

/** A whole page of a library's answer, or its word that there is none. */
export type CachedAnswer = {
  /** Different for every answer ever stored: equal stamps mean the very same records. */
  readonly stamp: number;
  readonly ageMs: number;
  /** Still served, but the library is to be asked behind it. */
  readonly stale: boolean;
} & (
  | { readonly outcome: Outcome; readonly records: readonly SourceRecord[] }
  | { readonly error: ConnectorError }
);

export interface AnswerCache {
  /** What is at hand; undefined also for an answer whose records are put away, unless it is wanted `now`. */
  read(key: PageKey, now?: boolean): CachedAnswer | undefined;
  /** The same for an answer whose records are put away: has them back, in turns with other work. */
  wake(key: PageKey): Promise<CachedAnswer | undefined>;
  /** Keeps a whole answer and returns its stamp; of a part of one only the count, and null. */
  write(
    key: PageKey,
    outcome: Outcome,
    records: readonly SourceRecord[],
    ageMs?: number,
  ): number | null;
  /** The age up to which an answer is shown without asking the library again. */
  readonly freshMs: number;
  /** Keeps a library's word that it cannot be asked this. */
  writeUnsupported(key: PageKey, error: ConnectorError): void;
  /** A count heard within the time an answer is served, whichever page it came with. */
  hits(question: string): number | undefined;
  readonly bytes: number;
  readonly pages: number;
  readonly counts: { readonly hits: number; readonly misses: number };
  /** Ends what would be done later. */
  close(): void;
}

interface Page {
  readonly stamp: number;
  readonly storedAt: number;
  readonly outcome: Outcome;
  /** Records, or what they were put away in. */
  readonly content:
    | { readonly records: readonly SourceRecord[] }
    | { readonly parcels: readonly Parcel[] };
}

interface Negative {
  readonly stamp: number;
  readonly storedAt: number;
  readonly outcome: Outcome | null;
  readonly error: ConnectorError | null;
}

const revisions = new WeakMap<Library, string>();

/**
 * The key of a question: the library, the revision of its document (address, databases, charsets,
 * credentials by name, everything that shapes an answer), the canonical query, and the order asked for.
 */
export function questionKey({ library, cql, sort }: QuestionKey): string {
  let revision = revisions.get(library);
  if (revision === undefined) {
    revision = createHash('sha256').update(JSON.stringify(library)).digest('base64url');
    revisions.set(library, revision);
  }
  const order = sort === null ? '' : `${sort.key}${sort.descending ? '-' : '+'}`;
  return [library.id, revision, order, cql].join('\u0000');
}

export function pageKey({ question, start, limit }: PageKey): string {
  return `${start}+${limit}\u0000${question}`;
}

/**
 * Answers of libraries in this process. Counts, pages of records and negative answers are kept apart:
 * a count outlives a page that was let go, and a "nothing here" is believed for a shorter time.
 */
export function createAnswerCache(
  settings: CacheSettings,
  clock: Clock,
  idleMs: number,
): AnswerCache {
  const staleMs = settings.staleSeconds * 1000;
  const freshMs = settings.freshSeconds * 1000;
  const timed = { ttlResolution: 0, perf: { now: () => clock.now() } };
  const pages = new LRUCache<string, Page>({
    ...timed,
    ttl: staleMs,
    maxSize: Math.ceil(settings.maxBytes * 0.9),
    sizeCalculation: ({ content }, key) => 500 + 2 * key.length + bytesOf(content),
  });
  const small = { ...timed, maxSize: Math.ceil(settings.maxBytes * 0.05) };
  const negatives = new LRUCache<string, Negative>({
    ...small,
    ttl: settings.negativeSeconds * 1000,
    sizeCalculation: (_, key) => 600 + 2 * key.length,
  });
  const counts = new LRUCache<string, { readonly hits: number }>({
    ...small,
    ttl: staleMs,
    sizeCalculation: (_, key) => 100 + 2 * key.length,
  });
  let stamps = 0;
  let hits = 0;
  let misses = 0;

  const rest = createPageRest({
    clock,
    idleMs,
    records(name) {
      const content = pages.peek(name)?.content;
      return content !== undefined && 'records' in content ? content.records : undefined;
    },
    putAway: (name, parcels) => replace(name, pages.peek(name), { parcels }),
  });

  const replace = (name: string, page: Page | undefined, content: Page['content']) => {
    if (page !== undefined) pages.set(name, { ...page, content }, { start: page.storedAt });
  };

  const headOf = ({ stamp, storedAt }: Pick<Page, 'stamp' | 'storedAt'>) => {
    const ageMs = clock.now() - storedAt;
    return { stamp, ageMs, stale: ageMs > freshMs };
  };

  /** The page with its records at hand from now on. */
  const answerOf = (name: string, page: Page, records: readonly SourceRecord[]): CachedAnswer => {
    hits++;
    if (pages.peek(name) === page) {
      if ('parcels' in page.content) replace(name, page, { records });
      rest.used(name);
    }
    return { ...headOf(page), outcome: page.outcome, records };
  };

  return {
    read(key, now = false) {
      const name = pageKey(key);
      const page = pages.get(name);
      if (page !== undefined) {
        const { content } = page;
        if ('records' in content) return answerOf(name, page, content.records);
        if (!now) return undefined;
        return answerOf(
          name,
          page,
          content.parcels.flatMap((parcel) => parcel.open()),
        );
      }
      const found = negatives.get(name);
      if (found === undefined) {
        misses++;
        return undefined;
      }
      hits++;
      const head = headOf(found);
      return found.error !== null
        ? { ...head, error: found.error }
        : { ...head, outcome: found.outcome as Outcome, records: [] };
    },
    async wake(key) {
      const name = pageKey(key);
      const page = pages.get(name);
      if (page === undefined || 'records' in page.content) return undefined;
      return answerOf(name, page, await openInTurns(page.content.parcels, clock));
    },
    freshMs,
    write(key, outcome, records, ageMs = 0) {
      const name = pageKey(key);
      const start = clock.now() - ageMs;
      counts.set(key.question, { hits: outcome.hits }, { start });
      const stored = { stamp: ++stamps, storedAt: start, outcome };
      pages.delete(name);
      negatives.delete(name);
      if (isNothing(outcome, records)) {
        negatives.set(name, { ...stored, error: null }, { start });
      } else if (isWholePage(key, outcome, records)) {
        pages.set(name, { ...stored, content: { records } }, { start });
        rest.used(name);
      } else {
        return null;
      }
      return stored.stamp;
    },
    writeUnsupported(key, error) {
      const stored = { stamp: ++stamps, storedAt: clock.now() };
      negatives.set(pageKey(key), { ...stored, outcome: null, error });
    },
    hits: (question) => counts.get(question)?.hits,
    get bytes() {
      return pages.calculatedSize + negatives.calculatedSize + counts.calculatedSize;
    },
    get pages() {
      return pages.size;
    },
    get counts() {
      return { hits, misses };
    },
    close: rest.stop,
  };
}

function bytesOf(content: Page['content']): number {
  return 'records' in content
    ? content.records.reduce((sum, record) => sum + sourceBytes(record), 0)
    : content.parcels.reduce((sum, { bytes }) => sum + bytes, 0);
}

function isNothing(outcome: Outcome, records: readonly SourceRecord[]): boolean {
  return outcome.hits === 0 && records.length === 0 && outcome.incomplete === null;
}

/** Every record the page should have is there, read or counted as unreadable. */
function isWholePage(key: PageKey, outcome: Outcome, records: readonly SourceRecord[]): boolean {
  const due = Math.min(key.limit, Math.max(0, outcome.hits - key.start + 1));
  return outcome.incomplete === null && records.length + outcome.unreadable >= due;
}
