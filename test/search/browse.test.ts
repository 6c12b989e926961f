import t from 'tap';
import { ConnectorError } from '../../src/members/errors.ts';
import type { Connector, IndexTerm } from '../../src/members/types.ts';
import { browsed, noIndex } from '../../src/protocols/browse.ts';
import { type BrowseRequest, browseLibraries, mergeLists } from '../../src/search/browse.ts';
import { createVirtualClock } from '../support/clock.ts';
import { testLibrary } from '../support/connectors.ts';

const list = (...words: readonly string[]): IndexTerm[] =>
  words.map((text) => ({ text, records: 1 }));
const texts = (terms: readonly IndexTerm[]) => terms.map(({ text }) => text);
const from = (term: string, count: number, position = 1) => ({ term, count, position });

t.test('the lists of several libraries are one, and their counts are added', async (t) => {
  const merged = mergeLists(
    [list('b', 'd'), [{ text: 'B', records: 4 }, ...list('c')]],
    from('b', 9),
  );
  t.same(merged, [
    { text: 'b', records: 5 },
    { text: 'c', records: 1 },
    { text: 'd', records: 1 },
  ]);
  const unsaid = mergeLists([list('b'), [{ text: 'b', records: null }]], from('b', 9));
  t.same(unsaid, [{ text: 'b', records: null }], 'a sum of which a part is unknown is unknown');
});

t.test('what a library has behind its last term is not passed over', async (t) => {
  const dense = list('ba', 'bb', 'bc', 'bd');
  const sparse = list('bb', 'm', 'x', 'z');
  t.same(texts(mergeLists([dense, sparse], from('b', 3))), ['ba', 'bb', 'bc']);
  t.same(
    texts(mergeLists([list('ba', 'bb'), sparse], from('b', 3))),
    ['ba', 'bb', 'm'],
    'it ended',
  );
});

t.test('the term stands where it is wanted', async (t) => {
  const one = list('a', 'b', 'c', 'd', 'e');
  t.same(texts(mergeLists([one], from('c', 3, 1))), ['c', 'd', 'e']);
  t.same(texts(mergeLists([one], from('c', 3, 3))), ['a', 'b', 'c']);
  t.same(texts(mergeLists([one], from('c', 3, 0))), ['d', 'e'], 'the list begins behind it');
  t.same(texts(mergeLists([one], from('c', 2, 3))), ['a', 'b'], 'and here it ends before it');
  t.same(texts(mergeLists([one], from('bx', 2, 1))), ['c', 'd'], 'a term that is not there');
  t.same(mergeLists([], from('c', 2)), []);
});

t.test('every library is accounted for, and none holds up the others', async (t) => {
  const clock = createVirtualClock();
  const connector = (id: string, search: Connector['search']): Connector => ({
    library: testLibrary(id),
    search,
    close: async () => {},
  });
  const behaviours: Record<string, Connector['search']> = {
    whole: async ({ browse }) => browsed(browse ?? never(), list('chemie', 'chimie')),
    none: async ({ browse }) => browsed(browse ?? never(), []),
    without: async () => {
      throw noIndex('without');
    },
    hung: (ask) =>
      new Promise((_, reject) => {
        const late = () => new ConnectorError('hung', 'timeout', 'Late.');
        clock.after(ask.deadline - clock.now(), () => reject(late()));
      }),
    // One that does not know what browsing is.
    deaf: async ({ browse }) => browsed({ ...(browse ?? never()), onTerms: () => {} }, []),
  };
  const connectors = new Map(
    Object.entries(behaviours).map(([id, search]) => [id, connector(id, search)]),
  );
  const request: BrowseRequest = {
    ...from('chemie', 5),
    index: 'title',
    libraries: [...connectors.keys(), 'gone'],
    waitMs: 2000,
  };
  const working = browseLibraries(
    request,
    (id) => connectors.get(id),
    clock,
    new AbortController().signal,
  );
  await clock.advance(2000);
  const { terms, libraries } = await working;
  t.same(texts(terms), ['chemie', 'chimie']);
  t.same(
    libraries.map(({ id, state, terms: given }) => `${id} ${state} ${given}`),
    [
      'whole answered 2',
      'none empty 0',
      'without unsupported 0',
      'hung timed_out 0',
      'deaf unsupported 0',
      'gone not_asked 0',
    ],
  );
  t.ok(libraries.every(({ message }) => message.zh !== '' && message.en !== ''));
});

function never(): never {
  throw new Error('it was not asked to browse');
}
