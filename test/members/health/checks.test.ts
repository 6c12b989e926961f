import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { SMTPServer } from 'smtp-server';
import t from 'tap';
import { createMailSender } from '../../../src/loans/notices/senders.ts';
import { ConnectorError, type ConnectorErrorCode } from '../../../src/members/errors.ts';
import { checkHealth } from '../../../src/members/health/check.ts';
import type { KnownItem } from '../../../src/members/health/known-items.ts';
import type { Database } from '../../../src/store/database.ts';
import { createJobRunner } from '../../../src/store/jobs.ts';
import { createOutboxDelivery, outboxJob } from '../../../src/store/outbox.ts';
import { createVirtualClock } from '../../support/clock.ts';
import { type Behaviour, bib, fakeConnector } from '../../support/connectors.ts';
import { eachDatabase } from '../../support/database.ts';
import {
  filled,
  type HealthWorld,
  healthWorld,
  member,
  someBooks,
} from '../../support/health-world.ts';

const fails = (code: ConnectorErrorCode, reason: string): Behaviour => ({
  fails: { error: () => new ConnectorError('aa', code, 'as the test wants', { reason }) },
});

const item = (n: number, more: Partial<KnownItem> = {}): KnownItem => ({
  localId: `n${n}`,
  title: someBooks[n]?.title ?? '',
  isbn: null,
  learnedOn: '2026-02-28',
  hits: null,
  missed: 0,
  ...more,
});

/** One check of a library that answers like this. */
async function check(behaviour: Behaviour, items: readonly KnownItem[]) {
  const clock = createVirtualClock();
  const connector = fakeConnector(filled(member('aa')), clock, behaviour);
  const options = { clock, wallClock: () => 0, slowMs: 3000 };
  const work = checkHealth(connector, items, options, new AbortController().signal);
  await clock.advance(20_000);
  return { ...(await work), asks: connector.asks };
}

t.test('a check looks at what comes back, not at whether something does', async (t) => {
  const well = { books: someBooks };
  t.match(await check(well, [item(0)]), { verdict: 'good', cause: null });
  const empty = await check({ books: [] }, [item(0), item(1), item(2)]);
  t.match(empty, { verdict: 'poor', cause: 'item_missing' });
  t.equal(empty.asks.length, 2, 'a second item tells a lost book from a lost index');
  const renamed = someBooks.map((book) => ({ ...book, title: '锟斤拷烫烫烫' }));
  t.match(await check({ books: renamed }, [item(0)]), { verdict: 'poor', cause: 'item_changed' });
  const corrected = someBooks.map((book) => ({ ...book, title: `${book.title}（修订）` }));
  t.match(await check({ books: corrected }, [item(0)]), { verdict: 'good' });
  t.match(await check(well, [item(0, { hits: 400 })]), { verdict: 'poor', cause: 'fewer' });
  t.match(await check({ ...well, firstMs: 3500 }, [item(0)]), { verdict: 'poor', cause: 'slow' });
  t.match(await check({ ...well, incomplete: 'cut off' }, [item(0)]), {
    verdict: 'poor',
    cause: 'incomplete',
  });
  t.match(await check(fails('malformed', 'bad_json'), [item(0)]), {
    verdict: 'bad',
    cause: 'bad_json',
  });
  t.match(await check({ hangs: 'listening' }, [item(0)]), { verdict: 'bad', cause: 'timeout' });
  t.match(await check(fails('busy', 'rate_limited'), [item(0)]), { verdict: 'none' });
  t.match(await check(fails('suspended', 'breaker_open'), [item(0)]), { verdict: 'none' });
});

t.test('a library that nobody searched is known by a record of its own', async (t) => {
  const first = await check({ books: someBooks }, []);
  t.match(first, { verdict: 'good', learned: { localId: 'n0', title: someBooks[0]?.title } });
  t.equal(first.asks.length, 1);
  t.match(await check({ books: [] }, []), { verdict: 'poor', cause: 'no_records', learned: null });
  const damaged = [bib({ title: '\ufffd\ufffd志研究与编纂' })];
  t.match(await check({ books: damaged }, []), { verdict: 'poor', cause: 'no_records' });
});

async function conditionOf({ health }: HealthWorld) {
  await health.flush();
  return health.condition('aa');
}

eachDatabase(
  'asks again and again for what searches found, and nothing at the start',
  async (t, database) => {
    const world = await healthWorld(database, { inputs: [member('aa')] });
    t.equal(await world.health.runDue(), 0);
    t.equal(world.server('aa').asks.length, 0, 'no connection at the start');
    await world.search('aa');
    await world.health.flush();
    await world.minutes(16);
    t.ok((await world.health.runDue()) > 0);
    const [, ask] = world.server('aa').asks;
    t.match(ask?.query.node, { index: 'title', term: /^.地方志研究与编纂$/ });
    t.match(await conditionOf(world), { state: 'well', lastCheckedAt: Date });

    world.server('aa').behave({ books: [] });
    await world.minutes(16);
    await world.health.runDue();
    t.match(await conditionOf(world), { state: 'degraded', cause: 'item_missing' });
    await world.search('aa');
    t.match(await conditionOf(world), { state: 'degraded' }, 'an empty answer is no proof');

    world.server('aa').behave({ books: someBooks });
    await world.minutes(16);
    await world.health.runDue();
    t.match(await conditionOf(world), { state: 'well' });
    t.same(world.faults, []);
  },
);

