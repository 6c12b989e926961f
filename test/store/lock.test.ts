import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openDatabase } from '../../src/store/database.ts';
import { StoreError } from '../../src/store/errors.ts';
import { lockFolder } from '../../src/store/lock.ts';

t.test('opens an embedded database for one process only', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'guanji-lock-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const cluster = join(folder, 'database');
  const lock = await lockFolder(cluster);
  const inUse = { name: 'StoreError', code: 'folder_in_use' };
  await t.rejects(openDatabase({ folder }), inUse);
  await lock.release();
  t.notOk(existsSync(`${cluster}.lock`), 'and lets go of it whole');
});

/** Leaves the lock as a killed process leaves it: its socket is there, and nobody listens. */
async function killHolder(cluster: string, whileHeld: () => Promise<unknown>): Promise<void> {
  const source = `import { lockFolder } from ${JSON.stringify(import.meta.resolve('../../src/store/lock.ts'))};
    await lockFolder(process.argv[1]); console.log('held'); setInterval(() => {}, 1000);`;
  const holder = spawn(
    process.execPath,
    ['--input-type=module-typescript', '-e', source, cluster],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(holder.stdout, 'data');
  await whileHeld();
  holder.kill('SIGKILL');
  await once(holder, 'exit');
}

t.test('takes over the lock of a killed process, and one of many does', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'guanji-lock-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const cluster = join(folder, 'database');
  await killHolder(cluster, () => t.rejects(lockFolder(cluster), { code: 'folder_in_use' }));
  t.ok(existsSync(`${cluster}.lock`), 'a killed process leaves its socket');

  const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(cluster)));
  const held = attempts.filter((attempt) => attempt.status === 'fulfilled');
  t.equal(held.length, 1);
  t.ok(
    attempts.every((a) => a.status === 'fulfilled' || a.reason instanceof StoreError),
    'the others are told so',
  );
  for (const attempt of held) await attempt.value.release();
});

t.test('takes over from a process that was killed while it took over', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'guanji-lock-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const cluster = join(folder, 'database');
  await killHolder(cluster, async () => {});
  await mkdir(`${cluster}.lock.taking`);
  const secondsAgo = new Date(Date.now() - 4000);
  await utimes(`${cluster}.lock.taking`, secondsAgo, secondsAgo);
  await (await lockFolder(cluster)).release();
  t.notOk(existsSync(`${cluster}.lock.taking`), 'and its mark is gone');
});

t.test('locks a folder whose path is too long for a socket', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'guanji-lock-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const deep = join(folder, 'x'.repeat(120), 'database');
  await mkdir(deep, { recursive: true });
  const lock = await lockFolder(deep);
  await t.rejects(lockFolder(deep), { code: 'folder_in_use' });
  await lock.release();
  await (await lockFolder(deep)).release();
});
