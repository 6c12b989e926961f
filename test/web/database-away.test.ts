import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { openDatabase } from '../../src/store/database.ts';
import { eachDatabase } from '../support/database.ts';
import { failWith } from '../support/failing-database.ts';
import { type LoanWeb, loanWeb, type Reply } from '../support/loan-web.ts';

t.setTimeout(120_000);

const asked = { holding: { library: 'chem', localId: '000123' }, delivery: 'courier' };
const submitting = { body: asked, headers: { 'idempotency-key': 'key-00000001' } };

/** Passes connections on to a database server until it is cut, and again once it is mended. */
interface Line {
  readonly url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

async function lineTo(url: string): Promise<Line> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let server: Server;
  const listen = async (port: number) => {
    server = createServer((near) => {
      const far = connect(Number(target.port || 5432), target.hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(one);
        one.on('error', () => {});
        one.once('close', () => {
          sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  return {
    url: through.href,
    async cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
    async mend() {
      await listen(port);
    },
  };
}

function awayAnswer(t: Test, reply: Reply, what: string): void {
  t.equal(reply.statusCode, 503, what);
  t.ok(Number(reply.headers['retry-after']) > 0, `${what}: says when to come back`);
  t.match(reply.headers['content-type'], /^application\/problem\+json/);
  t.match(reply.json(), { type: '/problems/unavailable', detail: /数据库|database/ });
  t.notMatch(reply.body, /ECONNREFUSED|terminat|127\.0\.0\.1/, 'nothing of the inside is shown');
}

async function askAll(web: LoanWeb, token: string): Promise<readonly (readonly [string, Reply])[]> {
  const calls = [
    ['reading with a session', token, 'GET', '/api/v1/me', {}],
    ['a list', token, 'GET', '/api/v1/requests', {}],
    ['a request', token, 'POST', '/api/v1/requests', submitting],
    ['a sign-in', null, 'POST', '/api/v1/sessions', { body: { login: 'x', password: 'y' } }],
    ['an open route', null, 'GET', '/api/v1/policies', {}],
  ] as const;
  const replies: [string, Reply][] = [];
  for (const [what, who, method, path, more] of calls) {
    replies.push([what, await web.ask(who, method, path, more)]);
  }
  return replies;
}

eachDatabase('a server that goes away and comes back', async (t, _database, place) => {
  if (place.url === undefined) return;
  const line = await lineTo(place.url);
  const database = await openDatabase({ url: line.url, folder: place.folder });
  const web = await loanWeb(database);
  t.teardown(async () => {
    await web.close();
    await database.close();
    await line.cut();
  });
  const { token } = await web.reader();
  t.equal((await web.ask(token, 'GET', '/api/v1/me')).statusCode, 200);
  await line.cut();
  for (const [what, reply] of await askAll(web, token)) awayAnswer(t, reply, what);
  for (const path of ['/sign-in', '/me']) {
    const page = await web.ask(token, 'GET', `${path}?lang=en`);
    t.equal(page.statusCode, 503, path);
    t.match(page.headers['content-type'], 'text/html');
    t.match(page.body, /role="alert">The database is away/);
  }
  await line.mend();
  const made = await web.ask(token, 'POST', '/api/v1/requests', submitting);
  t.equal(made.statusCode, 201, 'the same call succeeds once the server is back');
});

eachDatabase('a connection broken under a statement leaves nothing', async (t, database, place) => {
  if (place.url === undefined) return;
  const web = await loanWeb(database);
  t.teardown(() => web.close());
  const { actor, token } = await web.reader();
  const broken = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holding = database.transaction(async (tx) => {
    await tx.selectFrom('readers').select('id').where('id', '=', actor.id).forUpdate().execute();
    held.resolve();
    await broken.promise;
  });
  await held.promise;
  // The submission waits for the reader's row, so its connection is there to be broken.
  const submission = web.ask(token, 'POST', '/api/v1/requests', submitting);
  for (let tries = 0; tries < 200; tries++) {
    const { rows } = await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(database.db);
    if (rows.length > 0) break;
    await delay(50);
  }
  broken.resolve();
  await holding;
  awayAnswer(t, await submission, 'a submission');
  const list = await web.ask(token, 'GET', '/api/v1/requests');
  t.same(list.json().requests, []);
  const again = await web.ask(token, 'POST', '/api/v1/requests', submitting);
  t.equal(again.statusCode, 201, 'the key was not used up');
});

eachDatabase('a database that is full', async (t, database) => {
  const full = failWith(database);
  const web = await loanWeb(full);
  t.teardown(() => web.close());
  const { token } = await web.reader();
  full.error = Object.assign(new Error('could not extend file: No space left on device'), {
    code: '53100',
  });
  for (const [what, reply] of await askAll(web, token)) awayAnswer(t, reply, what);
  full.error = Object.assign(new Error('syntax error at or near "selct"'), { code: '42601' });
  const wrong = await web.ask(token, 'GET', '/api/v1/me');
  t.equal(wrong.statusCode, 500, 'what is wrong with us is no absence');
  full.error = null;
  t.equal((await web.ask(token, 'GET', '/api/v1/me')).statusCode, 200);
});
