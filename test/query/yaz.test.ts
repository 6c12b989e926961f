import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { printCql } from '../../src/query/cql/printer.ts';
import { QuerySyntaxError, UnsupportedQueryError } from '../../src/query/errors.ts';
import { cqlToPqf } from '../../src/query/maps/cql-to-pqf.ts';
import { defaultMap } from '../../src/query/maps/default.ts';
import { parsePqf } from '../../src/query/pqf/parser.ts';
import { printPqf } from '../../src/query/pqf/printer.ts';
import { toRpn } from '../../src/query/translate/rpn.ts';
import type { IndexMap, Query, RpnNode } from '../../src/query/types.ts';
import { freePorts, runProgram, startProgram } from '../support/processes.ts';
import { withoutPrograms } from '../support/requirements.ts';
import { meaningful } from './queries.ts';

const needsYaz = { skip: withoutPrograms('yaz-ztest', 'yaz-client') };

const indexes: IndexMap = {
  any: { '1': 1016, all: { '4': 6 } },
  title: { '1': 4, phrase: { '4': 1 }, word: { '4': 2 }, begins: { '3': 1 }, exact: { '6': 3 } },
  author: { '1': 1003 },
  year: { '1': 31 },
};

/** Queries that both sides can say; YAZ knows no `within` and reads it as a word. */
function sample(count: number): readonly Query[] {
  return fc
    .sample(meaningful, { numRuns: count * 3, seed: 20 })
    .filter((query) => !JSON.stringify(query).includes('within') && printCql(query).length < 300)
    .slice(0, count);
}

/** What a real server says it was asked when a real client sent these lines. */
async function askedAs(
  options: readonly string[],
  commands: readonly string[],
): Promise<readonly RpnNode[]> {
  const [port = 0] = await freePorts(1);
  const heard: Buffer[] = [];
  const server = await startProgram(
    'yaz-ztest',
    ['-S', '-v', 'log,request', `tcp:127.0.0.1:${port}`],
    {
      ports: [port],
      hear: (chunk) => heard.push(chunk),
    },
  );
  try {
    const lines = [`open 127.0.0.1:${port}`, ...commands, 'quit', ''];
    await runProgram('yaz-client', options, { input: lines.join('\n') });
  } finally {
    await server.stop();
  }
  return Buffer.concat(heard)
    .toString('utf8')
    .split('\n')
    .flatMap((line) => /\] Search .* RPN (.*)$/.exec(line)?.[1] ?? [])
    .map((pqf) => ordered(parsePqf(pqf).node));
}

/** YAZ lists attributes nearest first; the order means nothing. */
function ordered(node: RpnNode): RpnNode {
  if (node.type === 'operand') {
    const attributes = node.attributes
      .map((one) => ({ ...one, set: null }))
      .toSorted((a, b) => a.type - b.type);
    return { ...node, attributes, index: null };
  }
  if (node.type === 'resultSet') return node;
  return { ...node, left: ordered(node.left), right: ordered(node.right) };
}

t.test('writes PQF that YAZ reads as the RPN it was written from', needsYaz, async (t) => {
  const trees = sample(120).flatMap((query) => {
    try {
      return [toRpn(query, indexes).value];
    } catch (error) {
      if (error instanceof UnsupportedQueryError) return [];
      throw error;
    }
  });
  const asked = await askedAs(
    [],
    trees.map((tree) => `find ${printPqf(tree)}`),
  );
  t.ok(trees.length > 50);
  t.same(
    asked,
    trees.map(({ node }) => ordered(node)),
  );
});

t.test(
  'makes of CQL under a map what YAZ makes of it, and refuses the same',
  needsYaz,
  async (t) => {
    const queries = sample(150);
    const file = join(t.testdir({}), 'cql.properties');
    writeFileSync(file, defaultMap.entries.map(({ key, value }) => `${key} = ${value}\n`).join(''));
    const commands = ['querytype cql2rpn', ...queries.map((query) => `find ${printCql(query)}`)];
    const translated = queries.flatMap((query) => {
      try {
        return [ordered(parsePqf(cqlToPqf(query, defaultMap)).node)];
      } catch (error) {
        if (error instanceof QuerySyntaxError) return [];
        throw error;
      }
    });
    t.ok(translated.length > 50 && translated.length < queries.length);
    t.same(await askedAs(['-q', file], commands), translated);
  },
);
