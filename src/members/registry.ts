import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LibraryInput } from './document.ts';

/** Keeps the documents that libraries registered through the API; they survive a restart. */
export interface Registry {
  load(): Promise<LibraryInput[]>;
  save(input: LibraryInput): Promise<void>;
  remove(id: string): Promise<void>;
}

/**
 * One JSON file per library under the data folder. A file is replaced whole (write, fsync, rename), so
 * that a crash leaves the old document or the new one, never half of either.
 */
export function createFileRegistry(dataFolder: string): Registry {
  const folder = join(dataFolder, 'libraries');
  const fileOf = (id: string) => join(folder, `${id}.json`);
  return {
    async load() {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [] as string[];
        throw error;
      });
      const inputs: LibraryInput[] = [];
      for (const name of names.filter((entry) => entry.endsWith('.json')).sort()) {
        inputs.push(JSON.parse(await readFile(join(folder, name), 'utf8')) as LibraryInput);
      }
      return inputs;
    },
    async save(input) {
      await mkdir(folder, { recursive: true });
      const next = `${fileOf(input.id)}.next`;
      const handle = await open(next, 'w', 0o600);
      try {
        await handle.writeFile(`${JSON.stringify(input, null, 2)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(next, fileOf(input.id));
    },
    async remove(id) {
      await rm(fileOf(id), { force: true });
    },
  };
}
