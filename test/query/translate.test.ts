import t from 'tap';
import { UnsupportedQueryError } from '../../src/query/errors.ts';
import {
  alternatives,
  hasIsbnTerm,
  parseCql,
  printPqf,
  toRpn,
  toSruCql,
  toTemplateVariables,
  toXserviceRequest,
} from '../../src/query/index.ts';
import type { IndexMap } from '../../src/query/types.ts';
import { thrown } from './thrown.ts';

const z3950: IndexMap = {
  any: { '1': 1016 },
  title: [
    { '1': 4, phrase: { '4': 1 }, all: { '4': 6 }, begins: { '3': 1, '5': 1 } },
    { '1': 5, '2': 3 },
    'dc.title',
  ],
  author: { '1': 1003, word: { '4': 2 }, phrase: { '4': 1 } },
  isbn: { '1': 7 },
  issn: { '1': 8 },
  year: { '1': 31, '4': 4 },
};

function pqf(text: string, options: Parameters<typeof toRpn>[2] = {}): string {
  return printPqf(toRpn(parseCql(text), z3950, options).value).replace('@attrset Bib-1 ', '');
}

t.test('sends of an index what the document declares for this kind of term', async (t) => {
  t.equal(pqf('cat'), '@attr 1=1016 cat');
  t.equal(pqf('title = cat'), '@attr 1=4 cat');
  t.equal(pqf('title = "red chamber"'), '@attr 1=4 @attr 4=1 "red chamber"');
  t.equal(pqf('title = 红楼梦'), '@attr 1=4 @attr 4=1 红楼梦');
  t.equal(pqf('title all "red chamber"'), '@attr 1=4 @attr 4=6 "red chamber"');
  t.equal(pqf('title any "red chamber"'), '@or @attr 1=4 red @attr 1=4 chamber');
  t.equal(pqf('author = cao'), '@attr 1=1003 @attr 4=2 cao');
  t.equal(pqf('title = comput*'), '@attr 1=4 @attr 5=1 comput');
  t.equal(pqf('title = "^red chamber"'), '@attr 1=4 @attr 3=1 @attr 5=1 "red chamber"');
  t.equal(pqf('year >= 2010'), '@attr 1=31 @attr 2=4 @attr 4=4 2010');
  t.equal(pqf('title =/stem cat'), '@attr 1=4 @attr 2=101 cat');
  t.equal(pqf('a not b'), '@not @attr 1=1016 a @attr 1=1016 b');
});

t.test('takes the alternative it is told to, up to the last', async (t) => {
  t.equal(alternatives(z3950, 'title').length, 3);
  t.equal(alternatives(z3950, 'class').length, 0);
  t.equal(pqf('title = cat', { alternative: { title: 1 } }), '@attr 1=5 @attr 2=3 cat');
  t.equal(pqf('title = cat', { alternative: { title: 2 } }), '@attr 1=dc.title cat');
  t.throws(() => pqf('title = cat', { alternative: { title: 3 } }), UnsupportedQueryError);
});

t.test('writes ISBNs in the form this library knows', async (t) => {
  const isbn = (form: 'hyphen13' | 'plain13' | 'hyphen10' | 'plain10', text = '9787312033896') =>
    pqf(`isbn = "${text}"`, { isbnForm: form }).replace('@attr 1=7 ', '');
  t.equal(isbn('hyphen13'), '978-7-312-03389-6');
  t.equal(isbn('plain13'), '9787312033896');
  t.equal(isbn('hyphen10'), '7-312-03389-X');
  t.equal(isbn('plain10'), '731203389X');
  t.equal(isbn('plain13', '7-312-03389-X'), '9787312033896');
  t.equal(isbn('plain13', '978 7 312 03389 6'), '9787312033896');
  t.equal(isbn('plain10', '9791032305690'), '9791032305690');
  t.equal(isbn('plain13', '123'), '123');
  t.equal(pqf('isbn = 978731*'), '@attr 1=7 @attr 5=1 978731');
  t.equal(
    pqf('isbn any "9787312033896 7-312-03389-X"', { isbnForm: 'plain10' }),
    '@or @attr 1=7 731203389X @attr 1=7 731203389X',
  );
  t.equal(hasIsbnTerm(parseCql('title = x or isbn = 731203389X')), true);
  t.equal(hasIsbnTerm(parseCql('title = 731203389X or isbn = 123')), false);
});

t.test('asks in the script of the catalogue, or in both', async (t) => {
  t.equal(pqf('红楼梦', { script: 'traditional' }), '@attr 1=1016 紅樓夢');
  t.equal(pqf('紅樓夢', { script: 'simplified' }), '@attr 1=1016 红楼梦');
  t.equal(pqf('红楼梦', { script: 'both' }), '@or @attr 1=1016 红楼梦 @attr 1=1016 紅樓夢');
  t.equal(pqf('cat', { script: 'both' }), '@attr 1=1016 cat');
  t.equal(pqf('人口', { script: 'both' }), '@attr 1=1016 人口');
  t.equal(
    toSruCql(parseCql('a not 红*楼'), { any: 'any' }, { script: 'both' }).value,
    'any = "a" not (any = "红*楼" or any = "紅*樓")',
  );
});

t.test('says nearness where the library knows it, and both terms where it does not', async (t) => {
  const text = 'a prox/distance<4/unit=sentence/ordered b';
  t.equal(pqf(text, { proximity: true }), '@prox 0 4 1 1 k 3 @attr 1=1016 a @attr 1=1016 b');
  t.equal(pqf(text), '@and @attr 1=1016 a @attr 1=1016 b');
  t.equal(
    toSruCql(parseCql(text), { any: 'any' }, { proximity: true }).value,
    'any = "a" prox/distance<4/unit=sentence/ordered any = "b"',
  );
  t.throws(() => pqf('x not (a prox b)'), UnsupportedQueryError);
});

