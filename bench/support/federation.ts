import { pino } from 'pino';
import { createFederation, type Federation } from '../../src/app.ts';
import type { Settings } from '../../src/config.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import { defaultSet } from '../../src/members/selection.ts';
import { parseReaderQuery } from '../../src/query/index.ts';
import type { Search, SearchRequest } from '../../src/search/types.ts';

/** The gateway without its web server, in this process. */
export function federationOf(
  settings: Settings,
  documents: readonly LibraryInput[],
): Promise<Federation> {
  return createFederation(
    { ...settings, connectors: null },
    process.env,
    { documents, defaultLibraries: [] },
    pino({ level: 'silent' }),
  );
}

export function startSearch(
  federation: Federation,
  text: string,
  options: { readonly waitMs?: number; readonly refresh?: boolean } = {},
): Search {
  const { query, cql } = parseReaderQuery(text, { syntax: 'words', index: 'any' });
  const request: SearchRequest = {
    query,
    cql,
    libraries: defaultSet(federation.directory, federation.selection),
    sort: 'relevance',
    waitMs: options.waitMs ?? 30_000,
    refresh: options.refresh ?? false,
  };
  return federation.engine.start(request);
}

/** As many searches as wished, so many at a time, each of its own words; ends when all have their answers. */
export async function searchMany(
  federation: Federation,
  count: number,
  atOnce: number,
  words: (number: number) => string,
): Promise<Search[]> {
  const searches: Search[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) {
        next += 1;
        const search = startSearch(federation, words(next));
        searches.push(search);
        await search.wait('complete');
        search.answer({ page: 1, size: 20, sort: 'relevance', filters: [], timings: false });
      }
    }),
  );
  return searches;
}
