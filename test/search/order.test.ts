import fc from 'fast-check';
import t from 'tap';
import type { BibRecord } from '../../src/marc/record.ts';
import type { SourceRecord } from '../../src/members/types.ts';
import { type Composer, createComposer, type SharedLists } from '../../src/search/list.ts';
import { rankTerms } from '../../src/search/rank-terms.ts';
import { bib, sourceOf } from '../support/connectors.ts';
import { words } from '../support/searches.ts';

const unshared: SharedLists = { get: () => undefined, set: () => {} };
const composer = (): Composer => createComposer(rankTerms(words('化学')), unshared, () => null);

const titles = ['化学', '化学工程', '化學', '有机化学', '化学工程实验', 'Chemistry', '物理'];
const book: fc.Arbitrary<BibRecord> = fc
  .record({
    title: fc.constantFrom(...titles),
    volume: fc.constantFrom(null, '上册', '下册'),
    edition: fc.constantFrom(null, '第2版'),
    author: fc.constantFrom('冯红艳', '徐铜文'),
    year: fc.constantFrom(2010, 2014),
    isbn: fc.constantFrom<string[]>([], ['9787312033896'], ['9787302033899']),
  })
  .map(({ title, volume, edition, author, year, isbn }) =>
    bib({
      title,
      partNumber: volume,
      edition,
      authors: [author],
      responsibility: `${author}主编`,
      contributors: [
        { name: author, kind: 'person', role: null, pinyin: null, alternate: null, primary: true },
      ],
      year,
      isbn,
      publisher: '化学工业出版社',
    }),
  );
const answers = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), book), {
  minLength: 1,
  maxLength: 24,
});

function sources(entries: readonly (readonly [string, BibRecord])[]): SourceRecord[] {
  const next = new Map<string, number>();
  return entries.map(([library, record]) => {
    const position = (next.get(library) ?? 0) + 1;
    next.set(library, position);
    return sourceOf(library, position, record, `${position}`);
  });
}

t.test('the final list is the same for any order and any portions of arrival', async (t) => {
  fc.assert(
    fc.property(
      answers.chain((entries) => {
        const all = sources(entries);
        return fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
          fc.integer({ min: 1, max: 7 }),
        );
      }),
      ([all, shuffled, portion]) => {
        const one = composer();
        one.add(all);
        const two = composer();
        for (let i = 0; i < shuffled.length; i += portion) {
          two.add(shuffled.slice(i, i + portion));
          two.list();
        }
        const records = (list: Composer) => list.list().lines.map(({ record }) => record);
        t.same(records(two), records(one));
      },
    ),
    { numRuns: 200 },
  );
});

t.test('every source record is in exactly one line, with exactly one holding', async (t) => {
  fc.assert(
    fc.property(answers, (entries) => {
      const all = sources(entries);
      const list = composer();
      list.add(all);
      const held = list
        .list()
        .lines.flatMap(({ record }) => record.holdings.map((h) => `${h.library}:${h.localId}`));
      t.same(held.sort(), all.map((s) => `${s.library}:${s.localId}`).sort());
    }),
    { numRuns: 200 },
  );
});

t.test(
  'line ids are all different, and lines once shown keep theirs while the list grows',
  async (t) => {
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 5 }), (entries, portion) => {
        const all = sources(entries);
        const list = composer();
        const shown = new Map<string, Set<string>>();
        for (let i = 0; i < all.length; i += portion) {
          list.add(all.slice(i, i + portion));
          const { lines } = list.list();
          t.equal(new Set(lines.map(({ record }) => record.id)).size, lines.length);
          for (const { record } of lines) {
            const keys = record.holdings.map((h) => `${h.library}:${h.localId}`);
            const before = shown.get(record.id);
            t.ok(
              before === undefined || keys.some((key) => before.has(key)),
              'an id names its own',
            );
            shown.set(record.id, new Set(keys));
          }
          list.show(lines);
        }
      }),
      { numRuns: 200 },
    );
  },
);

t.test('a line is as good as its best record, then held by more, then to be had', async (t) => {
  const same = { authors: ['冯红艳'], year: 2014, publisher: '中国科学技术大学出版社' };
  const list = composer();
  list.add([
    sourceOf('a', 1, bib({ title: '化学甲', ...same, isbn: ['9787312033896'] })),
    sourceOf('b', 1, bib({ title: '化学甲', ...same, isbn: ['9787312033896'] })),
    sourceOf('a', 2, bib({ title: '化学丁', ...same, isbn: ['9787302033899'] })),
    sourceOf('a', 3, {
      ...bib({ title: '化学丙', ...same, isbn: ['9787040494839'] }),
      items: [
        {
          callNumber: null,
          volume: null,
          location: null,
          barcode: null,
          status: 'available',
          dueDate: null,
          lendable: true,
          lendableWhy: null,
        },
      ],
    }),
  ]);
  t.same(
    list.list().lines.map(({ record }) => record.title),
    ['化学甲', '化学丙', '化学丁'],
  );
});

t.test('records without a number of their own do not lend their id to others', async (t) => {
  const one = composer();
  one.add([sourceOf('a', 1, bib({ title: '化学' }), 'a:1')]);
  const two = composer();
  two.add([sourceOf('a', 1, bib({ title: '物理' }), 'a:1')]);
  const three = composer();
  three.add([sourceOf('a', 1, bib({ title: '化学' }), 'a:1')]);
  const idOf = (list: Composer) => list.list().lines[0]?.record.id;
  t.not(idOf(one), idOf(two));
  t.equal(idOf(one), idOf(three));
});
