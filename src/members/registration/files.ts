import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { addressesOf } from './addresses.ts';
import type { RegistrationContext } from './context.ts';
import { takeOverLibrary } from './register.ts';

/** The folder in which earlier versions of the gateway kept what was registered, a JSON file each. */
const keptFolder = (data: string) => join(data, 'libraries');

/** Names of the files that were not taken over yet. */
export async function keptFiles(data: string): Promise<readonly string[]> {
  const names = await readdir(keptFolder(data)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[];
    throw error;
  });
  return names.filter((name) => name.endsWith('.json')).sort();
}

export interface TakenOver {
  readonly file: string;
  /** Why the file was left alone, or null. */
  readonly fault: string | null;
}

/**
 * Takes the files over into the database. Each stays where it is under another name; one that cannot
 * be used stays as it is, and is tried again at the next start.
 */
export async function takeOverFiles(
  context: Pick<RegistrationContext, 'database' | 'clock' | 'check'>,
  data: string,
): Promise<readonly TakenOver[]> {
  const taken: TakenOver[] = [];
  for (const name of await keptFiles(data)) {
    const file = join(keptFolder(data), name);
    const fault = await takeOverFile(context, file);
    if (fault === null) await rename(file, `${file}.imported`);
    taken.push({ file, fault });
  }
  return taken;
}

async function takeOverFile(
  context: Pick<RegistrationContext, 'database' | 'clock' | 'check'>,
  file: string,
): Promise<string | null> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    return (error as Error).message;
  }
  const checked = context.check(value);
  if ('faults' in checked) {
    return checked.faults.map(({ pointer, message }) => `${pointer}: ${message}`).join('; ');
  }
  const anywhere = addressesOf(checked.library.connector).map((address) => ({
    ...address,
    ranges: null,
  }));
  // Another gateway with the same database may have been faster; what it wrote counts.
  await takeOverLibrary(context, checked, anywhere);
  return null;
}
