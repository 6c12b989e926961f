import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSettings } from '../config.ts';
import { checkLibrary } from '../members/check.ts';
import type { LibraryDocument } from '../members/document.ts';
import { exportTargets, type TargetFormat, targetFormats } from '../members/export/targets.ts';
import { readLibraryFiles } from '../members/files.ts';
import { type Imported, importTargets } from '../members/import/index.ts';
import { printDocument } from '../probe/index.ts';
import { InputError } from './errors.ts';
import { oneOf, readBytes } from './input.ts';
import { print, printJson } from './output.ts';
import { registeredDocument } from './registered.ts';
import { safeText } from './terminal.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ImportOptions {
  readonly write?: string;
  readonly json?: boolean;
}

/**
 * `guanji import`: other programs' targets as drafts, none of which is asked by anybody. With `--write` they
 * become files, one each, beside what is there already. Exits 0 if one draft was made, else 1.
 */
export async function importCommand(file: string, options: ImportOptions): Promise<number> {
  const imported = importTargets(await readBytes(file));
  if (options.json) await printJson(imported);
  else await printImported(imported);
  if (options.write !== undefined) await writeDrafts(options.write, imported, file);
  return imported.drafts.length > 0 ? 0 : 1;
}

async function printImported({ format, drafts, refused }: Imported): Promise<void> {
  for (const { input, notes } of drafts) {
    await print(`draft    ${input.id}  ${safeText(input.name.zh)}\n`);
    for (const { zh, en } of notes) await print(`         → ${zh} / ${en}\n`);
  }
  for (const { target, why } of refused) {
    await print(`refused  ${safeText(target)}  ${safeText(why.zh)} / ${safeText(why.en)}\n`);
  }
  await print(`${format}: ${drafts.length} drafts, ${refused.length} refused\n`);
}

async function writeDrafts(folder: string, { drafts }: Imported, from: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  let written = 0;
  for (const { input, notes } of drafts) {
    const name = join(folder, `${input.id}.yaml`);
    const remarks = [
      `Imported from ${from.split('/').at(-1)}. Never verified against the live server.`,
      ...notes.map(({ en }) => en),
    ];
    const text = `${remarks.map((line) => `# ${line.replace(/\s+/g, ' ')}\n`).join('')}${printDocument(input)}`;
    try {
      await writeFile(name, text, { flag: 'wx' });
      written += 1;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      process.stderr.write(`guanji: ${name} is there already and stays as it is\n`);
    }
  }
  process.stderr.write(`guanji: files written to ${folder}: ${written}\n`);
}

export interface TargetsOptions {
  readonly to: string;
  readonly out?: string;
}

/**
 * `guanji targets`: libraries as settings of Pazpar2 or ZeeRex descriptions; those of GUANJI_CONNECTORS, or
 * the named ones of it and of the registered ones. Exits 0 if one was written, else 1.
 */
export async function targetsCommand(
  ids: readonly string[],
  { to, out }: TargetsOptions,
  environment: Environment,
): Promise<number> {
  const format = oneOf<TargetFormat>('--to', to, targetFormats);
  const libraries = await chosenLibraries(ids, environment);
  const { files, left } = exportTargets(libraries, format);
  for (const { library, why } of left) {
    process.stderr.write(`guanji: ${library} is left out: ${why.zh} / ${why.en}\n`);
  }
  if (out === undefined) {
    if (files.length > 1) throw new InputError(`${files.length} files: name a folder with --out`);
    for (const { text } of files) await print(text);
  } else {
    await mkdir(out, { recursive: true });
    for (const { name, text } of files) await writeFile(join(out, name), text);
    process.stderr.write(`guanji: files written to ${out}: ${files.length}\n`);
  }
  return files.length > 0 ? 0 : 1;
}

async function chosenLibraries(
  ids: readonly string[],
  environment: Environment,
): Promise<readonly LibraryDocument[]> {
  const settings = await readSettings(environment);
  const { connectors } = settings;
  const files = connectors === null ? null : await readLibraryFiles(connectors, environment);
  const known = new Map(files?.libraries.map(({ library }) => [library.id, library]));
  if (ids.length === 0) {
    if (files !== null) return [...known.values()];
    throw new InputError('name libraries, or a folder of them with GUANJI_CONNECTORS');
  }
  const chosen: LibraryDocument[] = [];
  for (const id of ids) {
    const library = known.get(id);
    const input = library === undefined ? await registeredDocument(settings, id) : null;
    const checked = input === null ? null : checkLibrary(input, environment);
    if (library !== undefined) chosen.push(library);
    else if (checked !== null && 'library' in checked) chosen.push(checked.library);
    else throw new InputError(`no library has the id ${id}`);
  }
  return chosen;
}
