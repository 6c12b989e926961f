import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { checkLibrary } from '../../src/members/check.ts';
import { createDirectory, DuplicateLibraryError } from '../../src/members/directory.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import { readLibraryFiles } from '../../src/members/files.ts';
import { findLibraries, withinOneEdit } from '../../src/members/find.ts';
import { createFileRegistry } from '../../src/members/registry.ts';
import { defaultSet, selectLibraries } from '../../src/members/selection.ts';
import { minimalDocument } from '../support/documents.ts';

function directoryOf(...inputs: LibraryInput[]) {
  const directory = createDirectory();
  for (const input of inputs) {
    const checked = checkLibrary(input, {});
    if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
    directory.put(checked.library, input, 'file');
  }
  return directory;
}

const rules = {
  groups: [{ id: 'near', libraries: ['lib1', 'lib2'] }],
  defaultLibraries: [],
  maxLibraries: 10,
};
const twelve = Array.from({ length: 12 }, (_, n) => minimalDocument(`lib${n + 1}`));
const national = minimalDocument('nation', { outsideLimit: true });

t.test('takes ten counted libraries and those outside the limit beside them', async (t) => {
  const directory = directoryOf(...twelve, national);
  const ten = twelve.slice(0, 10).map(({ id }) => id);
  t.same(selectLibraries([...ten, 'nation'], directory, rules), { ids: [...ten, 'nation'] });
  t.same(defaultSet(directory, rules), [...ten, 'nation']);
  const eleven = selectLibraries([...ten, 'lib11'], directory, rules);
  t.match(eleven, { problems: [{ pointer: '/libraries', message: /at most 10 .* not 11/ }] });
});

t.test('takes groups, forgets repeats and names every unknown library', async (t) => {
  const directory = directoryOf(...twelve, minimalDocument('hidden', { status: 'draft' }));
  t.same(selectLibraries(['@near', 'lib1'], directory, rules), { ids: ['lib1', 'lib2'] });
  const wrong = selectLibraries(['nobody', '@far', 'hidden'], directory, rules);
  t.ok('problems' in wrong && wrong.problems.length === 3);
});

t.test('tells of changes and refuses one id from two origins', async (t) => {
  const directory = directoryOf(minimalDocument('lib1'));
  const told: string[] = [];
  directory.onChange((id, entry) => told.push(`${id} ${entry ? 'changed' : 'gone'}`));
  const again = checkLibrary(minimalDocument('lib1', { aliases: ['新名'] }), {});
  if ('faults' in again) throw new Error('not valid');
  directory.put(again.library, again.input, 'file');
  directory.put(again.library, again.input, 'file');
  t.throws(() => directory.put(again.library, again.input, 'registered'), DuplicateLibraryError);
  directory.remove('lib1');
  t.same(told, ['lib1 changed', 'lib1 gone']);
});

t.test('finds a library by every spelling a reader tries', async (t) => {
  const named = (id: string, zh: string, en = '') => minimalDocument(id, { name: { zh, en } });
  const directory = directoryOf(
    named('bupt', '北京邮电大学图书馆', 'BUPT Library'),
    named('cnu', '首都师范大学图书馆'),
    named('music', '中央音乐学院图书馆'),
    named('cuc', '中国传媒大学图书馆'),
  );
  const found = (text: string) =>
    findLibraries(directory.list(), text).map(({ library }) => library.id);
  for (const text of ['北京邮电', '邮电', 'bjyddx', 'bjydx', 'BJYDXX', 'beijingyoudian', 'bupt']) {
    t.equal(found(text)[0], 'bupt', text);
  }
  t.equal(found('sdsf')[0], 'cnu');
  t.equal(found('zyyy')[0], 'music');
  t.equal(found('zgcm')[0], 'cuc');
  t.same(found('zzzzzz'), []);
});

t.test('one edit is one insertion, deletion, replacement or swap', async (t) => {
  for (const [a, b] of [
    ['abc', 'abcd'],
    ['abcd', 'abc'],
    ['abc', 'axc'],
    ['abc', 'acb'],
    ['a', 'a'],
  ]) {
    t.ok(withinOneEdit(a ?? '', b ?? ''), `${a} ${b}`);
  }
  for (const [a, b] of [
    ['abc', 'xyc'],
    ['abc', 'abcde'],
    ['abcd', 'dcba'],
  ]) {
    t.notOk(withinOneEdit(a ?? '', b ?? ''), `${a} ${b}`);
  }
});

t.test('reads a folder of files and lists the faults of all of them', async (t) => {
  const folder = t.testdir({
    'a.yaml': JSON.stringify(minimalDocument('one')),
    'b.yml': 'id: [',
    'c.yaml': JSON.stringify(minimalDocument('one')),
    'notes.txt': 'not a library',
  });
  const files = await readLibraryFiles(folder, {});
  t.same(
    files.libraries.map(({ library }) => library.id),
    ['one'],
  );
  t.ok(files.faults.length >= 2);
  t.match((await readLibraryFiles(join(folder, 'none'), {})).faults, [
    { message: /cannot be read/ },
  ]);
});

t.test('a registered document survives a restart, whole', async (t) => {
  const folder = t.testdir({});
  const registry = createFileRegistry(folder);
  t.same(await registry.load(), []);
  await registry.save(minimalDocument('kept'));
  await registry.save(minimalDocument('kept', { aliases: ['第二版'] }));
  await mkdir(join(folder, 'libraries'), { recursive: true });
  await writeFile(join(folder, 'libraries', 'kept.json.next'), '{"half": ');
  t.match(await createFileRegistry(folder).load(), [{ id: 'kept', aliases: ['第二版'] }]);
  await registry.remove('kept');
  await registry.remove('kept');
  t.same(await registry.load(), []);
});
