import { join } from 'node:path';
import t from 'tap';
import { checkLibrary } from '../../src/members/check.ts';
import { startCommands } from '../support/commands.ts';
import { eachDatabase } from '../support/database.ts';
import { healthWorld, member } from '../support/health-world.ts';
import { adminToken, loanWeb } from '../support/loan-web.ts';
import { freePorts } from '../support/processes.ts';

t.setTimeout(300_000);

const commands = startCommands();
t.teardown(() => commands.close());
const run = (args: readonly string[], token = adminToken) =>
  commands.run(args, { GUANJI_TOKEN: token });

eachDatabase('health, maintenance and candidates from the command line', async (t, database) => {
  // What they do on either engine is tested without them.
  if (database.engine === 'postgresql') return;
  const world = await healthWorld(database, { inputs: [member('aa')] });
  const { directory, health } = world;
  const check = (value: unknown) => checkLibrary(value, {});
  const web = await loanWeb(database, { context: { directory, health, check } });
  t.teardown(() => web.close());
  const url = await web.app.listen({ host: '127.0.0.1', port: 0 });
  const gateway = ['--url', url];
  await world.search('aa');
  await health.flush();

  const list = await run(['health', ...gateway]);
  t.match(list, { code: 0, out: /^aa +well +100 % / });
  const one = await run(['health', 'aa', '--json', ...gateway]);
  t.match(JSON.parse(one.out), { library: 'aa', state: 'well' });
  const [port] = await freePorts(1);
  const away = await run(['health', '--url', `http://127.0.0.1:${port}`]);
  t.match(away, { code: 1, err: /^guanji: .+ gives no answer: The server refused/ });

  const plan = ['maintenance', 'plan', 'aa', ...gateway, '--from', '2026-03-01T16:30+08:00'];
  const to = ['--to', '2026-03-01T18:00+08:00', '--zh', '升级'];
  t.match(await run(plan), { code: 2, err: /--to/ });
  t.match(await run([...plan, ...to], 'wrong'), { code: 2, err: /401 / });
  const planned = await run([...plan, ...to]);
  t.match(planned, { code: 0, out: /^maintenance 1: 2026-03-01T08:30.+ 升级\n$/ });
  t.match(await run(['maintenance', 'withdraw', 'aa', '1', ...gateway]), { code: 0, out: '' });
  t.match(await run(['maintenance', 'list', 'aa', ...gateway]), { code: 0, out: '' });

  const folder = t.testdir({
    'new.yaml': `id: aa
code: "900900"
name: { zh: 示范馆aa }
connector: { protocol: z3950, host: 127.0.0.2, port: 9999, database: New }
`,
    'bad.yaml': 'id: aa\n',
  });
  const shadow = (action: string, ...more: string[]) =>
    run(['shadow', action, 'aa', ...more, ...gateway]);
  t.match(await shadow('start', join(folder, 'bad.yaml')), { code: 2, err: /\/code: is required/ });
  t.match(await shadow('start', join(folder, 'new.yaml')), { code: 0 });
  world.candidate('aa').behave({ books: [] });
  await world.search('aa');
  await world.virtual.advance(10);
  const shown = await shadow('show');
  t.match(shown, { code: 0, out: /compared 1, skipped 0/ });
  t.match(shown.out, /hits +fewer 1\nrecords +missing 8/);
  t.match(await shadow('stop'), { code: 0 });
  t.match(await shadow('show'), { code: 2, err: /404 / });
});
