import t from 'tap';
import type { Item } from '../../src/marc/record.ts';
import type { SourceRecord } from '../../src/members/types.ts';
import { createClusterer, type Group } from '../../src/search/matching/index.ts';
import { mergeGroup, provenanceOf, recordId } from '../../src/search/merge.ts';
import { type Facts, source } from './matching/records.ts';

const book = {
  title: '化学工程实验',
  by: ['冯红艳', '徐铜文'],
  responsibility: '冯红艳, 徐铜文主编',
  publisher: '中国科学技术大学出版社',
  place: '合肥',
  year: 2014,
  date: '2014.2',
  extent: '210页',
  language: 'chi',
} as const;

function groupOf(...members: readonly SourceRecord[]): Group {
  const clusterer = createClusterer();
  clusterer.add(members);
  const [group, ...others] = clusterer.groups();
  if (group === undefined || others.length > 0) throw new Error('not one group');
  return group;
}

const item = (facts: Partial<Item>): Item => ({
  callNumber: null,
  volume: null,
  location: null,
  barcode: null,
  status: 'unknown',
  dueDate: null,
  lendable: null,
  lendableWhy: null,
  ...facts,
});

t.test('takes each field from the records by its rule', async (t) => {
  const merged = mergeGroup(
    groupOf(
      source('a', '1', { ...book, isbn: ['9787312033896'], subjects: ['化学工程', '实验'] }),
      source('b', '1', {
        ...book,
        title: '化學工程實驗',
        responsibility: '馮紅艷, 徐銅文主編',
        parallelTitle: 'Chemical engineering experiments',
        subtitle: '原理与操作',
        extent: 'viii, 210頁',
        subjects: ['化學工程'],
        classes: { clc: 'TQ016' },
      }),
      source('c', '1', { ...book, by: ['冯红艳', '徐铜文', '杨伟华'], isbn: ['9787312033896'] }),
      source('d', '1', {
        ...book,
        publisher: '中国科学技术大学出版社',
        date: '2014',
        subtitle: null,
      }),
    ),
  );
  t.equal(merged.title, '化学工程实验', 'the writing most libraries use');
  t.equal(merged.parallelTitle, 'Chemical engineering experiments');
  t.equal(merged.responsibility, '冯红艳, 徐铜文主编', 'simplified among equally long ones');
  t.same(merged.authors, ['冯红艳', '徐铜文', '杨伟华'], 'the fullest list');
  t.equal(merged.date, '2014.2', 'the fullest date of the agreed year');
  t.equal(merged.extent, '210页');
  t.same(merged.isbn, ['9787312033896']);
  t.same(merged.subjects, ['化学工程', '实验'], 'each subject once, in whatever script');
  t.same(merged.classes, { clc: 'TQ016' });
  t.same(merged.mergedBecause, ['isbn', 'title+author+year']);
});

t.test('shows the original script before a romanisation', async (t) => {
  const merged = mergeGroup(
    groupOf(
      source('a', '1', {
        ...book,
        title: 'Hua xue gong cheng shi yan',
        otherTitles: ['化學工程實驗'],
        by: ['Feng, Hongyan'],
        responsibility: 'Feng Hongyan, Xu Tongwen, Yang Weihua zhu bian',
      }),
      source('b', '1', book),
    ),
  );
  t.equal(merged.title, '化学工程实验');
  t.same(merged.authors, ['冯红艳', '徐铜文']);
  t.equal(merged.responsibility, '冯红艳, 徐铜文主编');
});

t.test('keeps a subtitle with the title it belongs to', async (t) => {
  const merged = mergeGroup(
    groupOf(
      source('a', '1', { ...book, title: '化学工程实验 : 原理与方法' }),
      source('b', '1', { ...book, subtitle: '原理与方法' }),
      source('c', '1', book),
    ),
  );
  t.equal(merged.title, '化学工程实验');
  t.equal(merged.subtitle, '原理与方法');
});

