import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { type FolderLock, lockFolder } from './lock.ts';

export interface Embedded {
  readonly engine: PGlite;
  /** Closes the engine, then lets go of the folder. */
  close(): Promise<void>;
}

/**
 * PGlite's file system for Node plus the call it leaves out. As shipped, its commits reach the
 * page cache only: they outlive a killed process but not a power cut. `NODEFS` is a name from
 * inside PGlite, which is why its version is pinned and a test counts syncs per commit.
 */
class DurableFileSystem extends NodeFS {
  override async init(...parameters: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...parameters);
    const addSync = (module: object) => {
      const { NODEFS } = module as { NODEFS: { stream_ops: Record<string, unknown> } };
      NODEFS.stream_ops.fsync = (stream: { nfd?: number }) => {
        if (stream.nfd !== undefined) fsyncSync(stream.nfd);
        return 0;
      };
    };
    const preRun = [addSync, ...(emscriptenOpts.preRun ?? [])];
    return { emscriptenOpts: { ...emscriptenOpts, preRun } } as never;
  }
}

/** fdatasync is a stub inside PGlite, so the log is written with fsync. */
const settings = ['fsync=on', 'wal_sync_method=fsync', 'shared_buffers=16MB', 'timezone=UTC'];

/** In the cluster's folder once everything in it is known to be on disk. */
const marker = 'guanji.synced';

/** Opens the cluster in `<folder>/database`, making it at first. Throws StoreError folder_in_use. */
export async function openEmbedded(folder: string): Promise<Embedded> {
  const cluster = join(resolve(folder), 'database');
  await mkdir(dirname(cluster), { recursive: true, mode: 0o700 });
  const lock = await lockFolder(cluster);
  try {
    setAsideUnfinished(cluster);
    const engine = await PGlite.create({
      fs: new DurableFileSystem(cluster),
      startParams: [
        ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
        ...settings.flatMap((setting) => ['-c', setting]),
      ],
    });
    if (!existsSync(join(cluster, marker))) await bringToDisk(engine, cluster);
    return { engine, close: () => closeInOrder(engine, lock) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function closeInOrder(engine: PGlite, lock: FolderLock): Promise<void> {
  try {
    if (!engine.closed) await engine.close();
  } finally {
    await lock.release();
  }
}

/**
 * A cluster without the marker was cut off while it was made: nothing was ever acknowledged from
 * it, and after a power cut it may not open. It is kept beside the new one rather than removed.
 */
function setAsideUnfinished(cluster: string): void {
  if (!existsSync(cluster) || existsSync(join(cluster, marker))) return;
  const aside = `${cluster}.unfinished`;
  rmSync(aside, { recursive: true, force: true });
  renameSync(cluster, aside);
}

/** Making a cluster syncs nothing, so all of it is synced once; commits sync themselves. */
async function bringToDisk(engine: PGlite, cluster: string): Promise<void> {
  await engine.exec('checkpoint');
  const entries = await readdir(cluster, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() || entry.isDirectory());
  for (const entry of files) syncPath(join(entry.parentPath, entry.name));
  const handle = openSync(join(cluster, marker), 'w');
  writeSync(
    handle,
    'The cluster in this folder was on disk, all of it, when this file was written.\n',
  );
  fsyncSync(handle);
  closeSync(handle);
  syncPath(cluster);
  syncPath(dirname(cluster));
}

function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
