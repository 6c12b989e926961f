import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { embeddedFolder } from '../support/database.ts';

t.setTimeout(240_000);

const root = join(import.meta.dirname, '../..');

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

function run(script: string, args: readonly string[], environment: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, ...args],
    { cwd: root, env: { ...process.env, PORT: '0', LOG_LEVEL: 'silent', ...environment } },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code) => resolve({ code, said })),
  );
  return { child, ended, said: () => said };
}

t.test('a database that cannot be opened stops the start with a sentence', async (t) => {
  const data = t.testdir({ connectors: {} });
  const { code, said } = await run('src/main.ts', [], {
    GUANJI_DATA: data,
    GUANJI_CONNECTORS: join(data, 'connectors'),
    DATABASE_URL: 'postgres://guanji:secret@127.0.0.1:1/guanji',
  }).ended;
  t.equal(code, 2);
  t.match(said, /the database of DATABASE_URL cannot be opened: .*ECONNREFUSED/);
  t.notMatch(said, /secret/, 'and tells no password');
});

t.test('a folder that another gateway has open is left alone', async (t) => {
  const data = await embeddedFolder();
  t.teardown(() => rm(data, { recursive: true, force: true }));
  const environment = { GUANJI_DATA: data, GUANJI_CONNECTORS: t.testdir() };
  const first = run('src/main.ts', [], environment);
  t.teardown(() => first.child.kill('SIGTERM'));
  const address = await new Promise<string>((resolve) => {
    first.child.stderr.on('data', () => {
      const listening = /listens on (http:\S+?)\/?\s/.exec(first.said())?.[1];
      if (listening) resolve(listening);
    });
  });
  const libraries = await fetch(`${address}/api/v1/libraries`);
  t.not(libraries.status, 404, 'searching has begun, whether the database is open or not');
  for (;;) {
    const { status } = await fetch(`${address}/readyz`);
    if (status === 200) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const second = await run('src/main.ts', [], environment).ended;
  t.equal(second.code, 2);
  t.match(second.said, /cannot be opened/);
  const migrating = await run('src/cli/main.ts', ['migrate'], environment).ended;
  t.equal(migrating.code, 2);
  t.match(migrating.said, /cannot be used/);
  first.child.kill('SIGTERM');
  t.equal((await first.ended).code, 0, 'and the first one ends cleanly');
});
