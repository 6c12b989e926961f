import type { Connector, Library } from '../../src/members/types.ts';
import type { Query } from '../../src/query/types.ts';
import { createSearchEngine, type PartialSettings } from '../../src/search/engine.ts';
import type { SearchEngine, SearchRequest, View } from '../../src/search/types.ts';
import { createVirtualClock, type VirtualClock } from './clock.ts';
import {
  type Behaviour,
  bib,
  type FakeConnector,
  fakeConnector,
  testLibrary,
} from './connectors.ts';

export const view: View = { page: 1, size: 20, sort: 'relevance', filters: [], timings: false };

/** A query of one clause. */
export function words(term: string, index: string | null = null): Query {
  return {
    node: { type: 'clause', index, relation: { name: '=', modifiers: [] }, term },
    sort: [],
    prefixes: [],
  };
}

export interface Consortium {
  readonly clock: VirtualClock;
  readonly engine: SearchEngine;
  readonly connectors: Readonly<Record<string, FakeConnector>>;
  request(over?: Partial<SearchRequest> & { term?: string }): SearchRequest;
}

export interface MemberOptions {
  readonly behaviour?: Behaviour;
  readonly limits?: Partial<Library['connector']['limits']>;
  readonly indexes?: Library['connector']['indexes'];
}

/** An engine on a virtual clock with one fake library for each entry. */
export function consortium(
  members: Readonly<Record<string, MemberOptions>>,
  settings: PartialSettings = {},
  wrap: (connector: Connector, clock: VirtualClock) => Connector = (connector) => connector,
): Consortium {
  const clock = createVirtualClock();
  const connectors: Record<string, FakeConnector> = {};
  const wrapped = new Map<string, Connector>();
  for (const [id, { behaviour, limits, indexes }] of Object.entries(members)) {
    const library = testLibrary(id, {
      ...(limits ? { limits } : {}),
      ...(indexes ? { indexes } : {}),
    });
    const connector = fakeConnector(library, clock, behaviour);
    connectors[id] = connector;
    wrapped.set(id, wrap(connector, clock));
  }
  const engine = createSearchEngine({
    connectorFor: (id) => wrapped.get(id),
    settings,
    clock,
  });
  return {
    clock,
    engine,
    connectors,
    request: ({ term = '化学', ...over } = {}) => ({
      query: words(term),
      cql: `cql.serverChoice = "${term}"`,
      libraries: Object.keys(members),
      sort: 'relevance',
      waitMs: 8000,
      refresh: false,
      ...over,
    }),
  };
}

/** Different books, so that nothing merges unless a test wants it. */
export function books(count: number, prefix = '化学', from = 1) {
  const numerals = '甲乙丙丁戊己庚辛壬癸';
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const name = [...String(n)].map((digit) => numerals[Number(digit)]).join('');
    return bib({
      title: `${prefix}${name}研究`,
      authors: [`作者${name}`],
      publisher: `出版社${name}`,
      year: 1950 + (n % 70),
      controlNumber: `${prefix}-${n}`,
    });
  });
}
