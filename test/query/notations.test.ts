import fc from 'fast-check';
import t from 'tap';
import {
  AttributeMapError,
  CclFieldsError,
  parseAttributeMap,
  parseCcl,
  parseCclFields,
  parseCql,
  parsePqf,
  printPqf,
  QuerySyntaxError,
  RpnTranslationError,
  rpnToCql,
  sortKeysOf,
} from '../../src/query/index.ts';
import { printPqfNode } from '../../src/query/pqf/printer.ts';
import { hostileText } from './queries.ts';
import { thrown } from './thrown.ts';

const fields = parseCclFields(`
# a library's fields
word 1=1016 s=al,pw t=r
term word
title 1=4 s=pw t=l,r,b
author u=1003 s=pw
both title author
year u=31 r=r,omiteq
price u=2 r=o
list u=21 s=ol
groups u=21 s=ag
parts u=5 s=sl
pattern u=4 t=z
regular u=4 t=x
two u=1 u=2 s=pw
`);
const ccl = (text: string) => printPqfNode(parseCcl(text, fields).node);

t.test('reads CCL as the fields of a library say', async (t) => {
  const cases: Readonly<Record<string, string>> = {
    fish: '@attr 4=2 @attr 1=1016 fish',
    'fish chips': '@and @attr 4=2 @attr 1=1016 fish @attr 4=2 @attr 1=1016 chips',
    'title=red chamber': '@attr 4=1 @attr 1=4 "red chamber"',
    'title=?fish?': '@attr 5=3 @attr 4=2 @attr 1=4 fish',
    'title=fish not author=cao': '@not @attr 4=2 @attr 1=4 fish @attr 4=2 @attr 1=1003 cao',
    'both=x': '@or @attr 4=2 @attr 1=4 x @attr 4=2 @attr 1=1003 x',
    'both=(x and y)':
      '@or @and @attr 4=2 @attr 1=4 x @attr 4=2 @attr 1=4 y ' +
      '@and @attr 4=2 @attr 1=1003 x @attr 4=2 @attr 1=1003 y',
    'title,author=x': '@attr 4=2 @attr 1=4 x',
    'author=(x or title=y)': '@or @attr 4=2 @attr 1=1003 x @attr 4=2 @attr 1=4 y',
    'year=1990-2000': '@and @attr 2=4 @attr 1=31 1990 @attr 2=2 @attr 1=31 2000',
    'year=-2000': '@attr 2=2 @attr 1=31 2000',
    'year=1990': '@attr 1=31 1990',
    'year<>1990': '@attr 2=6 @attr 1=31 1990',
    'price=10 - 20': '@and @attr 2=4 @attr 1=2 10 @attr 2=2 @attr 1=2 20',
    'price=10-20': '@attr 2=3 @attr 1=2 10-20',
    'list=a b': '@or @attr 1=21 a @attr 1=21 b',
    'groups=a b "c d"': '@and @attr 4=2 @attr 1=21 "a b" @attr 4=1 @attr 1=21 "c d"',
    'parts=a b': '@or @and @attr 1=5 a @attr 1=5 b @attr 1=5 "a b"',
    'pattern=a?b#"?"': '@attr 5=104 @attr 1=4 a?b#\\\\?',
    'regular=a.b?': '@attr 5=102 @attr 1=4 a\\\\.b.*',
    'two=a': '@or @attr 4=2 @attr 1=1 a @attr 4=2 @attr 1=2 a',
    'a !3 b': '@prox 0 3 1 2 k 2 @attr 4=2 @attr 1=1016 a @attr 4=2 @attr 1=1016 b',
    'set=mine and a': '@and @set mine @attr 4=2 @attr 1=1016 a',
    '@and "}"': '@and @attr 4=2 @attr 1=1016 \\@and @attr 4=2 @attr 1=1016 }',
  };
  for (const [text, wanted] of Object.entries(cases)) t.equal(ccl(text), wanted, text);
});

t.test('says where CCL breaks', async (t) => {
  const faults: readonly (readonly [string, number, number])[] = [
    ['', 0, 10],
    ['a and', 5, 10],
    ['(a', 2, 13],
    ['a)', 1, 13],
    ['a (b)', 2, 10],
    ['shelf=a', 0, 16],
    ['title>a', 5, 19],
    ['year=>1990', 4, 19],
    ['author=a?', 7, 28],
    ['title=a?b', 6, 28],
    ['title=a#', 6, 28],
    ['set=', 4, 10],
    ['parts=a b c d e f g', 6, 38],
    [`${'('.repeat(21)}a`, 20, 13],
    ['a '.repeat(51), 0, 38],
    ['a'.repeat(2001), 2000, 12],
  ];
  for (const [text, position, diagnostic] of faults) {
    t.match(
      thrown(() => ccl(text)),
      { position, diagnostic },
      text.slice(0, 30),
    );
  }
});

t.test('names the line of a field file that says nothing', async (t) => {
  t.match(
    thrown(() => parseCclFields('ti u=4\nau u\n')),
    { line: 2 },
  );
  t.match(
    thrown(() => parseCclFields('ti nosuch,u=4')),
    { line: 1 },
  );
  t.match(
    thrown(() => parseCclFields('@whatever x')),
    { line: 1 },
  );
});

