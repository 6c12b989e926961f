import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import pg from 'pg';
import { recordAudit } from '../../src/store/audit.ts';
import { openDatabase } from '../../src/store/database.ts';
import { runOnce } from '../../src/store/idempotency.ts';
import { cancelJob, schedule } from '../../src/store/jobs.ts';
import { migrate } from '../../src/store/migrations/index.ts';
import { withdrawMessage, writeOutbox } from '../../src/store/outbox.ts';
import { leaveScope } from '../../src/store/scope.ts';
import { eachDatabase } from '../support/database.ts';

const scope = { kind: 'staff' as const, id: 's1', libraries: ['lib-a'] };
const now = new Date('2026-03-01T08:00:00Z');

eachDatabase('lets scoped work plan, tell and be recorded', async (t, database) => {
  const { outcome } = await runOnce(
    database,
    { actor: 's1', key: 'k', request: 'x' },
    async (tx) => {
      const job = { kind: 'remind', key: '1', payload: { to: 'x' }, runAt: now };
      t.type(await schedule(tx, job, now), 'number');
      t.equal(await schedule(tx, job, now), null);
      t.type(await schedule(tx, { ...job, ifThere: 'replace' }, now), 'number');
      t.ok(await cancelJob(tx, 'remind', '1', now));
      const message = { topic: 'mail', dedupKey: 'm', payload: { to: 'x' } };
      t.type(await writeOutbox(tx, message, now), 'number');
      t.equal(await writeOutbox(tx, message, now), null);
      t.ok(await withdrawMessage(tx, 'mail', 'm', now));
      await recordAudit(
        tx,
        {
          trail: 'lib-a',
          actor: { kind: 'staff', id: 's1' },
          action: 'done',
          subject: { kind: 'request', id: '1' },
        },
        now,
      );
      await leaveScope(tx);
      await tx.selectFrom('accounts').selectAll().execute();
      return { status: 201, headers: {}, body: 'done' };
    },
    { scope },
  );
  t.equal(outcome.status, 201);
  const again = await runOnce(database, { actor: 's1', key: 'k', request: 'x' }, async () => {
    throw new Error('not run again');
  });
  t.match(again, { replayed: true, outcome: { body: 'done' } });
});

eachDatabase(
  'says what an administrator has to grant, and works with no more',
  async (t, database, place) => {
    if (place.url === undefined) {
      t.equal(database.engine, 'embedded', 'the embedded engine has one user, who may do it all');
      return;
    }
    const [user, name] = [randomUUID(), randomUUID()].map((id) => `guanji_test_${id.slice(0, 8)}`);
    const administrator = new pg.Client({ connectionString: place.url });
    await administrator.connect();
    t.teardown(async () => {
      await administrator.query(`drop database if exists ${name} with (force)`);
      await administrator.query(`drop role if exists ${user}`);
      await administrator.end();
    });
    await administrator.query(`create role ${user} login password 'p'`);
    await administrator.query(`create database ${name} owner ${user}`);
    const url = new URL(place.url);
    [url.username, url.password, url.pathname] = [user ?? '', 'p', name ?? ''];
    const plain = await openDatabase({ url: url.href, folder: tmpdir() });
    try {
      await t.rejects(migrate(plain), { name: 'StoreError', code: 'not_permitted' });
      await administrator.query(`grant guanji_scoped to ${user}`);
      t.ok((await migrate(plain)).length > 1);
      const seen = await plain.transaction(
        async (tx) => await tx.selectFrom('readers').selectAll().execute(),
        { scope },
      );
      t.same(seen, []);
    } finally {
      await plain.close();
    }
  },
);
