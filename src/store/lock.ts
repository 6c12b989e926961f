import { createHash, randomUUID } from 'node:crypto';
import { linkSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { StoreError } from './errors.ts';

/** Bytes of a Unix socket's path: 104 on macOS, 108 on Linux; what we add to one fits in the rest. */
const maxSocketPath = 90;

/** Times a lock left behind is cleared away before giving up. */
const maxTakeovers = 5;

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Makes sure that one process at a time works in a folder. The lock is a listening Unix socket: it
 * dies with its owner however that ends, which a lock file does not, and Node has no flock.
 * Throws StoreError folder_in_use.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = socketPath(folder);
  for (let attempt = 0; attempt < maxTakeovers; attempt++) {
    const server = await listen(path);
    if (server !== null) return { release: () => closed(server) };
    if (await answers(path)) break;
    if (!(await clearDead(path))) break;
  }
  throw new StoreError('folder_in_use', `another process has the database in ${folder} open`);
}

/** Beside the folder, or, where that path is too long for a socket, in /tmp by its digest. */
function socketPath(folder: string): string {
  const path = `${folder}.lock`;
  if (Buffer.byteLength(path) <= maxSocketPath) return path;
  return `/tmp/guanji-${createHash('sha256').update(path).digest('hex').slice(0, 32)}.lock`;
}

/**
 * Moves a socket that nobody listens on out of the way; false if somebody does after all. It is
 * moved before it is removed, so that a lock taken between the question and the removal is noticed
 * and put back.
 */
async function clearDead(path: string): Promise<boolean> {
  const aside = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
  const alive = await answers(aside);
  try {
    if (alive) linkSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
  return !alive;
}

function listen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
