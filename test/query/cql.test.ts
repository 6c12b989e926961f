import t from 'tap';
import { parseCql, positionOf } from '../../src/query/cql/parser.ts';
import { printCql } from '../../src/query/cql/printer.ts';
import { QuerySyntaxError } from '../../src/query/errors.ts';
import { checkIndexes, resolveIndex } from '../../src/query/indexes.ts';
import type { Clause } from '../../src/query/types.ts';

function refusal(text: string): { position: number; diagnostic: number } {
  try {
    parseCql(text);
  } catch (error) {
    if (error instanceof QuerySyntaxError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

t.test('says where a broken query breaks and which SRU diagnostic names it', async (t) => {
  const faults: readonly (readonly [string, number, number])[] = [
    ['', 0, 27],
    ['   ', 0, 27],
    ['title =', 7, 10],
    ['title any', 9, 10],
    ['cat and', 7, 10],
    ['(cat', 0, 13],
    ['cat)', 3, 13],
    ['(cat dog=x)', 8, 13],
    ['()', 1, 10],
    ['title = "cat', 8, 14],
    ['a = b = c', 6, 10],
    ['cat/dog', 3, 10],
    ['cat sortby', 10, 10],
    ['(cat sortby title)', 5, 13],
    ['title =/', 8, 10],
    ['title =/x= fish', 15, 10],
    ['> dc =', 6, 10],
    ['and and', 7, 10],
    ['cat\u0000', 3, 25],
    ['"cat\u0007dog"', 4, 25],
    ['cat \ud800', 4, 25],
  ];
  for (const [text, position, diagnostic] of faults) {
    const found = refusal(text);
    t.same([found.position, found.diagnostic], [position, diagnostic], JSON.stringify(text));
  }
});

t.test('takes keywords for words where only a word can stand', async (t) => {
  for (const word of ['and', 'or', 'not', 'prox', 'sortby', 'any', 'all', 'within']) {
    const { node } = parseCql(word);
    t.equal((node as Clause).term, word);
  }
  t.equal(printCql(parseCql('or and not')), '"or" and "not"');
});

t.test('hands index and relation down to bare terms in parentheses', async (t) => {
  t.equal(
    printCql(parseCql('title any (a or "b c" and author = d)')),
    'title any "a" or title any "b c" and author = "d"',
  );
});

t.test('keeps trees of any shape through printing and parsing', async (t) => {
  for (const text of [
    'a and (b or c)',
    '(a and b) or (c and (d not e))',
    'a prox/unit=word/distance<=3/ordered b',
    '>dc="info:srw/cql-context-set/1/dc-v1.1" dc.title any/stem "a b" sortby dc.date/sort.descending',
    'title = "say \\"yes\\" and \\\\ go"',
    'title within "1990 2000"',
    'a\\"b\\ c',
    'trailing\\',
  ]) {
    const tree = parseCql(text);
    t.same(parseCql(printCql(tree)), tree, text);
  }
});

t.test('refuses what is longer, deeper or has more terms than a query may have', async (t) => {
  t.equal(refusal('x'.repeat(2001)).diagnostic, 12);
  t.doesNotThrow(() => parseCql('x'.repeat(2000)));
  t.equal(refusal(`${'('.repeat(21)}x${')'.repeat(21)}`).diagnostic, 13);
  t.doesNotThrow(() => parseCql(`${'('.repeat(20)}x${')'.repeat(20)}`));
  const many = (count: number) => Array.from({ length: count }, (_, n) => `w${n}`);
  t.equal(refusal(many(51).join(' or ')).diagnostic, 38);
  t.doesNotThrow(() => parseCql(many(50).join(' or ')));
  t.equal(refusal(`title all "${many(51).join(' ')}"`).diagnostic, 38);
  t.equal(refusal(many(51).join(' ')).diagnostic, 38);
  t.equal(refusal(`x sortby ${many(11).join(' ')}`).diagnostic, 82);
  t.equal(refusal(`${'>a="b" '.repeat(21)}x`).diagnostic, 10);
  t.equal(refusal(`x =${'/stem'.repeat(11)} y`).diagnostic, 10);
});

t.test('resolves the index names of the context sets and of readers', async (t) => {
  const names: Readonly<Record<string, string | null>> = {
    title: 'title',
    'dc.title': 'title',
    'DC.Creator': 'author',
    'bath.isbn': 'isbn',
    'rec.identifier': 'id',
    'cql.serverChoice': 'any',
    'srw.serverChoice': 'any',
    题名: 'title',
    'dc.format': null,
    shelf: null,
    'constructor.name': null,
    constructor: null,
  };
  for (const [name, index] of Object.entries(names)) t.equal(resolveIndex(name), index, name);
  t.equal(resolveIndex(null), 'any');
});

t.test('names the first unknown index and where it stands', async (t) => {
  t.equal(checkIndexes(parseCql('title = a and cat')), null);
  t.same(checkIndexes(parseCql('title = a and (shelf = b or dust = c)')), {
    index: 'shelf',
    position: 15,
  });
  t.same(checkIndexes(parseCql('a sortby weight')), { index: 'weight', position: 9 });
  t.same(checkIndexes(parseCql('>dc="http://example.org/own" dc.title = a')), {
    index: 'dc.title',
    position: 29,
  });
  t.equal(checkIndexes(parseCql('>x="info:srw/cql-context-set/1/dc-v1.1" x.title = a')), null);
});

t.test('remembers where a clause stood, also behind prefixes in parentheses', async (t) => {
  t.equal(positionOf(parseCql('  (>a="b" title = x)').node as Clause), 10);
});
