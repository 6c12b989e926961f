import type { LibraryDocument, XserviceSettings } from '../../members/document.ts';
import { ConnectorError } from '../../members/errors.ts';
import type { Connector, Outcome, Trace } from '../../members/types.ts';
import { type TermOptions, toXserviceRequest } from '../../query/index.ts';
import { wholeBody } from '../answers/bytes.ts';
import { knownFailure } from '../failures.ts';
import { firstFound, termOptions } from '../forms.ts';
import type { ConnectorDependencies } from '../types.ts';
import { decodeFind, type FoundSet } from './answer.ts';
import { readDocument } from './document.ts';
import { xserviceHoldings } from './holdings.ts';
import { createXserviceOperations } from './operations.ts';
import { presentEntries } from './present.ts';
import { encodeOperation } from './request.ts';
import { nothingYet, type Progress, send, type XserviceSearch } from './search.ts';

/** One bibliographic base of the library with what was found in it. */
interface BaseFound {
  readonly base: string;
  readonly set: FoundSet | null;
}

/** A library behind an Aleph X-Server; several bases are one library, in the order of its document. */
export function createXserviceConnector(
  library: LibraryDocument<XserviceSettings>,
  dependencies: ConnectorDependencies,
): Connector {
  const { indexes, terms } = library.connector;
  const operations = createXserviceOperations(library, dependencies);
  return {
    library,
    async search(ask, signal, onRecords) {
      const search = { library, dependencies, ask, signal, onRecords };
      const translate = (options: TermOptions) => toXserviceRequest(ask.query, indexes, options);
      const progress: Progress = { ...nothingYet };
      try {
        const ways = termOptions(ask.query, terms, (options) => translate(options).value.request);
        return await firstFound(ways, async (options) => {
          Object.assign(progress, nothingYet);
          const { value, simplified } = translate(options);
          await searchOnce(search, value.request, progress);
          return {
            hits: progress.hits ?? 0,
            exact: progress.exact && progress.incomplete === null,
            fetched: progress.fetched,
            unreadable: progress.unreadable,
            sorted: ask.sort === null,
            simplified,
            incomplete: progress.incomplete,
          } satisfies Outcome;
        });
      } catch (error) {
        const known = knownFailure(library.id, error, progress.hits);
        if (known === null) throw error;
        throw known;
      }
    },
    holdings: (localId, { deadline, trace }, signal) =>
      xserviceHoldings(library, operations, localId, { signal, deadline, trace }),
    async close() {
      // Connections belong to the egress, which keeps them for every connector of the same server.
    },
  };
}

const untraced: Trace = { enter: () => undefined, roundTrip: () => undefined };

async function searchOnce(
  search: XserviceSearch,
  request: string,
  progress: Progress,
): Promise<void> {
  const { library, ask } = search;
  const { bases } = library.connector;
  // Beside the first base the others cost no time of their own: only its waits are counted.
  const beside = { ...search, ask: { ...ask, trace: untraced } };
  const found = await Promise.all(
    bases.map(async (base, at): Promise<BaseFound> => {
      return { base, set: await find(at === 0 ? search : beside, base, request) };
    }),
  );
  const isCounted = found.every(({ set }) => set === null || set.records !== null);
  if (isCounted) progress.hits = found.reduce((sum, { set }) => sum + (set?.records ?? 0), 0);

  // The bases' lists follow one another; each gives the part of what is wanted that lies in it.
  let before = 0;
  for (const { base, set } of found) {
    if (set === null) continue;
    const records = set.records ?? set.entries;
    const first = Math.max(ask.start, before + 1) - before;
    const last = Math.min(ask.start + ask.limit - 1, before + records) - before;
    const wish = { base, set, first, last, positionOffset: before };
    const findAgain = () => find(search, base, request);
    const reached =
      first <= last ? await presentEntries(search, progress, { ...wish, findAgain }) : 0;
    before += set.records ?? reached;
  }
  if (!isCounted) {
    progress.hits = before;
    progress.exact = false;
  }
}

/** The result set of one base, or null when nothing matches. */
async function find(
  search: XserviceSearch,
  base: string,
  request: string,
): Promise<FoundSet | null> {
  const { library, dependencies } = search;
  const { secret } = dependencies;
  const asked = encodeOperation(library.connector, 'find', { base, request }, secret, 'search');
  const answer = await send(search, asked);
  search.ask.trace.enter('parse');
  const found = decodeFind(readDocument('find', await wholeBody(answer.body)));
  if (found.kind === 'found') return found.set;
  if (found.kind === 'empty') return null;
  throw findFailure(library.id, found.texts);
}

/** What keeps a server from searching, by the words of Ex Libris' servers. */
function findFailure(libraryId: string, texts: readonly string[]): ConnectorError {
  const said = texts.join(' ');
  if (/licen[cs]e|too many (?:users|sessions)/i.test(said)) {
    return new ConnectorError(libraryId, 'busy', 'The server has no licence left.', {
      reason: 'x_licence',
    });
  }
  if (/not authori[sz]ed|permission|denied|verification/i.test(said)) {
    return new ConnectorError(libraryId, 'refused', 'The server refused the account.', {
      reason: 'x_refused',
    });
  }
  if (/search request|find code|too (?:long|many)|syntax/i.test(said)) {
    return new ConnectorError(libraryId, 'unsupported', 'The server did not take the query.', {
      reason: 'x_query',
    });
  }
  return new ConnectorError(libraryId, 'malformed', 'The server answered with an error.', {
    reason: 'x_error',
  });
}