t.test('never puts another index in the place of one a library lacks', async (t) => {
  const empty: IndexMap = { any: 'any' };
  const query = parseCql('publisher = x');
  for (const translate of [toRpn, toSruCql, toXserviceRequest, toTemplateVariables]) {
    const error = thrown(() => translate(query, empty));
    t.ok(error instanceof UnsupportedQueryError);
    t.match(error, { zh: '该馆不支持按出版社检索', en: 'Cannot search by publisher here' });
  }
  t.match(
    thrown(() => toRpn(parseCql('shelf = x'), z3950)),
    { zh: '未知的检索字段：shelf' },
  );
  t.match(
    thrown(() => toRpn(parseCql('>dc="urn:own" dc.title = x'), z3950)),
    {
      en: 'Unknown index: dc.title',
    },
  );
});

t.test('says what it cannot ask instead of asking something else', async (t) => {
  for (const text of [
    'title encloses "a b"',
    'title =/regexp a.b',
    'title =/fuzzy a',
    'title foo.bar a',
    'title = ""',
    'title = *',
    'title = ?',
    'title = "a?b"',
    'title within a',
    'title < a*',
    'a not w?men',
  ]) {
    t.ok(thrown(() => toRpn(parseCql(text), z3950)) instanceof UnsupportedQueryError, text);
  }
});

t.test('reports each kind of simplification once, in both languages', async (t) => {
  const { simplified } = toRpn(
    parseCql('title = w?men and title = ma?es and author = "x^"'),
    z3950,
  );
  t.same(
    simplified.map((one) => one.code),
    ['mask_widened', 'anchor_dropped'],
  );
  for (const { zh, en } of simplified) {
    t.match(zh, /\p{Script=Han}/u);
    t.match(en, /^[A-Z]/);
  }
});

t.test('writes CQL for the version and the abilities of the server', async (t) => {
  const map: IndexMap = { any: 'cql.serverChoice', title: 'alma.title', isbn: 'alma.isbn' };
  const sru = (text: string, options: Parameters<typeof toSruCql>[2] = {}) =>
    toSruCql(parseCql(text), map, options).value;
  t.equal(sru('cat'), 'cql.serverChoice = "cat"');
  t.equal(sru('title == "a b"'), 'alma.title == "a b"');
  t.equal(sru('title == "a b"', { version: '1.1' }), 'alma.title exact "a b"');
  t.equal(sru('title adj "a b"', { version: '2.0' }), 'alma.title = "a b"');
  t.equal(sru('title all "a* \\"b"'), 'alma.title all "a* \\"b"');
  t.equal(
    sru('title all "a b"', { supports: { relations: ['='] } }),
    'alma.title = "a" and alma.title = "b"',
  );
  t.equal(
    sru('a or (b and c)'),
    'cql.serverChoice = "a" or (cql.serverChoice = "b" and cql.serverChoice = "c")',
  );
  t.equal(sru('isbn = 731203389X', { isbnForm: 'hyphen13' }), 'alma.isbn = "978-7-312-03389-6"');
  t.equal(sru('title =/stem a'), 'alma.title =/stem "a"');
  t.throws(
    () => sru('title =/stem a', { supports: { relationModifiers: [] } }),
    UnsupportedQueryError,
  );
});

t.test('writes requests within what X-Service takes', async (t) => {
  const map: IndexMap = { any: 'WRD', title: 'WTI', author: 'WAU', isbn: 'ISB', year: 'WYR' };
  const request = (text: string, options: Parameters<typeof toXserviceRequest>[2] = {}) =>
    toXserviceRequest(parseCql(text), map, options).value.request;
  t.equal(request('art'), 'WRD=(art)');
  t.equal(request('title all "化学 工程" and author = 张'), '(WTI=(化学 工程) AND WAU=(张))');
  t.equal(request('title = comput* not author = w?ng'), '(WTI=(comput?) NOT WAU=(w!ng))');
  t.equal(request('title all "war and peace"'), 'WTI=(war peace)');
  t.equal(request('title any "a b"'), '(WTI=(a) OR WTI=(b))');
  t.equal(request('isbn = 731203389X', { isbnForm: 'hyphen10' }), 'ISB=(7-312-03389-X)');
  t.equal(request('year within "2000 2010"'), '(WYR=(2000->9999) AND WYR=(0000->2010))');
  t.equal(request('红楼', { script: 'both' }), '(WRD=(红楼) OR WRD=(紅樓))');
  for (const text of [
    'title < a',
    'title = "("',
    'title = or',
    'title =/stem a',
    `title all "${'abcdefghij '.repeat(45)}"`,
  ]) {
    t.throws(() => request(text), UnsupportedQueryError, text);
  }
});

t.test('fills the boxes of a form with what must all be found', async (t) => {
  const map: IndexMap = { any: 'q', title: 'ti', author: 'au', isbn: 'isbn' };
  const values = (text: string, options: Parameters<typeof toTemplateVariables>[2] = {}) =>
    toTemplateVariables(parseCql(text), map, options).value;
  t.same(values('title all "a b" and author = 张 and title = c'), { ti: 'a b c', au: '张' });
  t.same(values('title == "a \\"b\\" {token}"'), { ti: 'a "b" {token}' });
  t.same(values('isbn = 731203389X', { isbnForm: 'hyphen13' }), { isbn: '978-7-312-03389-6' });
  t.same(values('a prox b'), { q: 'a b' });
  for (const text of [
    'a or b',
    'a not b',
    'title any "a b"',
    'title < a',
    'comput*',
    'year = 2010',
  ]) {
    t.throws(() => values(text), UnsupportedQueryError, text);
  }
});
