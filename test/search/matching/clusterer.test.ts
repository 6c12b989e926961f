import fc from 'fast-check';
import t from 'tap';
import type { SourceRecord } from '../../../src/members/types.ts';
import { createClusterer, type Group } from '../../../src/search/matching/index.ts';
import { chineseCorpus } from './chinese-variants.ts';
import { chineseWorks } from './chinese-works.ts';
import { latinCorpus } from './latin-variants.ts';
import { latinWorks } from './latin-works.ts';
import { source } from './records.ts';

const book = {
  title: '化学工程实验',
  by: ['冯红艳', '徐铜文'],
  publisher: '中国科学技术大学出版社',
  year: 2014,
  extent: '210页',
} as const;
const isbn = '9787312033896';

function groupsOf(...portions: readonly (readonly SourceRecord[])[]): readonly Group[] {
  const clusterer = createClusterer();
  for (const portion of portions) clusterer.add(portion);
  return clusterer.groups();
}

const plain = (groups: readonly Group[]) =>
  groups.map(({ key, members, reasons }) => ({
    key,
    members: members.map((member) => `${member.library}:${member.localId}`),
    reasons,
  }));

t.test('groups the same whatever the order and the portions records arrive in', async (t) => {
  const records = [
    ...latinCorpus(latinWorks.slice(0, 3)),
    ...chineseCorpus(chineseWorks.slice(0, 2)),
  ].map((labelled) => labelled.source);
  const wanted = plain(groupsOf(records));
  const order = fc.shuffledSubarray(records, { minLength: records.length });
  fc.assert(
    fc.property(order, fc.integer({ min: 1, max: 40 }), (shuffled, portion) => {
      const clusterer = createClusterer();
      for (let i = 0; i < shuffled.length; i += portion) {
        clusterer.add(shuffled.slice(i, i + portion));
        clusterer.groups();
      }
      t.same(plain(clusterer.groups()), wanted);
    }),
    { numRuns: 15 },
  );
});

t.test('keeps the kind of evidence that joined a group', async (t) => {
  const [group, ...others] = groupsOf([
    source('b', '2', { ...book, isbn: [isbn] }),
    source('a', '9', { ...book, isbn: [isbn], title: '化學工程實驗' }),
    source('c', '5', book),
  ]);
  t.equal(others.length, 0);
  t.equal(group?.key, 'a:9');
  t.same(group?.reasons, ['isbn', 'title+author+year']);
  t.same(
    group?.members.map((member) => member.library),
    ['a', 'b', 'c'],
  );
});

t.test('gives a single record a group without reasons', async (t) => {
  t.same(plain(groupsOf([source('a', '1', book)])), [
    { key: 'a:1', members: ['a:1'], reasons: [] },
  ]);
});

t.test('never joins two volumes, though a record without a volume is like both', async (t) => {
  const groups = groupsOf([
    source('a', '1', { ...book, isbn: [isbn], partNumber: '上册' }),
    source('b', '1', { ...book, isbn: [isbn], partNumber: '下册' }),
    source('c', '1', { ...book, isbn: [isbn] }),
    source('d', '1', { ...book, isbn: [isbn], title: '化学工程实验(下)' }),
  ]);
  t.same(
    plain(groups).map((group) => group.members),
    [['a:1'], ['b:1', 'd:1'], ['c:1']],
  );
});

t.test('gives a brief record to the edition that more libraries have', async (t) => {
  const brief = { title: book.title, by: book.by, publisher: book.publisher, extent: '210页' };
  const groups = groupsOf([
    source('a', '1', brief),
    source('b', '1', { ...book, year: 2004 }),
    source('c', '1', book),
    source('d', '1', book),
  ]);
  t.same(
    plain(groups).map((group) => group.members),
    [['a:1', 'c:1', 'd:1'], ['b:1']],
  );
});

t.test('puts a record without a title by itself', async (t) => {
  const nameless = { ...book, title: '', isbn: [isbn] };
  t.equal(groupsOf([source('a', '1', nameless), source('b', '1', nameless)]).length, 2);
});

t.test('ignores a record that came before, and keeps two that share a number', async (t) => {
  const first = source('a', '1', book, 1);
  const twin = source('a', '1', { ...book, title: '物理化学', by: ['某人'] }, 2);
  t.equal(groupsOf([first], [first], [source('a', '1', book, 1)]).length, 1);
  t.equal(groupsOf([first, twin]).length, 2);
});

t.test('gives the same object for a group that did not change', async (t) => {
  const clusterer = createClusterer();
  clusterer.add([source('a', '1', book), source('a', '2', { ...book, title: '物理化学' })]);
  const before = clusterer.groups();
  t.equal(clusterer.groups(), before);
  clusterer.add([source('b', '1', book)]);
  const after = clusterer.groups();
  t.equal(
    after.find((group) => group.key === 'a:2'),
    before.find((group) => group.key === 'a:2'),
  );
  t.not(
    after.find((group) => group.key === 'a:1'),
    before.find((group) => group.key === 'a:1'),
  );
});

t.test(
  'stays fast and whole when a library answers thousands of records under one title',
  async (t) => {
    const flood = Array.from({ length: 3000 }, (_, i) =>
      source('z', String(i), { title: '年鉴', by: [`作者${i}`], publisher: '某社', year: 2000 }, i),
    );
    const groups = groupsOf([source('a', '1', book)], flood, [source('b', '1', book)]);
    t.equal(groups.flatMap((group) => group.members).length, 3002);
    t.same(
      groups[0]?.members.map((member) => member.library),
      ['a', 'b'],
    );
  },
);

t.test('does not depend on who came before a flood of one key', async (t) => {
  const flood = Array.from({ length: 300 }, (_, i) =>
    source('z', String(i), { ...book, by: [`作者${i}`], isbn: [] }, i),
  );
  const pair = [source('a', '1', book), source('b', '1', book)];
  t.same(plain(groupsOf(pair, flood)), plain(groupsOf(flood, pair)));
});
