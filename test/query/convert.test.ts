import t from 'tap';
import { convertQuery } from '../../src/query/convert.ts';
import { QuerySyntaxError } from '../../src/query/errors.ts';
import { AttributeMapError, parseAttributeMap } from '../../src/query/maps/properties.ts';
import { parsePqf } from '../../src/query/pqf/parser.ts';
import { thrown } from './thrown.ts';

t.test('says a query in every notation on one line', async (t) => {
  const text = 'dc.title any "fish\n<chips>" and 2014';
  t.equal(
    convertQuery(text, 'xcql'),
    '<triple><boolean><value>and</value></boolean>' +
      '<leftOperand><searchClause><index>dc.title</index><relation><value>any</value></relation>' +
      '<term>fish&#10;&lt;chips&gt;</term></searchClause></leftOperand>' +
      '<rightOperand><searchClause><index>cql.serverChoice</index>' +
      '<relation><value>=</value></relation><term>2014</term></searchClause></rightOperand></triple>',
  );
  t.equal(convertQuery(text, 'cql'), 'dc.title any "fish <chips>" and "2014"');
  t.equal(
    convertQuery(text, 'pqf'),
    '@and @or @attr 1=4 "fish" @attr 1=4 "<chips>" @attr 1=1016 "2014"',
  );
  t.equal(convertQuery(text, 'ccl'), '(dc.title="fish" or dc.title="<chips>") and ("2014")');
  t.equal(JSON.parse(convertQuery(text, 'ast')).node.operator, 'and');
});

t.test('maps masks, anchors and comparisons onto bib-1 without being given a map', async (t) => {
  const pqf = (text: string) => convertQuery(text, 'pqf');
  t.equal(pqf('title = comput*'), '@attr 5=1 @attr 1=4 "comput"');
  t.equal(pqf('title = ^comput*'), '@attr 3=1 @attr 5=1 @attr 1=4 "comput"');
  t.equal(pqf('title = w?m*n'), '@attr 5=104 @attr 1=4 "w#m?n"');
  t.equal(pqf('year >= 2010'), '@attr 2=4 @attr 1=31 "2010"');
  t.equal(pqf('title == "Red Chamber"'), '@attr 4=1 @attr 6=3 @attr 1=4 "Red Chamber"');
  t.equal(pqf('title exact "Red Chamber"'), '@attr 4=1 @attr 6=3 @attr 1=4 "Red Chamber"');
});

t.test('refuses what the map cannot say, with position and diagnostic', async (t) => {
  const fault = (text: string, map?: string): unknown => {
    const error = thrown(() => convertQuery(text, 'pqf', map));
    t.ok(error instanceof QuerySyntaxError, text);
    return error;
  };
  const small =
    'set.m = http://m/\nset = http://m/\nindex.m.ti = 1=4\nrelation.eq =\nstructure.* =\n';
  t.match(fault('a and shelf = b'), { position: 6, diagnostic: 16 });
  t.match(fault('x.title = b'), { position: 0, diagnostic: 15 });
  t.match(fault('title within "1 2"'), { diagnostic: 19 });
  t.match(fault('title =/regexp b'), { diagnostic: 20 });
  t.match(fault('a prox/unit=street b'), { diagnostic: 42 });
  t.match(fault('a prox/distance==2 b'), { diagnostic: 40 });
  t.match(fault('a or/x b'), { diagnostic: 46 });
  t.match(fault('ti = a', small), { diagnostic: 32 });
  t.match(fault('ti = a*', `${small}position.any =`), { diagnostic: 28 });
  t.equal(convertQuery('ti = a', 'pqf', `${small}position.any =`), '@attr 1=4 "a"');
});

t.test('never lets a term or a name become part of the PQF around it', async (t) => {
  const map = parseAttributeMap(
    'set.cql = http://c/\nindex.cql.serverChoice = 1=1016\nset.p = http://p/\nset = http://p/\nindex.p.* = 1=*\nrelation.eq =\nrelationModifier.x = 2=9\n' +
      'structure.* =\nposition.any =\nposition.first = 3=1\ntruncation.z3958 = 5=104\n',
  );
  for (const text of [
    '"a\\" @or b"',
    '"@and x y"',
    '"a \\\\"',
    '"*\\" @and \\"*"',
    'title =/p.language="a @and b" c',
    'x = "\\\\\\\\*"',
  ]) {
    const pqf = convertQuery(text, 'pqf', map);
    const { node } = parsePqf(pqf);
    const count = (one: typeof node): number =>
      one.type === 'operator' || one.type === 'prox' ? count(one.left) + count(one.right) : 1;
    t.equal(count(node), text.includes('/p.language') ? 2 : 1, pqf);
  }
});

t.test('puts only plain names into attribute values', async (t) => {
  const map =
    'set.p = http://p/\nset = http://p/\nindex.p.* = 1=*\nrelation.eq =\nstructure.* =\nposition.any =';
  t.equal(convertQuery('Shelf-mark = b', 'pqf', map), '@attr 1=Shelf-mark "b"');
  for (const text of ['"x @attr 1=4 y" = b', '"\\\\" = b', '"\\"" = b']) {
    t.match(
      thrown(() => convertQuery(text, 'pqf', map)),
      { diagnostic: 16 },
      text,
    );
  }
});

t.test('names the line of a map that says nothing', async (t) => {
  t.match(
    thrown(() => parseAttributeMap('index.x = 1=4\nnonsense\n')),
    { line: 2 },
  );
  t.throws(() => parseAttributeMap('index.x = 1=4 4\n'), AttributeMapError);
  t.same(parseAttributeMap('# only\n\n\t# remarks\n').entries, []);
  t.equal(
    parseAttributeMap('index.x = bib-1 1=4 # Title\n').entries[0]?.attributes[0]?.set,
    'bib-1',
  );
});
