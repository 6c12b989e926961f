import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { SMTPServer } from 'smtp-server';
import t from 'tap';
import {
  currentAnnouncements,
  postAnnouncement,
} from '../../../src/loans/notices/announcements.ts';
import { inboxOf, markRead, noticesAbout } from '../../../src/loans/notices/inbox.ts';
import { createMailSender, createWebhookSender } from '../../../src/loans/notices/senders.ts';
import {
  fillTemplate,
  noticeTemplates,
  templateFaults,
} from '../../../src/loans/notices/templates.ts';
import { createJobRunner } from '../../../src/store/jobs.ts';
import { createOutboxDelivery, outboxJob } from '../../../src/store/outbox.ts';
import { eachDatabase } from '../../support/database.ts';
import { loanWorld } from '../../support/loans.ts';

t.test('every notice has both languages and uses only values that exist', async (t) => {
  for (const [name, template] of Object.entries(noticeTemplates))
    t.same(templateFaults(template), [], name);
  t.same(
    templateFaults({ zh: { subject: '{x}', body: '好' }, en: { subject: 'a\nb', body: '' } })
      .length,
    2,
  );
  t.equal(fillTemplate('{number}: {nothing}!', { number: '7' }), '7: !');
});

/** A mail relay on loopback that keeps what it is given, and may refuse the first attempts. */
async function relay(refusals: number) {
  const mails: string[] = [];
  let left = refusals;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        mails.push(Buffer.concat(parts).toString('utf8'));
        // The mail is taken, but the sender is told otherwise: it will send it again.
        done(left-- > 0 ? Object.assign(new Error('try later'), { responseCode: 451 }) : null);
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    mails,
    url: `smtp://127.0.0.1:${port}`,
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

eachDatabase(
  'a notice reaches mail, webhook and inbox, repeats with one id, and shows why it is late',
  async (t, database) => {
    const world = await loanWorld(database, { channels: ['mail', 'webhook'] });
    const sink = await relay(1);
    const posts: { headers: Readonly<Record<string, string>>; body: string }[] = [];
    let status = 503;
    const mail = createMailSender({
      url: sink.url,
      from: 'ill@guanji.example',
      connect: async (host, port) => {
        const socket = connect(port, host);
        await once(socket, 'connect');
        return socket;
      },
    });
    t.teardown(async () => {
      mail.close();
      await sink.close();
    });
    const secret = new Uint8Array(32).fill(9);
    const webhook = createWebhookSender({
      url: 'https://bridge.example/notices',
      secret,
      now: world.now,
      post: async (_url, { headers, body }) => {
        posts.push({ headers, body });
        return { status };
      },
    });
    const runner = createJobRunner({
      database,
      clock: world.context.clock,
      handlers: {
        [outboxJob]: createOutboxDelivery({
          database,
          clock: world.context.clock,
          senders: { mail: mail.send, webhook },
        }),
      },
    });
    const reader = await world.reader();
    const { number } = await world.submit(reader, {
      recipient: { name: '张三', email: 'zhang@example.org' },
    });
    await runner.runDue();
    const clerk = world.staff('home', 'desk_clerk');
    const late = await noticesAbout(database.db, clerk, number);
    t.ok(late.some((notice) => notice.state === 'failing' && /503/.test(notice.lastError ?? '')));
    t.ok(
      late.some(
        (notice) => notice.channel === 'mail' && /451|try later/.test(notice.lastError ?? ''),
      ),
    );
    status = 200;
    world.setClock(new Date(world.now().getTime() + 10_000));
    await runner.runDue();
    const out = await noticesAbout(database.db, clerk, number);
    t.same(new Set(out.map((notice) => notice.state)), new Set(['shown', 'sent']));
    const toReader = sink.mails.filter((text) => /^To: .*zhang@example\.org/im.test(text));
    const ids = toReader.map((text) => /^Message-ID: (.+)$/im.exec(text)?.[1]);
    t.equal(new Set(ids).size, 1, 'a repeated mail is known by its Message-ID');
    t.equal(sink.mails.length, 3, 'two mails, one of them twice');
    const { headers, body } = posts.at(-1) ?? { headers: {}, body: '' };
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    t.equal(
      headers['webhook-signature'],
      `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`,
    );
    t.match(JSON.parse(body), { request: number, type: /^loan\./ });

    const inbox = await inboxOf(database.db, reader);
    t.match(inbox, [{ template: 'submitted', subject: new RegExp(number), readAt: null }]);
    t.match(
      inbox[0]?.body,
      '2026-11-18 11:00 前可自行撤销',
      'the hour by the clock of the library',
    );
    const id = inbox[0]?.id ?? 0;
    await database.transaction((tx) => markRead(world.context, tx, reader, id));
    t.ok((await inboxOf(database.db, reader))[0]?.readAt);
    const stranger = await world.reader();
    await t.rejects(
      database.transaction((tx) => markRead(world.context, tx, stranger, id)),
      { code: 'not_found' },
    );
    t.match(await inboxOf(database.db, world.staff('chem', 'desk_clerk')), [
      { template: 'desk_new' },
    ]);
  },
);

eachDatabase('a title cannot break out of the header of a mail', async (t, database) => {
  const world = await loanWorld(database, { channels: ['mail'] });
  const held = world.records.get('chem/000123');
  if (held === undefined) throw new Error('The record is not there.');
  const title = '书\r\nBcc: everybody@example.org\r\n\r\nhello';
  world.records.set('chem/000123', { ...held, citation: { ...held.citation, title } });
  const { number } = await world.submit(await world.reader());
  await world.act(world.staff('chem', 'desk_clerk'), number, 'promise');
  await world.act(world.staff('chem', 'desk_clerk'), number, 'lend', { barcodes: ['A1'] });
  await world.act(world.staff('home', 'desk_clerk'), number, 'arrive');
  const rows = await database.db
    .selectFrom('notices')
    .select('subject')
    .where('template', '=', 'arrived')
    .execute();
  t.ok(rows.length > 0 && rows.every((row) => !/[\r\n]/.test(row.subject)));
});

eachDatabase(
  'suspensions and resumptions are announced by the library they concern',
  async (t, database) => {
    const world = await loanWorld(database);
    const lead = world.staff('chem', 'desk_lead');
    const words = { zh: '暂停', en: 'Suspended' };
    const post = (actor = lead, more = {}) =>
      database.transaction((tx) =>
        postAnnouncement(world.context, tx, actor, {
          kind: 'suspension',
          title: words,
          body: words,
          ...more,
        }),
      );
    await post(lead, { to: '2026-11-19T00:00:00Z' });
    await t.rejects(post(world.staff('chem', 'desk_clerk')), { code: 'forbidden' });
    await t.rejects(post(lead, { kind: 'party', title: { zh: '' } }), { code: 'invalid' });
    t.match(await currentAnnouncements(world.context, database.db), [
      { library: 'chem', kind: 'suspension' },
    ]);
    world.setClock(new Date('2026-11-19T01:00:00Z'));
    t.same(await currentAnnouncements(world.context, database.db), []);
  },
);
