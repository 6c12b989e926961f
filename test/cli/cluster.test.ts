import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import t from 'tap';
import { stringify } from 'yaml';
import { startSandbox } from '../../src/sandbox/index.ts';
import { cacheUrl, flushPrefix, newPrefix, withoutRedis } from '../support/redis.ts';
import { skipUnless } from '../support/requirements.ts';
import { doorAt } from '../support/search-suite.ts';

const root = join(import.meta.dirname, '../..');
const serverUrl =
  process.env.GUANJI_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

async function onServer(text: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: serverUrl });
  try {
    await client.connect();
    await client.query(text);
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

const skip =
  (await withoutRedis()) || skipUnless(await onServer('select 1'), 'no PostgreSQL answers');

/** A gateway of two processes over two demonstration libraries, with one Redis and one PostgreSQL. */
async function start(t: Pick<typeof import('tap').t, 'teardown' | 'testdir'>) {
  const prefix = newPrefix();
  t.teardown(() => flushPrefix(prefix));
  const name = `guanji_cluster_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name}`);
  t.teardown(() => onServer(`drop database if exists ${name} with (force)`));
  const sandbox = await startSandbox({ libraries: ['demo-chem', 'demo-comp'], delays: false });
  t.teardown(() => sandbox.close());
  const folder = t.testdir({ libraries: {}, data: {} });
  for (const document of sandbox.documents) {
    await writeFile(join(folder, 'libraries', `${document.id}.yaml`), stringify(document));
  }
  const shipped = await readFile(join(root, 'config/gateway.yaml'), 'utf8');
  const settings = shipped
    .replace(/^processes: 1/m, 'processes: 2')
    .replace(/^ {2}prefix: .*$/m, `  prefix: ${prefix}`);
  await writeFile(join(folder, 'gateway.yaml'), settings);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts'], {
    cwd: root,
    env: {
      ...process.env,
      PORT: '0',
      LOG_LEVEL: 'warn',
      GUANJI_CONFIG: join(folder, 'gateway.yaml'),
      GUANJI_CONNECTORS: join(folder, 'libraries'),
      GUANJI_DATA: join(folder, 'data'),
      GUANJI_EGRESS_ALLOW: '127.0.0.0/8:1-65535',
      DATABASE_URL: Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href,
      CACHE_URL: cacheUrl,
    },
  });
  t.teardown(() => child.kill('SIGKILL'));
  const said = listenTo(child);
  const [, address = ''] = await said(/listens on (http:\S+) with 2 processes/);
  await said(/Administrator's token/);
  return { child, said, door: doorAt(address) };
}

/** Waits until the process has said something; fails with all it said when it ends first. */
function listenTo(child: ChildProcess) {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stdout?.resume();
  return async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(text);
      if (found !== null) return found;
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${text}`);
      await Promise.race([
        once(child.stderr as NonNullable<typeof child.stderr>, 'data'),
        once(child, 'exit'),
      ]);
    }
  };
}

t.test(
  'two processes are replaced one after another and no search fails',
  { skip, timeout: 110_000 },
  async (t) => {
    const { child, said, door } = await start(t);
    let done = false;
    let searches = 0;
    const failures: string[] = [];
    const reader = async (own: number) => {
      for (let n = 0; !done; n++) {
        const answer = n % 2 === 0 ? 'complete' : 'now';
        const url = `/api/v1/search?q=化学${own}x${n}&wait=9000&answer=${answer}`;
        const begun = await door.ask('GET', url);
        const id = begun.status === 200 ? begun.json().id : 'none';
        const read = await door.ask('GET', `/api/v1/search/${id}?wait=9000`);
        const states =
          read.status === 200
            ? read.json().libraries.map((one: { state: string }) => one.state)
            : [];
        const isGood =
          states.length === 2 && states.every((state: string) => /^(answered|empty)$/.test(state));
        if (!isGood) failures.push(`${begun.status} ${read.status} ${states}`);
        searches++;
      }
    };
    const readers = Promise.all([1, 2, 3].map((own) => reader(own)));
    child.kill('SIGHUP');
    await said(/every process was replaced/);
    done = true;
    await readers;
    t.same(failures, []);
    t.ok(searches > 3, `${searches} searches`);

    // Searches of a fresh pair of processes: each has had some, and every page counts them all.
    const begun = 8;
    for (let n = 0; n < begun; n++) await door.ask('GET', `/api/v1/search?q=数${n}`);
    const counted = new Set<string>();
    for (let n = 0; n < 4; n++) {
      const page = (await door.ask('GET', '/metrics')).body;
      const routes = [
        ...page.matchAll(
          /^guanji_http_request_seconds_count\{route="\/api\/v1\/search",status="200"\} (\d+)/gm,
        ),
      ];
      counted.add(routes.map(([, count]) => count).join(' '));
      t.match(page, /^guanji_shared_up 1$/m);
    }
    t.equal(counted.size, 1, `one number whoever answers: ${[...counted]}`);
    t.ok(Number([...counted][0]) >= begun);

    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    t.same((await ended)[0], 0, 'SIGTERM ends them all');
  },
);
