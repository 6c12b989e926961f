import { join } from 'node:path';
import t from 'tap';
import { checkLibrary } from '../../src/members/check.ts';
import { createDirectory, DuplicateLibraryError } from '../../src/members/directory.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import { readLibraryFiles } from '../../src/members/files.ts';
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

t.test('leaves out of the default set who does not offer search today', async (t) => {
  const until = minimalDocument('until', { services: { search: { to: '2026-11-19' } } });
  const from = minimalDocument('from', { services: { search: { from: '2026-11-20' } } });
  const never = minimalDocument('never', { services: { search: false } });
  const directory = directoryOf(until, from, never);
  const clock = { now: () => new Date('2026-11-20T04:00:00Z') };
  t.same(defaultSet(directory, rules, clock), ['from']);
  t.same(defaultSet(directory, { ...rules, defaultLibraries: ['until', 'from'] }, clock), ['from']);
  t.same(selectLibraries(['until'], directory, rules, clock), { ids: ['until'] }, 'chosen by name');
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
