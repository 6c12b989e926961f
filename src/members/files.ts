import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checked, checkLibraryFile } from './check.ts';
import type { LibraryDocument, LibraryInput } from './document.ts';
import type { Fault } from './faults.ts';

export interface LibraryFiles {
  readonly libraries: readonly { library: LibraryDocument; input: LibraryInput; file: string }[];
  readonly faults: readonly Fault[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads every `*.yaml` and `*.yml` file of a folder, in name order; a missing folder is a fault. */
export async function readLibraryFiles(
  folder: string,
  environment: Environment,
): Promise<LibraryFiles> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
  } catch (error) {
    const message = `cannot be read: ${(error as Error).message}`;
    return { libraries: [], faults: [{ file: folder, line: null, pointer: '', message }] };
  }
  const libraries: { library: LibraryDocument; input: LibraryInput; file: string }[] = [];
  const faults: Fault[] = [];
  const seen = new Map<string, string>();
  for (const name of names) {
    const file = join(folder, name);
    const checked = await readOne(file, environment);
    if ('faults' in checked) {
      faults.push(...checked.faults);
      continue;
    }
    const { id } = checked.library;
    const first = seen.get(id);
    if (first) {
      faults.push({ file, line: 1, pointer: '/id', message: `${id} stands in ${first} already` });
    } else {
      seen.set(id, file);
      libraries.push({ ...checked, file });
    }
  }
  return { libraries, faults };
}

async function readOne(file: string, environment: Environment): Promise<Checked> {
  try {
    return checkLibraryFile(await readFile(file, 'utf8'), file, environment);
  } catch (error) {
    const message = `cannot be read: ${(error as Error).message}`;
    return { faults: [{ file, line: null, pointer: '', message }] };
  }
}

/**
 * Calls `changed` once a burst of changes in the folder has settled for `settleMs`. One call ends before
 * the next begins, so that what was read first is never put over what was read last.
 */
export function watchLibraryFiles(
  folder: string,
  changed: () => Promise<void> | void,
  settleMs = 200,
): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  let last: Promise<void> = Promise.resolve();
  const settled = () => {
    last = last.then(changed);
  };
  try {
    watcher = watch(folder, { persistent: false }, () => {
      clearTimeout(timer);
      timer = setTimeout(settled, settleMs);
      timer.unref();
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // A folder that cannot be watched is still read at start.
  }
  return {
    close() {
      clearTimeout(timer);
      watcher?.close();
    },
  };
}
