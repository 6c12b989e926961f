import { type ChildProcess, spawn } from 'node:child_process';
import t from 'tap';
import type { SearchAnswer } from '../../src/search/types.ts';
import { quiet, root, runCommand } from '../support/command-line.ts';

interface Running {
  readonly child: ChildProcess;
  readonly address: string;
  readonly said: () => string;
}

function startGateway(environment: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, [quiet, 'src/main.ts'], {
    cwd: root,
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'info', ...environment },
  });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const address = /listens on (http:\S+)/.exec(said)?.[1];
      if (address && said.includes('demonstration')) resolve({ child, address, said: () => said });
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
}

t.test('a fresh start finds 化学工程 in the demonstration consortium', async (t) => {
  const data = t.testdir({});
  const gateway = await startGateway({ GUANJI_DATA: data });
  let logged = '';
  gateway.child.stdout?.on('data', (chunk: Buffer) => {
    logged += chunk.toString();
  });
  const answer = (await (
    await fetch(`${gateway.address}api/v1/search?q=${encodeURIComponent('化学工程')}`)
  ).json()) as SearchAnswer;
  const states: Record<string, string> = Object.fromEntries(
    answer.libraries.map(({ id, state }) => [id, state]),
  );
  t.equal(answer.libraries.length, 11);
  t.equal(states['demo-nlc'], 'answered', 'the National Library stands beside the ten');
  t.equal(answer.libraries.find(({ id }) => id === 'demo-chem')?.hits, 156);
  const failing = Object.values(states).filter(
    (state) => !['answered', 'answered_estimate', 'empty'].includes(state),
  );
  t.ok(failing.length >= 1, 'the failing library is shown as failing');
  const slowest = Math.max(...answer.libraries.map(({ elapsedMs }) => elapsedMs));
  t.ok(slowest > 2000, 'the slow library is shown as slow');
  const shared = answer.records.filter(
    ({ holdings }) => new Set(holdings.map(({ library }) => library)).size >= 2,
  );
  t.ok(shared.length > 0, 'a line has at least two libraries');
  const page = await (await fetch(`${gateway.address}?q=${encodeURIComponent('化学工程')}`)).text();
  t.match(page, /data-library="demo-nlc" data-state="answered"/);

  const told = await runCommand([
    'search',
    '化学工程',
    '--url',
    gateway.address,
    '--libraries',
    'demo-chem',
    '--json',
  ]);
  t.equal(told.code, 0, told.err);
  t.equal(JSON.parse(told.out).libraries[0].hits, 156);

  gateway.child.removeAllListeners('exit');
  const code = await new Promise((resolve) => {
    gateway.child.once('exit', resolve);
    gateway.child.kill('SIGTERM');
  });
  t.equal(code, 0, 'SIGTERM ends it cleanly');
  t.match(gateway.said(), /Administrator's token/);
  const lines = logged
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.ok(lines.length > 0, 'logs are JSON lines');
  t.notMatch(logged, '化学工程', 'and hold no query text');
});

t.test('search prints one line per library, then the merged list', async (t) => {
  const told = await runCommand(['search', '化学工程', '--libraries', 'demo-chem,demo-tech']);
  t.equal(told.code, 0, told.err);
  t.match(told.out, /示范化工大学图书馆.*156/);
  t.match(told.out, /1\. .*化学工程/);
});

t.test('check, cql and bad input end with their own exit codes', async (t) => {
  const folder = t.testdir({ 'bad.yaml': 'id: Bad\ncode: 7\n' });
  const checked = await runCommand(['check'], { GUANJI_CONNECTORS: folder });
  t.equal(checked.code, 2);
  t.match(checked.out, /bad\.yaml:1: \/id/);
  t.equal((await runCommand(['check'])).code, 0);
  const pqf = await runCommand(['cql', 'dc.title = "chemical engineering"', '--to', 'pqf']);
  t.match(pqf.out, /@attr 1=4/);
  const broken = await runCommand(['cql', '(dc.title = a', '--to', 'pqf']);
  t.equal(broken.code, 2);
  t.match(broken.err, /position/);
  for (const args of [['nothing'], ['search'], ['search', 'x', '--libraries', 'nobody']]) {
    t.equal((await runCommand(args)).code, 2, args.join(' '));
  }
  const port = await runCommand(['serve'], { PORT: 'x' });
  t.equal(port.code, 2);
  t.match(port.err, /PORT must be a whole number/);
});