t.test('traces every value to the records that have it', async (t) => {
  const group = groupOf(
    source('a', '1', { ...book, isbn: ['9787312033896'] }),
    source('b', '7', { ...book, title: '化學工程實驗', parallelTitle: 'Experiments' }),
  );
  const provenance = provenanceOf(group);
  t.same(provenance.title, [{ library: 'a', localId: '1' }]);
  t.same(provenance.parallelTitle, [{ library: 'b', localId: '7' }]);
  t.same(provenance.publisher, [
    { library: 'a', localId: '1' },
    { library: 'b', localId: '7' },
  ]);
  const merged = mergeGroup(group);
  for (const [field, value] of Object.entries(merged)) {
    const described = !['id', 'mergedBecause', 'holdings'].includes(field);
    const empty = value === null || (typeof value === 'object' && Object.keys(value).length === 0);
    if (described && !empty) t.ok((provenance[field]?.length ?? 0) > 0, `${field} has a source`);
  }
});

t.test('gives one holding for each source record, also where no copy is described', async (t) => {
  const merged = mergeGroup(
    groupOf(
      source('a', '1', book),
      source('b', '1', {
        ...book,
        items: [
          item({
            callNumber: 'TQ016/58',
            location: '东区',
            barcode: 'C1',
            status: 'on_loan',
            dueDate: '2026-12-01',
          }),
          item({ callNumber: 'TQ016/58', location: '西区', barcode: 'C2', status: 'available' }),
        ],
      }),
      source(
        'b',
        '2',
        { ...book, items: [item({ barcode: 'C9', lendable: false, lendableWhy: '阅览' })] },
        2,
      ),
    ),
  );
  t.same(
    merged.holdings.map(({ library, localId, status, lendable, barcode, asOf }) => ({
      library,
      localId,
      status,
      lendable,
      barcode,
      asOf,
    })),
    [
      { library: 'a', localId: '1', status: 'unknown', lendable: null, barcode: null, asOf: null },
      {
        library: 'b',
        localId: '1',
        status: 'available',
        lendable: null,
        barcode: null,
        asOf: null,
      },
      { library: 'b', localId: '2', status: 'unknown', lendable: false, barcode: 'C9', asOf: null },
    ],
  );
  const [, two] = merged.holdings;
  t.equal(two?.callNumber, 'TQ016/58');
  t.equal(two?.location, null, 'copies in two places have no common one');
  t.equal(two?.dueDate, null);
  t.equal(two?.items.length, 2);
});

t.test('never takes being on the shelf for being lendable', async (t) => {
  const statuses = ['available', 'on_loan', 'library_use', 'unavailable', 'unknown'] as const;
  for (const status of statuses) {
    const merged = mergeGroup(groupOf(source('a', '1', { ...book, items: [item({ status })] })));
    t.equal(merged.holdings[0]?.lendable, null, status);
    t.equal(merged.holdings[0]?.status, status);
  }
});

t.test('gives an id that order and later members do not change', async (t) => {
  const facts: Facts = { ...book, isbn: ['9787312033896'] };
  const [a, b, c] = ['a', 'b', 'c'].map((library) => source(library, '1', facts));
  if (a === undefined || b === undefined || c === undefined) throw new Error('no records');
  const id = mergeGroup(groupOf(a, b)).id;
  t.match(id, /^r_[0-9a-f]{24}$/);
  t.equal(mergeGroup(groupOf(b, a)).id, id);
  t.equal(mergeGroup(groupOf(a, b, c)).id, id);
  t.equal(recordId('a:1'), id);
  t.not(mergeGroup(groupOf(b, c)).id, id);
});

t.test('describes a single record as it is', async (t) => {
  const record = source('a', '1', {
    ...book,
    edition: '第2版',
    series: '丛书',
    issn: ['0438-1157'],
  });
  const merged = mergeGroup(groupOf(record));
  for (const field of ['title', 'edition', 'series', 'year', 'date', 'authors', 'type'] as const) {
    t.same(merged[field], record.record[field], field);
  }
  t.same(merged.mergedBecause, []);
});
