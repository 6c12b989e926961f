import fs from 'node:fs';
import { cp } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { scratch, scratchFolder } from './scratch.ts';

/** What a power cut would leave of a folder: each file as it was when it was last synced. */
export interface SyncedImage {
  /** Syncs seen since the watch began. */
  readonly syncs: () => number;
  /** A folder with what is on disk for sure at this moment. */
  cut(): Promise<string>;
  /**
   * Cuts right after so many further syncs, in the middle of whatever is being done then; the
   * function gives the folder with what is on disk, and null before that.
   */
  cutAfter(further: number): () => string | null;
  /** Ends the watch and removes the image. */
  stop(): void;
}

/**
 * Watches this process's fsync calls on files below a folder whose present content is synced, and
 * keeps an image that follows them only. It is worse than most cuts, as nothing unsynced gets
 * through by luck. Reads names of open files from /proc, so it needs Linux.
 */
export async function watchSyncs(folder: string): Promise<SyncedImage> {
  // File systems keep times by the tick; what is older than this has not changed since.
  const unchangedMs = Date.now() - 1000;
  const image = await scratchFolder('image');
  await cp(folder, image, { recursive: true, filter: isPlain });
  const { fsyncSync } = fs;
  let syncs = 0;
  let cutAt: number | null = null;
  let left: string | null = null;
  fs.fsyncSync = (handle) => {
    // The image stands for the disk, so nothing has to reach the real one.
    syncs++;
    const path = fs.readlinkSync(`/proc/self/fd/${handle}`);
    const below = relative(folder, path);
    const facts = fs.fstatSync(handle);
    const copy = join(image, below);
    const known = facts.mtimeMs < unchangedMs && fs.existsSync(copy);
    if (!below.startsWith('..') && facts.isFile() && !known) {
      fs.mkdirSync(dirname(copy), { recursive: true });
      fs.copyFileSync(path, copy);
    }
    if (syncs !== cutAt) return;
    left = fs.mkdtempSync(join(scratch, 'guanji-cut-'));
    fs.cpSync(image, left, { recursive: true });
  };
  syncBuiltinESMExports();
  return {
    syncs: () => syncs,
    async cut() {
      const left = await scratchFolder('cut');
      await cp(image, left, { recursive: true });
      return left;
    },
    cutAfter(further) {
      cutAt = syncs + further;
      return () => left;
    },
    stop() {
      fs.fsyncSync = fsyncSync;
      syncBuiltinESMExports();
      fs.rmSync(image, { recursive: true, force: true });
    },
  };
}

/** Everything but the lock, which is a socket. */
function isPlain(path: string): boolean {
  return !fs.lstatSync(path).isSocket();
}