t.test('hands attributes of PQF down, the nearest of a type counting', async (t) => {
  t.equal(
    printPqf(parsePqf('@attrset gils @attr 1=4 @attr 4=1 @and a @attr bib-1 1=5 "b c"')),
    '@attrset GILS @and @attr 1=4 @attr 4=1 a @attr 4=1 @attr Bib-1 1=5 "b c"',
  );
  t.equal(printPqf(parsePqf('@term string {a b}')), '@attrset Bib-1 "a b"');
  t.equal(
    printPqf(parsePqf('@prox 1 2 0 3 known 8 @set "a b" \\@not')),
    '@attrset Bib-1 @prox 1 2 0 3 k 8 @set "a b" \\@not',
  );
});

t.test('says what is wrong with PQF and where', async (t) => {
  const faults: readonly (readonly [string, string, number])[] = [
    ['', 'missing', 0],
    ['@or a', 'missing', 5],
    ['a b', 'extra', 2],
    ['@attr 1 a', 'attribute_set', 6],
    ['@attrset nosuch a', 'attribute_set', 9],
    ['@attr x=4 a', 'bad_integer', 6],
    ['@prox 0 x 0 1 k 2 a b', 'proximity', 8],
    ['@prox 0 1 0 1 p 2 a b', 'proximity', 14],
    ['@and '.repeat(300), 'too_long', 1000],
  ];
  for (const [text, fault, position] of faults) {
    t.match(
      thrown(() => parsePqf(text)),
      { fault, position },
      text.slice(0, 30),
    );
  }
});

t.test('reads RPN back into CQL, with a map and by names alone', async (t) => {
  const map = parseAttributeMap(
    'index.dc.title = 1=4\nindex.cql.serverChoice = 1=1016\nrelation.all = 4=6\nrelation.le = 2=2\n',
  );
  const cql = (text: string) => rpnToCql(parsePqf(text), map);
  t.equal(cql('@attr 1=4 fish'), 'dc.title=fish');
  t.equal(cql('@attr 1=4 @attr 4=6 "red chamber"'), 'dc.title all "red chamber"');
  t.equal(cql('@attr 1=4 @attr 2=2 b'), 'dc.title<=b');
  t.equal(cql('@attr 1=1016 @attr 5=1 "a b"'), '"a b*"');
  t.equal(cql('@attr 1=4 @attr 3=1 a*b'), 'dc.title=^a\\*b');
  t.equal(cql('@attr 1=4 @attr 6=3 "a b"'), 'dc.title="^a b^"');
  t.equal(cql('@attr 5=104 w#m?n'), 'w?m*n');
  t.equal(cql('@attr 5=102 w.m.*n'), 'w?m*n');
  t.equal(cql('@or @not a b "and"'), '(a not b) or "and"');
  t.equal(cql('@prox 0 2 1 2 k 3 a b'), 'a prox/distance<=2/ordered/unit=sentence b');
  t.equal(rpnToCql(parsePqf('@attr 1=date @attr 2=4 1980')), 'date>=1980');
  t.match(
    thrown(() => cql('@attr 1=5 a')),
    { diagnostic: 114, about: '5' },
  );
  t.match(
    thrown(() => cql('@attr 5=101 a')),
    { diagnostic: 120, about: '101' },
  );
  t.match(
    thrown(() => cql('@set s')),
    { diagnostic: 18, about: 's' },
  );
  t.match(
    thrown(() => cql('@prox 1 2 1 2 k 3 a b')),
    { diagnostic: 129 },
  );
});

t.test('writes the sort keys of SRU 1.1', async (t) => {
  const keys = (text: string) => sortKeysOf(parseCql(text));
  t.equal(keys('a'), '');
  t.equal(
    keys('a sortby dc.date/sort.descending title/respectCase/missingLow'),
    'date,dc,0,0,highValue title,,1,1,lowValue',
  );
  t.equal(keys('a sortby x/missingValue="a, b"'), 'x,,1,0,"a_b"');
  t.equal(keys('a sortby "x, y"/missingFail'), 'x_y,,1,0,abort');
  t.match(
    thrown(() => keys('a sortby title/upwards')),
    { position: 9, diagnostic: 83 },
  );
});

t.test('refuses hostile text only with the error of its notation', async () => {
  const notations = [
    [parseCql, QuerySyntaxError],
    [parsePqf, QuerySyntaxError],
    [(text: string) => rpnToCql(parsePqf(text)), [QuerySyntaxError, RpnTranslationError]],
    [(text: string) => parseCcl(text, fields), QuerySyntaxError],
    [parseAttributeMap, AttributeMapError],
    [parseCclFields, CclFieldsError],
  ] as const;
  for (const [read, own] of notations) {
    fc.assert(
      fc.property(hostileText, (text) => {
        try {
          read(text);
          return true;
        } catch (error) {
          return [own].flat().some((kind) => error instanceof kind);
        }
      }),
      { numRuns: 500 },
    );
  }
});
