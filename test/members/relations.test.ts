import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { categoryProblems, parentProblems, repeatedIds } from '../../src/members/relations.ts';
import { minimalDocument } from '../support/documents.ts';

const messagesOf = (library: string, parents: Readonly<Record<string, string | null>>) => {
  const find = (id: string) => {
    const parent = parents[id];
    return parent === undefined ? undefined : { id, parent };
  };
  const placed = find(library);
  if (placed === undefined) throw new Error('not there');
  return parentProblems(placed, find).map(({ message }) => message);
};

t.test('a branch may have a parent that has one itself', async (t) => {
  t.same(messagesOf('c', { a: null, b: 'a', c: 'b' }), []);
});

t.test('names an unknown parent, at the library that names it only', async (t) => {
  t.same(messagesOf('b', { b: 'a' }), ['a is not a known library']);
  t.same(messagesOf('c', { b: 'a', c: 'b' }), []);
});

t.test('shows a ring of parents to those in it, and comes to an end outside', async (t) => {
  t.same(messagesOf('a', { a: 'b', b: 'c', c: 'a' }), ['leads back to the library: a → b → c → a']);
  t.same(messagesOf('d', { a: 'b', b: 'a', d: 'a' }), []);
  const deep = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`l${n}`, `l${n + 1}`]));
  t.same(messagesOf('l0', deep), ['has more than 32 libraries above it']);
});

t.test('names categories nobody has and ids that stand twice', async (t) => {
  const known = [{ id: 'law' }, { id: 'arts' }];
  t.same(categoryProblems({ categories: ['law', 'laws'] }, known), [
    { pointer: '/categories/1', message: 'laws is not a known category' },
  ]);
  t.same(repeatedIds([...known, { id: 'law' }], '/groups'), [
    { pointer: '/groups/2/id', message: 'law stands there already' },
  ]);
});

t.test('guanji check says file and line of each', async (t) => {
  const folder = t.testdir({});
  const file = (id: string, more: object) =>
    writeFile(
      join(folder, `${id}.yaml`),
      Object.entries({ ...minimalDocument(id), ...more })
        .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
        .join('\n'),
    );
  await file('main', { parent: 'branch' });
  await file('branch', { parent: 'main', categories: ['engineering', 'alchemy'] });
  await file('lost', { parent: 'nowhere' });
  const cli = join(import.meta.dirname, '../../src/cli/main.ts');
  const run = promisify(execFile)(process.execPath, [cli, 'check', folder]);
  const { stdout, code } = (await run.catch((error) => error)) as { stdout: string; code: number };
  t.equal(code, 2);
  t.match(stdout, /branch\.yaml:\d+: \/parent: leads back .* branch → main → branch/);
  t.match(stdout, /branch\.yaml:\d+: \/categories\/1: alchemy is not a known category/);
  t.match(stdout, /main\.yaml:\d+: \/parent: leads back/);
  t.match(stdout, /lost\.yaml:\d+: \/parent: nowhere is not a known library/);
  t.match(stdout, /3 library files checked: 4 faults/);
});