eachDatabase('one gateway of several checks a library', async (t, database) => {
  const first = await healthWorld(database, { inputs: [member('aa')] });
  const second = await healthWorld(database, {
    inputs: [member('aa')],
    virtual: first.virtual,
  });
  for (let i = 0; i < 3; i++) {
    await first.minutes(17);
    await Promise.all([first.health.runDue(), second.health.runDue()]);
  }
  const asks = first.server('aa').asks.length + second.server('aa').asks.length;
  t.equal(asks, 3);
});

eachDatabase(
  'an open catalogue is checked only while somebody searches it',
  async (t, database) => {
    const input = member('aa', { contact: {} });
    const world = await healthWorld(database, { inputs: [] });
    world.directory.put(filled(input), input, 'file');
    await world.minutes(17);
    await world.health.runDue();
    await world.minutes(17);
    await world.health.runDue();
    t.equal(world.server('aa').asks.length, 0);
    await world.search('aa');
    await world.health.flush();
    await world.minutes(17);
    await world.health.runDue();
    t.equal(world.server('aa').asks.length, 2);
    await world.minutes(25 * 60);
    await world.health.runDue();
    t.equal(world.server('aa').asks.length, 2);
  },
);

eachDatabase('a library is checked from the day it is searched', async (t, database) => {
  const input = member('aa', { services: { search: { from: '2026-03-02' } } });
  const world = await healthWorld(database, { inputs: [input] });
  for (let i = 0; i < 3; i++) {
    await world.minutes(17);
    await world.health.runDue();
  }
  t.equal(world.server('aa').asks.length, 0);
  await world.minutes(24 * 60);
  await world.health.runDue();
  t.equal(world.server('aa').asks.length, 1);
});

/** A relay on loopback that keeps what it is given. */
async function relay() {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        mails.push(Buffer.concat(parts).toString('utf8'));
        done(null);
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(resolve));
  return { mails, url: `smtp://127.0.0.1:${port}`, close };
}

/** The text of a mail as its reader sees it. */
function textOf(mail = ''): string {
  const [head = '', body = ''] = mail.split(/\r?\n\r?\n([\s\S]*)/);
  if (/content-transfer-encoding: base64/i.test(head))
    return Buffer.from(body, 'base64').toString();
  const bytes = body
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

async function deliver(database: Database, world: HealthWorld, url: string) {
  const mail = createMailSender({
    url,
    from: 'ill@guanji.example',
    connect: async (host, port) => {
      const socket = connect(port, host);
      await once(socket, 'connect');
      return socket;
    },
  });
  const { clock } = world;
  const senders = { mail: mail.send };
  const handlers = { [outboxJob]: createOutboxDelivery({ database, clock, senders }) };
  await createJobRunner({ database, clock, handlers }).runDue();
  mail.close();
}

/** Runs what is due, letting the clock go on for a library that is asked twice. */
async function runChecks(world: HealthWorld) {
  let isOver = false;
  const work = world.health.runDue().finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await world.virtual.advance(100);
  }
  await work;
}

eachDatabase(
  'writes to the desk once a failure lasts, and once when it is over',
  async (t, database) => {
    const sink = await relay();
    t.teardown(() => sink.close());
    const world = await healthWorld(database, { inputs: [member('aa')] });
    await world.search('aa');
    await world.health.flush();
    world.server('aa').behave(fails('unreachable', 'connect_refused'));
    const mailsAfter: number[] = [];
    const checkOnce = async () => {
      await world.minutes(17);
      await runChecks(world);
      await deliver(database, world, sink.url);
      mailsAfter.push(sink.mails.length);
    };
    for (let i = 0; i < 5; i++) await checkOnce();
    t.same(mailsAfter, [0, 0, 1, 1, 1]);
    const failing = textOf(sink.mails[0]);
    t.match(sink.mails[0], /^To: desk@aa\.example$/m);
    t.match(failing, '服务器拒绝了连接（connect_refused）');
    t.match(failing, '防火墙允许本系统的地址访问');
    t.match(failing, 'the firewall lets this gateway’s address in');
    t.match(failing, '203.0.113.7');
    t.match(failing, 'Last proper answer: 2026-03-01 16:00 Asia/Shanghai');
    t.match(failing, 'https://guanji.example/health/aa?lang=en');

    world.server('aa').behave({ books: someBooks });
    await checkOnce();
    await checkOnce();
    t.equal(sink.mails.length, 2);
    t.match(textOf(sink.mails[1]), 'Your catalogue answers again');
    const report = await world.health.reader.report('aa', '24h');
    t.match(report, { state: 'well', incidents: [{ endedAt: String, cause: 'connect_refused' }] });
    t.same(world.faults, []);
  },
);
