import t from 'tap';
import { QuerySyntaxError } from '../../src/query/errors.ts';
import { looksLikeCql, parseReaderQuery } from '../../src/query/reader.ts';
import { thrown } from './thrown.ts';

const cqlOf = (text: string, index: 'any' | 'title' | 'isbn' | 'issn' | 'year' = 'any') =>
  parseReaderQuery(text, { syntax: 'auto', index }).cql;

t.test('takes CQL only for what the rule calls CQL', async (t) => {
  for (const text of [
    '> dc="x" cat',
    '(title',
    '((dc.title = x))',
    'title = x',
    'title=x',
    'title any/stem "x"',
    'DC.Title ALL "x y"',
    'cat and author = x',
    'year >= 2010',
    'title any more',
    'cat sortby title',
    'title within x',
  ]) {
    t.equal(looksLikeCql(text), true, text);
  }
  for (const text of [
    'cat and dog',
    'not cat',
    'war and peace',
    '(cat)',
    'shelf = x',
    '"title = x"',
    'the title',
    'title',
    'any',
    'E = mc2',
    'isbn 9787312033896',
    '化学工程',
  ]) {
    t.equal(looksLikeCql(text), false, text);
  }
});

t.test('makes one clause of words: a single one as it is, several all to be found', async (t) => {
  t.equal(cqlOf('化学工程'), '"化学工程"');
  t.equal(cqlOf('化学工程', 'title'), 'title = "化学工程"');
  t.equal(cqlOf('化学工程 实验'), 'cql.serverChoice all "化学工程 实验"');
  t.equal(cqlOf('red chamber', 'title'), 'title all "red chamber"');
  t.equal(cqlOf('war and peace'), 'cql.serverChoice all "war and peace"');
  t.equal(cqlOf('化学工程　实验'), 'cql.serverChoice all "化学工程 实验"');
  t.equal(cqlOf('“化学 工程”'), '"化学 工程"');
  t.equal(cqlOf('"red chamber"', 'title'), 'title = "red chamber"');
});

t.test('leaves out punctuation that catalogues do not index, and only that', async (t) => {
  t.equal(cqlOf('《红楼梦》'), '"红楼梦"');
  t.equal(cqlOf('化学工程：原理、方法'), 'cql.serverChoice all "化学工程 原理 方法"');
  t.equal(cqlOf('卡尔·马克思'), 'cql.serverChoice all "卡尔 马克思"');
  t.equal(cqlOf('化工原理(第2版)'), 'cql.serverChoice all "化工原理 第2版"');
  t.equal(cqlOf('What is life?'), 'cql.serverChoice all "What is life"');
  t.equal(cqlOf('C++ 程序设计 : C# / .NET'), 'cql.serverChoice all "C++ 程序设计 C# .NET"');
  t.equal(cqlOf("O'Reilly AT&T 3.14"), `cql.serverChoice all "O'Reilly AT&T 3.14"`);
});

t.test('looks for signs of CQL among words as they stand, but for a star at the end', async (t) => {
  t.equal(cqlOf('a*b'), '"a\\*b"');
  t.equal(cqlOf('comput* scien*'), 'cql.serverChoice all "comput* scien*"');
  t.equal(cqlOf('^cat\\dog'), '"\\^cat\\\\dog"');
  t.equal(cqlOf('say "yes'), 'cql.serverChoice all "say yes"');
  t.equal(cqlOf('a\u0000b'), 'cql.serverChoice all "a b"');
});

t.test('recognises a lone ISBN or ISSN however it is written', async (t) => {
  for (const text of [
    '9787312033896',
    '978-7-312-03389-6',
    '978 7 312 03389 6',
    '７-３１２-０３３８９-Ｘ',
    '７３１２０３３８９x',
    'ISBN: 978‐7‐312‐03389‐6',
  ]) {
    t.equal(cqlOf(text), 'isbn = "9787312033896"', text);
  }
  t.equal(cqlOf('978-7-312-03389-6', 'isbn'), 'isbn = "9787312033896"');
  t.equal(cqlOf('978-7-312-03389-6', 'title'), 'title = "978-7-312-03389-6"');
  t.equal(cqlOf('9787312033897'), '"9787312033897"');
  t.equal(cqlOf('化学 9787312033896'), 'cql.serverChoice all "化学 9787312033896"');
  t.equal(cqlOf('ISSN 0317-8471'), 'issn = "0317-8471"');
  t.equal(cqlOf('03178471', 'issn'), 'issn = "0317-8471"');
  t.equal(cqlOf('20240115'), '"20240115"');
  t.equal(cqlOf('1998-2003'), '"1998-2003"');
});

t.test('reads two years in the year index as a range', async (t) => {
  t.equal(cqlOf('2010-2014', 'year'), 'year within "2010 2014"');
  t.equal(cqlOf('２０１０－２０１４', 'year'), 'year within "2010 2014"');
  t.equal(cqlOf('2014', 'year'), 'year = "2014"');
});

t.test(
  'reads CQL typed in full-width signs, and never makes a mask of a full-width star',
  async (t) => {
    t.equal(cqlOf('title＝化学'), 'title = "化学"');
    t.equal(cqlOf('title = "Ｃ语言＊"'), 'title = "C语言\\*"');
  },
);

t.test('does as it is told where the syntax is given', async (t) => {
  const words = parseReaderQuery('title = x', { syntax: 'words', index: 'any' });
  t.equal(words.cql, 'cql.serverChoice all "title x"');
  const cql = parseReaderQuery('cat and dog', { syntax: 'cql', index: 'title' });
  t.equal(cql.cql, '"cat" and "dog"');
});

t.test('refuses what says nothing, and says so', async (t) => {
  const refused = (text: string, syntax: 'auto' | 'words' | 'cql' = 'auto') =>
    thrown(() => parseReaderQuery(text, { syntax, index: 'any' }));
  for (const text of ['', '  ', '\u3000', '、。！', '" "']) {
    const error = refused(text);
    t.ok(error instanceof QuerySyntaxError, text);
    t.match(error, { position: 0, diagnostic: 27 });
  }
  t.match(refused('x'.repeat(2001)), { diagnostic: 12 });
  t.match(refused('x '.repeat(51)), { diagnostic: 38 });
  t.match(refused('title = (a'), { position: 8, diagnostic: 13 });
  t.match(refused('a =', 'cql'), { position: 3, diagnostic: 10 });
});
