import { statfsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux keeps what is in here in memory. */
const memory = '/dev/shm';

/** A database of a test takes 50 MB, and a dozen may be open; containers often have 64 MB here in all. */
const leastBytes = 2 ** 31;

/**
 * Where tests keep databases and indexes. On a disk every commit waits for its sync, and a third of a test's
 * processor time is writing; what is synced when is proved by counting the calls, not by a disk.
 */
export const scratch = hasRoom(memory) ? memory : tmpdir();

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= leastBytes;
  } catch {
    return false;
  }
}

/** A new folder that the caller removes. */
export function scratchFolder(name: string): Promise<string> {
  return mkdtemp(join(scratch, `guanji-${name}-`));
}
