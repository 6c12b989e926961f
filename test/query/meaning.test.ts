import fc from 'fast-check';
import t from 'tap';
import { parseCql } from '../../src/query/cql/parser.ts';
import { UnsupportedQueryError } from '../../src/query/errors.ts';
import { toRpn } from '../../src/query/translate/rpn.ts';
import { type SruOptions, toSruCql } from '../../src/query/translate/sru.ts';
import { toTemplateVariables } from '../../src/query/translate/template.ts';
import { toXserviceRequest } from '../../src/query/translate/xservice.ts';
import type { IndexMap, Query, QueryNode, Translated } from '../../src/query/types.ts';
import { catalogue, type Entry, findsAleph, findsCql, findsRpn, parseAleph } from './evaluate.ts';
import { meaningful } from './queries.ts';

const entries = catalogue(150);
const runs = { numRuns: 1500 };

/**
 * What was said to be simplified may find more, everything else must find the same. Counts how many
 * queries were translated, so that a dialect which refuses everything is noticed.
 */
function keepsMeaning<T>(
  translate: (query: Query) => Translated<T>,
  finds: (value: T, entry: Entry) => boolean,
): { exact: number; wider: number; refused: number } {
  const counts = { exact: 0, wider: 0, refused: 0 };
  fc.assert(
    fc.property(meaningful, (query) => {
      let translated: Translated<T>;
      try {
        translated = translate(query);
      } catch (error) {
        if (!(error instanceof UnsupportedQueryError)) throw error;
        counts.refused += 1;
        return;
      }
      const isExact = translated.simplified.length === 0;
      counts[isExact ? 'exact' : 'wider'] += 1;
      for (const entry of entries) {
        const wanted = findsCql(query.node, entry);
        const found = finds(translated.value, entry);
        if (wanted && !found) throw new Error(`lost ${JSON.stringify(entry)}`);
        if (isExact && found && !wanted) throw new Error(`invented ${JSON.stringify(entry)}`);
      }
    }),
    runs,
  );
  return counts;
}

const bare: IndexMap = {
  any: { '1': 1016 },
  title: { '1': 4 },
  author: { '1': 1003 },
  year: { '1': 31 },
};
const variants = {
  phrase: { '4': 1 },
  word: { '4': 2 },
  all: { '4': 6 },
  any: { '4': 105 },
  begins: { '3': 1, '5': 1 },
  exact: { '4': 1, '6': 3 },
};
const rich: IndexMap = {
  any: { '1': 1016, ...variants },
  title: { '1': 4, '5': 100, ...variants, begins: { '3': 1 } },
  author: { '1': 1003, ...variants },
  year: { '1': 31 },
};

for (const [name, indexes] of Object.entries({ bare, rich })) {
  t.test(`loses no hit in RPN with ${name} attributes, and invents none unsaid`, async (t) => {
    const counts = keepsMeaning(
      (query) => toRpn(query, indexes),
      ({ node }, entry) => findsRpn(node, entry),
    );
    t.ok(counts.exact > 200 && counts.wider > 50, JSON.stringify(counts));
  });
}

const sru: IndexMap = {
  any: 'cql.serverChoice',
  title: 'dc.title',
  author: 'dc.creator',
  year: 'dc.date',
};

/** The CQL that is sent, read again as a server would. */
function parsed(options: SruOptions): (query: Query) => Translated<QueryNode> {
  return (query) => {
    const { value, simplified } = toSruCql(query, sru, options);
    return { value: parseCql(value).node, simplified };
  };
}

t.test('loses no hit in the CQL of servers that can do all or little', async (t) => {
  const full = keepsMeaning(parsed({}), findsCql);
  t.ok(full.exact > 800, JSON.stringify(full));
  const supports = { relations: ['=', '<', '<=', '>', '>='], masking: false, anchoring: false };
  const little = keepsMeaning(parsed({ version: '1.1', supports }), findsCql);
  t.ok(little.exact > 100 && little.wider > 50, JSON.stringify(little));
});

t.test('loses no hit in the requests of X-Service', async (t) => {
  const aleph: IndexMap = { any: 'WRD', title: 'WTI', author: 'WAU', year: 'WYR' };
  const counts = keepsMeaning(
    (query) => toXserviceRequest(query, aleph),
    ({ request }, entry) => findsAleph(parseAleph(request), entry),
  );
  t.ok(counts.exact > 150 && counts.wider > 50, JSON.stringify(counts));
});

t.test('loses no hit in the boxes of a search form', async (t) => {
  const form: IndexMap = { any: 'q', title: 'ti', author: 'au', year: 'py' };
  const codes: Readonly<Record<string, string>> = { q: 'WRD', ti: 'WTI', au: 'WAU', py: 'WYR' };
  const counts = keepsMeaning(
    (query) => toTemplateVariables(query, form),
    (values, entry) =>
      Object.entries(values).every(([name, value]) =>
        findsAleph({ code: codes[name] ?? '', words: value.split(' ') }, entry),
      ),
  );
  t.ok(counts.exact > 30, JSON.stringify(counts));
});
