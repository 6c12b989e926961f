import fs from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** What a power cut would leave of a folder: each file as it was when it was last synced. */
export interface SyncedImage {
  /** Syncs seen since the watch began. */
  readonly syncs: () => number;
  /** A folder with what is on disk for sure at this moment. */
  cut(): Promise<string>;
  /** Ends the watch and removes the image. */
  stop(): void;
}

/**
 * Watches this process's fsync calls on files below a folder whose present content is synced, and
 * keeps an image that follows them only. It is worse than most cuts, as nothing unsynced gets
 * through by luck. Reads names of open files from /proc, so it needs Linux.
 */
export async function watchSyncs(folder: string): Promise<SyncedImage> {
  const image = await mkdtemp(join(tmpdir(), 'guanji-image-'));
  await cp(folder, image, { recursive: true, filter: isPlain });
  const { fsyncSync } = fs;
  let syncs = 0;
  fs.fsyncSync = (handle) => {
    fsyncSync(handle);
    syncs++;
    const path = fs.readlinkSync(`/proc/self/fd/${handle}`);
    const below = relative(folder, path);
    if (below.startsWith('..') || !fs.statSync(path).isFile()) return;
    const copy = join(image, below);
    fs.mkdirSync(dirname(copy), { recursive: true });
    fs.copyFileSync(path, copy);
  };
  syncBuiltinESMExports();
  return {
    syncs: () => syncs,
    async cut() {
      const left = await mkdtemp(join(tmpdir(), 'guanji-cut-'));
      await cp(image, left, { recursive: true });
      return left;
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
