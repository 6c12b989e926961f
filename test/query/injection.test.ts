import fc from 'fast-check';
import t from 'tap';
import { parseCql } from '../../src/query/cql/parser.ts';
import { printCql } from '../../src/query/cql/printer.ts';
import { printXcql } from '../../src/query/cql/xcql.ts';
import { QuerySyntaxError, UnsupportedQueryError } from '../../src/query/errors.ts';
import { parsePqf } from '../../src/query/pqf/parser.ts';
import { printPqf } from '../../src/query/pqf/printer.ts';
import { parseReaderQuery } from '../../src/query/reader.ts';
import { escapeTerm, literalTerm, wordsOf } from '../../src/query/term.ts';
import { toRpn } from '../../src/query/translate/rpn.ts';
import { toSruCql } from '../../src/query/translate/sru.ts';
import { toTemplateVariables } from '../../src/query/translate/template.ts';
import { toXserviceRequest } from '../../src/query/translate/xservice.ts';
import type { Clause, IndexMap, Query, QueryNode, RpnNode } from '../../src/query/types.ts';
import { type AlephNode, parseAleph } from './evaluate.ts';
import { hostileText, meaningful, sayable } from './queries.ts';

const runs = { numRuns: 600 };
const z3950: IndexMap = {
  any: { '1': 1016 },
  title: { '1': 4 },
  author: { '1': 1003 },
  year: { '1': 31 },
};
const sru: IndexMap = {
  any: 'cql.serverChoice',
  title: 'dc.title',
  author: 'dc.creator',
  year: 'dc.date',
};
const aleph: IndexMap = { any: 'WRD', title: 'WTI', author: 'WAU', year: 'WYR' };

function titleQuery(text: string, relation = '='): Query {
  const clause: Clause = {
    type: 'clause',
    index: 'title',
    relation: { name: relation, modifiers: [] },
    term: escapeTerm(text),
  };
  return { node: clause, sort: [], prefixes: [] };
}

/** Undefined where the library is told that it cannot be asked; everything else must succeed. */
function unlessUnsupported<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof UnsupportedQueryError) return undefined;
    throw error;
  }
}

const raw = fc.oneof(
  hostileText.map(escapeTerm),
  fc.constantFrom('a*', '^b?', 'c^', 'a \\* b', '\\\\', 'cat dog', ''),
);

t.test('prints any tree as CQL that parses to that tree', async () => {
  fc.assert(
    fc.property(sayable(raw), (query) => {
      const text = printCql(query);
      fc.pre(text.length <= 2000 && !/[\p{Cc}]/u.test(text.replace(/[\n\r\t]/g, '')));
      let parsed: Query;
      try {
        parsed = parseCql(text);
      } catch (error) {
        // Only the bounds of a query may refuse what was printed.
        if (error instanceof QuerySyntaxError && error.diagnostic === 38) return true;
        throw error;
      }
      return JSON.stringify(sorted(parsed)) === JSON.stringify(sorted(query));
    }),
    runs,
  );
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

t.test('prints any RPN as PQF that parses to that RPN', async () => {
  const check = ({ node }: Query) => {
    const rpn = unlessUnsupported(() => toRpn({ node, sort: [], prefixes: [] }, z3950).value);
    if (rpn === undefined) return true;
    return (
      JSON.stringify(withoutIndex(parsePqf(printPqf(rpn)).node)) ===
      JSON.stringify(withoutIndex(rpn.node))
    );
  };
  fc.assert(fc.property(meaningful, check), runs);
  fc.assert(
    fc.property(hostileText, fc.constantFrom('=', 'all', 'any', '==', '<'), (text, relation) =>
      check(titleQuery(text, relation)),
    ),
    runs,
  );
});

function withoutIndex(node: RpnNode): unknown {
  if (node.type === 'operand') return { ...node, index: null };
  if (node.type === 'resultSet') return node;
  return { ...node, left: withoutIndex(node.left), right: withoutIndex(node.right) };
}

t.test('sends hostile words over SRU as one term that says just them', async () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const cql = unlessUnsupported(() => toSruCql(titleQuery(text), sru).value);
      if (cql === undefined) return wordsOf(literalTerm(escapeTerm(text))).length === 0;
      const { node } = parseCql(cql);
      if (node.type !== 'clause') return false;
      const said = wordsOf(literalTerm(node.term)).join(' ');
      return (
        node.index === 'dc.title' &&
        said === wordsOf(text.replace(/[\p{Cc}\p{Cs}]/gu, ' ')).join(' ')
      );
    }),
    runs,
  );
});

t.test('sends hostile words to X-Service as words, never as signs', async () => {
  const count = (node: AlephNode): number =>
    'operator' in node ? count(node.left) + count(node.right) : 1;
  fc.assert(
    fc.property(hostileText, fc.constantFrom('=', 'all', '=='), (text, relation) => {
      const found = unlessUnsupported(
        () => toXserviceRequest(titleQuery(text, relation), aleph).value,
      );
      return found === undefined || count(parseAleph(found.request)) === 1;
    }),
    runs,
  );
});

t.test('hands hostile words to templates as plain text under one name', async () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const values = unlessUnsupported(
        () => toTemplateVariables(titleQuery(text), { title: 'ti' }).value,
      );
      if (values === undefined) return true;
      const said = wordsOf(text.replace(/[\p{Cc}\p{Cs}]/gu, ' ')).join(' ');
      return (
        Object.keys(values).join() === 'ti' && values.ti === said && !/\p{Cc}/u.test(values.ti)
      );
    }),
    runs,
  );
});

t.test('reads whatever a reader types, or refuses it as a query', async () => {
  fc.assert(
    fc.property(hostileText, fc.constantFrom('auto', 'words', 'cql'), (text, syntax) => {
      try {
        const { query, cql } = parseReaderQuery(text, { syntax, index: 'any' });
        const count = (node: QueryNode): number =>
          node.type === 'clause' ? 1 : count(node.left) + count(node.right);
        if (syntax === 'words' && count(query.node) !== 1) return false;
        return printCql(parseCql(cql)) === cql && !printXcql(query).includes('\n');
      } catch (error) {
        return error instanceof QuerySyntaxError;
      }
    }),
    { numRuns: 2000 },
  );
});
