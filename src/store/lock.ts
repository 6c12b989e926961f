import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { StoreError } from './errors.ts';

/** Bytes of a Unix socket's path: 104 on macOS, 108 on Linux; what we add to one fits in the rest. */
const maxSocketPath = 90;

const pauseMs = 25;

/** Taking over lasts milliseconds; a mark older than this is from a process killed meanwhile. */
const staleTakeoverMs = 10_000;

/**
 * Attempts to take a lock that others try to take as well. They outlast a stale mark, so that a start
 * after a kill at the worst moment is slow and not refused.
 */
const maxAttempts = (staleTakeoverMs + 2000) / pauseMs;

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
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const server = await listen(path);
    if (server !== null) return { release: () => closed(server) };
    if (await answers(path)) break;
    if (!(await removeDead(path))) await setTimeout(pauseMs);
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
 * Removes a socket that nobody listens on; false if another process is doing so. One process at a
 * time asks and removes, marked by a folder, so that nobody removes a lock that was taken between
 * the two; others can listen only after the removal.
 */
async function removeDead(path: string): Promise<boolean> {
  const mark = `${path}.taking`;
  try {
    mkdirSync(mark);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const made = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - made > staleTakeoverMs) rmSync(mark, { recursive: true, force: true });
    return false;
  }
  try {
    if (!(await answers(path))) rmSync(path, { force: true });
    return true;
  } finally {
    rmSync(mark, { recursive: true, force: true });
  }
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
