import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { createGateway } from '../../src/app.ts';
import { readSettings } from '../../src/config.ts';
import { checkLibraryFile } from '../../src/members/check.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { runProgram } from '../support/processes.ts';

const sandbox = await startSandbox({ delays: false, libraries: ['demo-chem'] });
t.teardown(() => sandbox.close());
const [given] = sandbox.documents;
if (given?.connector.protocol !== 'z3950') throw new Error('the library is not there');
const limits = { ...given.connector.limits, perMinute: 600_000 };
const document = { ...given, connector: { ...given.connector, limits } };
const address = `z3950://127.0.0.1:${document.connector.port}/libsys2000`;

t.test(
  'the API gives the report to the administrator alone, and only within the egress guard',
  async (t) => {
    const token = 'a-token-for-this-test';
    const environment = {
      GUANJI_DATA: t.testdir(),
      GUANJI_ADMIN_TOKEN: token,
      LOG_LEVEL: 'silent',
    };
    const read = await readSettings(environment);
    // Nothing here needs the database, which would be made.
    const settings = { ...read, loans: { ...read.loans, enabled: false } };
    const logger = pino({ level: 'silent' });
    const demonstration = { documents: [document], defaultLibraries: ['demo-chem'] };
    const gateway = await createGateway(settings, environment, demonstration, logger);
    t.teardown(() => gateway.close());
    const post = (url: string, payload: object | undefined, authorization?: string) =>
      gateway.server.inject({
        method: 'POST',
        url,
        ...(payload === undefined ? {} : { payload }),
        ...(authorization === undefined ? {} : { headers: { authorization } }),
      });
    t.equal((await post('/api/v1/probe', { address })).statusCode, 401);
    const bearer = `Bearer ${token}`;
    const both = await post('/api/v1/probe', { address, document }, bearer);
    t.equal(both.statusCode, 400);
    const secret = await post('/api/v1/probe', { address: 'http://me:word@127.0.0.1/' }, bearer);
    t.equal(secret.statusCode, 400);
    t.equal((await post('/api/v1/libraries/nobody/probe', undefined, bearer)).statusCode, 404);
    const wrong = await post('/api/v1/probe', { document: { ...document, id: 'A B' } }, bearer);
    t.match(wrong.json().errors, [{ pointer: '/document/id' }]);

    const private_ = await post('/api/v1/probe', { address: 'z3950://127.0.0.1:9/x' }, bearer);
    t.equal(private_.statusCode, 200);
    const [connect] = private_.json().probes;
    t.match(connect, { id: 'connect', verdict: 'fail', evidence: { en: /forbidden_address/ } });
    t.equal(private_.json().document, null);

    const report = (await post('/api/v1/libraries/demo-chem/probe', undefined, bearer)).json();
    t.ok(report.probes.length >= 30);
    t.equal(report.askedFrom, '127.0.0.1');
    t.match(report.document, { id: 'demo-chem', connector: { charset: 'gb18030' } });
    t.ok(report.politeness.requests <= 120, `${report.politeness.requests} requests`);
  },
);

t.test(
  'the command line writes a document that the check accepts, and keeps to its exit codes',
  async (t) => {
    const file = join(t.testdir(), 'found.yaml');
    const main = join(import.meta.dirname, '../../src/cli/main.ts');
    const run = (...args: string[]) => runProgram(process.execPath, [main, 'probe', ...args]);
    const printed = JSON.parse(
      await run(address, '--json', '--write', file, '--per-minute', '60000'),
    );
    const text = await readFile(file, 'utf8');
    const checked = checkLibraryFile(text, file, {});
    if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
    t.same(checked.input, printed.document);
    t.match(
      text,
      /^id: host-127-0-0-1\ncode: "000000"\nname:\n {2}zh: 127\.0\.0\.1\nstatus: draft\n/,
    );
    t.notMatch(text, /[{}[\]&*]|auto/, 'plain blocks');
    await t.rejects(run('ftp://127.0.0.1/'), /ended with 2/);
    await t.rejects(run('z3950://127.0.0.1:9/nothing'), /ended with 1/);
    await t.rejects(run('no-such-library'), /ended with 2/);
  },
);
