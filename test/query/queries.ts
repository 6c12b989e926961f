import fc from 'fast-check';
import type { Clause, Modifier, Query, QueryNode } from '../../src/query/types.ts';
import { vocabulary } from './evaluate.ts';

/** Queries for property tests: trees as the parser makes them. */

const plainWord = fc.constantFrom(...vocabulary.filter((word) => !/^(and|not)$/.test(word)));
const anyWord = fc.constantFrom(...vocabulary);
const maskedWord = fc
  .tuple(fc.constantFrom('', '*', '?'), anyWord, fc.constantFrom('', '*', '?', 'b*', '*b'))
  .map((parts) => parts.join(''));
const word = fc.oneof({ weight: 4, arbitrary: anyWord }, { weight: 1, arbitrary: maskedWord });
const anchor = fc.constantFrom('', '', '', '^');

const clause = (index: string | null, relation: string, term: string): Clause => ({
  type: 'clause',
  index,
  relation: { name: relation, modifiers: [] },
  term,
});

const textIndex = fc.constantFrom<string | null>(null, 'title', 'author');
const textClause = fc
  .tuple(
    textIndex,
    fc.constantFrom('=', '=', 'all', 'any', '=='),
    fc.array(word, { minLength: 1, maxLength: 3 }),
    anchor,
    anchor,
  )
  .map(([index, relation, words, from, to]) =>
    clause(index, relation, `${from}${words.join(' ')}${to}`),
  );
const year = fc.integer({ min: 1994, max: 2008 }).map(String);
const yearClause = fc.oneof(
  fc
    .tuple(fc.constantFrom('=', '<', '<=', '>', '>=', '<>'), year)
    .map(([relation, value]) => clause('year', relation, value)),
  fc.tuple(year, year).map(([from, to]) => clause('year', 'within', `${from} ${to}`)),
);
const nearby = fc.tuple(plainWord, plainWord).map(
  ([left, right]): QueryNode => ({
    type: 'boolean',
    operator: 'prox',
    modifiers: [],
    left: clause('title', '=', left),
    right: clause('title', '=', right),
  }),
);

function tree(leaf: fc.Arbitrary<QueryNode>): fc.Arbitrary<QueryNode> {
  return fc.letrec<{ node: QueryNode; joined: QueryNode }>((tie) => ({
    node: fc.oneof({ maxDepth: 3, depthSize: 'small' }, leaf, tie('joined')),
    joined: fc.tuple(fc.constantFrom('and', 'or', 'not'), tie('node'), tie('node')).map(
      ([operator, left, right]): QueryNode => ({
        type: 'boolean',
        operator: operator as 'and' | 'or' | 'not',
        modifiers: [],
        left,
        right,
      }),
    ),
  })).node;
}

const asQuery = (node: QueryNode): Query => ({ node, sort: [], prefixes: [] });

/** Queries whose meaning the small catalogue knows. */
export const meaningful = tree(
  fc.oneof(
    { weight: 6, arbitrary: textClause as fc.Arbitrary<QueryNode> },
    { weight: 2, arbitrary: yearClause as fc.Arbitrary<QueryNode> },
    { weight: 1, arbitrary: nearby },
  ),
).map(asQuery);

/** Text made to break out of whatever it is put in. */
export const hostileText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .array(
      fc.constantFrom(
        ...['"', '\\', '@and', '@attr 1=4', '{', '}', '(', ')', '=', '&op=', '\n', '\r', '\t'],
        ...[
          '\u0000',
          '*',
          '?',
          '^',
          '/',
          '<',
          '>',
          '%',
          '!',
          '#',
          '->',
          ' AND ',
          ' or ',
          ' sortby ',
        ],
        ...[' not ', 'cat', '化学', '＂', '＊', '\u2028', "'", ';', '${', '{token}', '$a', ' '],
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);

const modifier: fc.Arbitrary<Modifier> = fc.oneof(
  fc.constantFrom('stem', 'cql.word', 'x').map((name) => ({ name, comparison: null, value: null })),
  fc
    .tuple(fc.constantFrom('=', '<', '<>'), fc.constantFrom('1', 'a b', 'and'))
    .map(([comparison, value]) => ({ name: 'rel.x', comparison, value })),
);

const prefixes = fc.array(
  fc.record({
    prefix: fc.constantFrom('dc', 'x', null),
    uri: fc.constantFrom('http://a/b?c=d', 'and', 'a b'),
  }),
  { minLength: 1, maxLength: 2 },
);

/** Any tree that CQL can say; `term` gives raw terms. */
export function sayable(term: fc.Arbitrary<string>): fc.Arbitrary<Query> {
  const leaf = fc
    .tuple(
      fc.constantFrom('title', 'dc.title', 'cql.serverChoice', 'any', 'and', 'two words'),
      fc.constantFrom('=', '==', '<>', '<=', 'any', 'all', 'within', 'adj', 'x.y'),
      fc.array(modifier, { maxLength: 2 }),
      term,
      fc.option(prefixes, { freq: 8 }),
    )
    .map(
      ([index, name, modifiers, raw, scope]): QueryNode => ({
        ...{ type: 'clause', index, relation: { name, modifiers }, term: raw },
        ...(scope === null ? {} : { prefixes: scope }),
      }),
    );
  return fc
    .tuple(
      tree(leaf),
      fc.option(prefixes, { freq: 4 }),
      fc.array(modifier, { maxLength: 1 }),
      fc.boolean(),
    )
    .map(([node, scope, modifiers, isSorted]) => ({
      node,
      prefixes: scope ?? [],
      sort: isSorted ? [{ index: 'dc.date', modifiers }] : [],
    }));
}
