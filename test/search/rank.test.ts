import t, { type Test } from 'tap';
import type { BibRecord } from '../../src/marc/record.ts';
import type { Query } from '../../src/query/types.ts';
import { explainScore, scoreOf } from '../../src/search/rank.ts';
import { rankTerms } from '../../src/search/rank-terms.ts';
import { bib } from '../support/connectors.ts';
import { words } from '../support/searches.ts';

const score = (query: Query, record: BibRecord) => scoreOf(rankTerms(query), record);

/** Asserts that each record scores more than the next. */
function descending(t: Test, query: Query, records: readonly BibRecord[]) {
  const scores = records.map((record) => score(query, record));
  for (let i = 1; i < scores.length; i++) {
    t.ok(
      (scores[i - 1] ?? 0) > (scores[i] ?? 0),
      `${records[i - 1]?.title} ${scores[i - 1]} > ${records[i]?.title} ${scores[i]}`,
    );
  }
}

t.test(
  'a title that is the query, begins with it, holds it, holds its words, lacks one',
  async (t) => {
    descending(t, words('化学工程'), [
      bib({ title: '化学工程' }),
      bib({ title: '化学工程实验' }),
      bib({ title: '现代化学工程' }),
      bib({ title: '工程化学与化学' }),
      bib({ title: '分析化学' }),
      bib({ title: '线性代数' }),
    ]);
    descending(t, words('organic chemistry'), [
      bib({ title: 'Organic chemistry' }),
      bib({ title: 'Organic chemistry: structure and function' }),
      bib({ title: 'Advanced organic chemistry of today' }),
      bib({ title: 'Inorganic chemistry' }),
      bib({ title: 'History of Rome' }),
    ]);
  },
);

t.test('the title counts before the author, the author before subject and publisher', async (t) => {
  descending(t, words('清华'), [
    bib({ title: '清华园' }),
    bib({ title: '回忆录', authors: ['清华'] }),
    bib({ title: '回忆录', subjects: ['清华大学'] }),
    bib({ title: '回忆录', publisher: '清华大学出版社' }),
  ]);
});

t.test('a field that was not asked for counts for nothing', async (t) => {
  t.equal(score(words('清华', 'title'), bib({ title: '回忆录', publisher: '清华大学' })), 0);
  t.ok(score(words('鲁迅', 'author'), bib({ title: '呐喊', authors: ['鲁迅'] })) > 0);
  t.equal(score(words('鲁迅', 'author'), bib({ title: '鲁迅传', authors: ['林贤治'] })), 0);
});

t.test('scripts, widths, case and diacritics make no difference', async (t) => {
  const pairs: [string, string][] = [
    ['化学', '化學'],
    ['ＤＮＡ', 'dna'],
    ['Gödel', 'Godel'],
    ['數據結構', '数据结构'],
  ];
  for (const [asked, written] of pairs) {
    const record = bib({ title: written });
    t.ok(score(words(asked), record) > 0, `${asked} finds ${written}`);
    t.equal(score(words(asked), record), score(words(written), record));
  }
});

t.test('Latin words match whole, or open at the end where masked', async (t) => {
  const record = bib({ title: 'Chemical engineering' });
  t.equal(score(words('chem'), record), 0);
  t.equal(score(words('engine'), record), 0);
  t.ok(score(words('chem*'), record) > 0);
  t.ok(
    score(words('C语言'), bib({ title: 'C语言程序设计' })) >
      score(words('C语言'), bib({ title: '语言学' })),
  );
});

t.test('an ISBN or ISSN of the query goes before any words', async (t) => {
  const named = bib({ title: '别的书', isbn: ['9787312033896'] });
  const wordy = bib({ title: '978-7-312-03389-6' });
  for (const term of ['978-7-312-03389-6', '9787312033896', '7312033899']) {
    const query = words(term);
    if (term.length === 10) t.ok(score(query, named) === 0, 'a wrong check digit names nothing');
    else t.ok(score(query, named) >= 100 && score(query, named) > score(query, wordy));
  }
  t.ok(score(words('0317-8471', 'issn'), bib({ title: 'Journal', issn: ['0317-8471'] })) >= 100);
});

t.test('what stands on the right of a not ranks nothing', async (t) => {
  const query: Query = {
    ...words(''),
    node: {
      type: 'boolean',
      operator: 'not',
      modifiers: [],
      left: words('化学').node,
      right: words('实验').node,
    },
  };
  const terms = rankTerms(query);
  t.same(
    terms.clauses.flatMap(({ tokens }) => tokens.map(({ text }) => text)),
    ['化学'],
  );
});

t.test('the explanation adds up to the score and names word and field', async (t) => {
  const terms = rankTerms(words('化学工程'));
  const record = bib({
    title: '化学工程实验',
    subjects: ['化学工程'],
    publisher: '化学工业出版社',
  });
  const explained = explainScore(terms, record);
  const sum = explained.words.reduce((all, { score: part }) => all + part, 0);
  t.ok(Math.abs(sum + explained.phrase + explained.identifier - explained.total) < 0.051);
  t.same([...new Set(explained.words.map(({ field }) => field))].sort(), [
    'publisher',
    'subject',
    'title',
  ]);
});

t.test('the size of a hostile query and record is bounded', async (t) => {
  const terms = rankTerms(words('化学工程'.repeat(5000)));
  const tokens = terms.clauses.flatMap((clause) => clause.tokens);
  t.ok(tokens.length <= 64);
  let node = words('a').node;
  for (let i = 0; i < 20_000; i++) {
    node = { type: 'boolean', operator: 'and', modifiers: [], left: node, right: words('b').node };
  }
  t.ok(rankTerms({ ...words('a'), node }).clauses.length <= 64);
});
