import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { type Ended, quiet, root } from '../support/command-line.ts';
import { startCommands } from '../support/commands.ts';
import { embeddedFolder } from '../support/database.ts';
import { catalogue, sruDocument } from '../support/registration-world.ts';

// Two starts of a gateway, and some twenty commands.
t.setTimeout(400_000);

const administrator = 'token-of-the-administrator';

interface Running {
  readonly child: ChildProcess;
  readonly address: string;
  readonly logged: () => string;
}

async function startGateway(environment: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, [quiet, 'src/main.ts'], {
    cwd: root,
    env: { ...process.env, PORT: '0', ...environment },
  });
  let said = '';
  let logged = '';
  child.stdout.on('data', (chunk: Buffer) => {
    logged += chunk.toString();
  });
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /listens on (http:\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
  while ((await fetch(`${address}readyz`)).status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { child, address, logged: () => logged + said };
}

async function stop({ child }: Running): Promise<void> {
  child.removeAllListeners('exit');
  child.kill('SIGTERM');
  await once(child, 'exit');
}

const commands = startCommands();
t.teardown(() => commands.close());
const run = (args: readonly string[], environment: Record<string, string>) =>
  commands.run(['libraries', ...args], environment);

t.test(
  'a library is registered, approved, paused and rolled back from the command line',
  async (t) => {
    const server = await catalogue('命令行之书');
    const document = sruDocument('by-hand', server.url, { status: 'draft' });
    const folder = t.testdir({
      connectors: {},
      'library.json': JSON.stringify(document),
      'next.yaml': `id: by-hand\ncode: "900900"\nname: { zh: 命令行馆 }\nconnector:\n  protocol: sru\n  url: ${server.url}\n`,
    });
    const data = await embeddedFolder();
    const environment = {
      GUANJI_CONNECTORS: join(folder, 'connectors'),
      GUANJI_DATA: data,
      GUANJI_ADMIN_TOKEN: administrator,
      GUANJI_EGRESS_ALLOW: '127.0.0.0/8:1-65535',
      LC_ALL: 'C',
    };
    let gateway = await startGateway(environment);
    t.teardown(async () => {
      await stop(gateway);
      await server.close();
      await rm(data, { recursive: true, force: true });
    });
    const as =
      (token: string) =>
      async (args: string[], more: Record<string, string> = {}) =>
        await run([...args, '--url', gateway.address, '--json'], {
          ...environment,
          ...more,
          GUANJI_TOKEN: token,
        });
    const said = (told: Ended) => {
      t.equal(told.code, 0, told.err);
      return JSON.parse(told.out);
    };
    const { code } = said(await as(administrator)(['invite', '--note', '试用']));
    const file = join(folder, 'library.json');
    const made = said(await as('')(['register', file, '--invitation', code]));
    t.equal(made.status, 'draft');
    const own = as(made.token);
    t.equal(said(await own(['submit', 'by-hand'])).status, 'testing');
    const refused = await own(['approve', 'by-hand']);
    t.equal(refused.code, 2);
    t.match(refused.err, /403/);
    t.equal(said(await as(administrator)(['approve', 'by-hand'])).status, 'live');
    const titles = async () => {
      const answer = await fetch(`${gateway.address}api/v1/search?q=x&libraries=by-hand`);
      const { records = [] } = (await answer.json()) as { records?: { title: string }[] };
      return records.map(({ title }) => title);
    };
    t.same(await titles(), ['命令行之书']);

    const renamed = said(await own(['update', join(folder, 'next.yaml'), '--why', '改名']));
    t.match(renamed, { name: { zh: '命令行馆' }, registration: { answering: 2 } });
    const compared = said(await own(['versions', 'by-hand', '--from', '1', '--to', '2']));
    t.match(compared.differences, [{ op: 'replace', pointer: '/name/zh' }]);
    t.equal(said(await own(['pause', 'by-hand', '--zh', '检修'])).status, 'paused');
    t.equal(said(await own(['resume', 'by-hand'])).status, 'live');
    t.match(said(await own(['rollback', 'by-hand', '1'])).registration, {
      version: 3,
      answering: 3,
    });

    const password = 'Marker-Of-A-Secret-5127';
    const account = { GUANJI_LIBRARY_USER: 'desk', GUANJI_LIBRARY_PASSWORD: password };
    t.match(said(await own(['credentials', 'by-hand'], account)).credentials, [
      { operation: 'default' },
    ]);
    const { token } = said(await own(['token', 'by-hand']));
    t.equal((await own(['versions', 'by-hand'])).code, 2, 'the old token has ended');

    const table = await run(['list', '--url', gateway.address], {
      ...environment,
      GUANJI_TOKEN: '',
    });
    t.match(table.out, /by-hand +live/);
    t.equal((await own(['register', join(folder, 'nothing.json')])).code, 2);
    const away = await run(['list', '--url', 'http://127.0.0.1:9'], environment);
    t.equal(away.code, 1);

    await stop(gateway);
    t.notMatch(gateway.logged(), password);
    t.notMatch(gateway.logged(), token);
    t.notMatch(gateway.logged(), code);
    gateway = await startGateway(environment);
    t.same(await titles(), ['命令行之书'], 'after a restart it is there again');
    t.match(said(await as(token)(['show', 'by-hand'])).registration.credentials, [{}]);
  },
);
