import { readFile } from 'node:fs/promises';
import { type DirectoryShape, readDirectoryShape, readSettings, SettingsError } from '../config.ts';
import { type Fault, printFault } from '../members/faults.ts';
import { type LibraryFiles, readLibraryFiles } from '../members/files.ts';
import { categoryProblems, parentProblems, repeatedIds } from '../members/relations.ts';
import { readYaml } from '../members/yaml.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `guanji check`: every setting and library file, every fault, nothing started. Exits 2 on any fault. */
export async function checkCommand(
  folders: readonly string[],
  environment: Environment,
): Promise<number> {
  const faults: Fault[] = [];
  let libraries = 0;
  let configured: string | null = null;
  let shape: DirectoryShape | null = null;
  try {
    const settings = await readSettings(environment);
    configured = settings.connectors;
    shape = await readDirectoryShape(settings);
    faults.push(...shapeFaults(shape, settings.directory));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    faults.push(...error.faults);
  }
  const wanted = folders.length > 0 ? folders : configured === null ? [] : [configured];
  for (const folder of wanted) {
    const files = await readLibraryFiles(folder, environment);
    libraries += files.libraries.length;
    faults.push(...files.faults, ...(await relationFaults(files, shape)));
  }
  for (const fault of faults) process.stdout.write(`${printFault(fault)}\n`);
  const verdict = faults.length === 0 ? 'all right' : `${faults.length} faults`;
  process.stdout.write(`settings and ${libraries} library files checked: ${verdict}\n`);
  return faults.length === 0 ? 0 : 2;
}

function shapeFaults(shape: DirectoryShape, file: string): readonly Fault[] {
  return [
    ...repeatedIds(shape.categories, '/categories'),
    ...repeatedIds(shape.groups, '/groups'),
  ].map((problem) => ({ file, line: null, ...problem }));
}

/** What no file shows by itself: parents that are not there or lead in a ring, unknown categories. */
async function relationFaults(
  { libraries, faults: unread }: LibraryFiles,
  shape: DirectoryShape | null,
): Promise<readonly Fault[]> {
  // A file that cannot be used would be missed as a parent, which is not what is wrong.
  if (unread.length > 0) return [];
  const byId = new Map(libraries.map(({ library }) => [library.id, library]));
  const faults: Fault[] = [];
  for (const { library, file } of libraries) {
    const problems = [
      ...parentProblems(library, (id) => byId.get(id)),
      ...(shape === null ? [] : categoryProblems(library, shape.categories)),
    ];
    if (problems.length === 0) continue;
    const source = readYaml(await readFile(file, 'utf8'), file);
    const lineOf = (pointer: string) => ('faults' in source ? null : source.lineOf(pointer));
    faults.push(
      ...problems.map((problem) => ({ file, line: lineOf(problem.pointer), ...problem })),
    );
  }
  return faults;
}
