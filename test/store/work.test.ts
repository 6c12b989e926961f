import { sql } from 'kysely';
import { anchorTrails, recordAudit, verifyTrail, verifyTrails } from '../../src/store/audit.ts';
import { secondsAfter } from '../../src/store/clock.ts';
import {
  cancelJob,
  createJobRunner,
  type JobHandler,
  removeDoneJobs,
  schedule,
} from '../../src/store/jobs.ts';
import {
  createOutboxDelivery,
  type OutboxMessage,
  outboxJob,
  releaseWaiting,
  removeSentMessages,
  withdrawMessage,
  writeOutbox,
} from '../../src/store/outbox.ts';
import { eachDatabase } from '../support/database.ts';
import { standingClock } from '../support/standing-clock.ts';

eachDatabase('runs jobs when they are due, and again when they fail', async (t, database) => {
  const clock = standingClock();
  const seen: string[] = [];
  let failures = 2;
  const handlers: Record<string, JobHandler> = {
    note: async (job) => {
      seen.push(String(job.payload));
    },
    fail: async (job) => {
      if (failures-- > 0) throw new Error(`attempt ${job.attempts}`);
      seen.push('at last');
    },
    daily: async (job) => {
      seen.push('day');
      return { againAt: secondsAfter(job.runAt, 86_400) };
    },
  };
  const told: string[] = [];
  const onError = (error: unknown) => told.push((error as Error).message);
  const runner = createJobRunner({ database, handlers, clock, concurrency: 1, onError });
  const now = clock.now();
  await database.transaction(async (tx) => {
    for (const [minutes, text] of [
      [2, 'second'],
      [1, 'first'],
    ] as const) {
      const runAt = secondsAfter(now, minutes * 60);
      await schedule(tx, { kind: 'note', payload: text, runAt }, now);
    }
    const keyed = { kind: 'note', key: 'k', runAt: secondsAfter(now, 600) };
    t.type(await schedule(tx, { ...keyed, payload: 'old' }, now), 'number');
    t.equal(await schedule(tx, { ...keyed, payload: 'new' }, now), null, 'an open one is kept');
  });

  t.equal(await runner.runDue(), 0, 'nothing before its time');
  clock.pass(120);
  t.equal(await runner.runDue(), 2);
  t.same(seen.splice(0), ['first', 'second']);
  clock.pass(480);
  await runner.runDue();
  t.same(seen.splice(0), ['old']);

  await database.transaction(async (tx) => {
    await schedule(tx, { kind: 'fail', runAt: clock.now() }, clock.now());
  });
  await runner.runDue();
  await runner.runDue();
  t.same(told, ['attempt 1'], 'a failed job waits');
  const failed = await database.db
    .selectFrom('jobs')
    .select(['last_error', 'run_at', 'lease'])
    .where('kind', '=', 'fail')
    .executeTakeFirstOrThrow();
  t.same(failed, { last_error: 'attempt 1', run_at: secondsAfter(clock.now(), 2), lease: null });
  clock.pass(2);
  await runner.runDue();
  clock.pass(4);
  await runner.runDue();
  t.same(told, ['attempt 1', 'attempt 2']);
  t.same(seen.splice(0), ['at last']);

  await database.transaction(async (tx) => {
    await schedule(tx, { kind: 'daily', key: '', runAt: clock.now() }, clock.now());
    await schedule(tx, { kind: 'note', key: 'c', payload: 'x', runAt: clock.now() }, clock.now());
    t.ok(await cancelJob(tx, 'note', 'c', clock.now()));
    t.notOk(await cancelJob(tx, 'note', 'c', clock.now()));
  });
  await runner.runDue();
  clock.pass(86_400);
  await runner.runDue();
  t.same(seen.splice(0), ['day', 'day'], 'one that plans itself anew goes on');
  t.equal(await removeDoneJobs(database, clock.now()), 5);
});

eachDatabase('ends a job with its effects or not at all', async (t, database) => {
  const clock = standingClock();
  const effects = async () =>
    (await database.db.selectFrom('library_counters').select('value').execute()).length;
  const effect = { library_id: 'a', name: 'n', value: 1 };
  let meanwhile = async () => {};
  const handlers: Record<string, JobHandler> = {
    act: async (_job, finish) => {
      await meanwhile();
      await database.transaction(async (tx) => {
        await tx.insertInto('library_counters').values(effect).execute();
        await finish(tx);
      });
    },
  };
  const told: unknown[] = [];
  const runner = createJobRunner({ database, handlers, clock, onError: (e) => told.push(e) });
  const plan = (ifThere: 'keep' | 'replace', seconds: number) =>
    database.transaction(async (tx) => {
      const runAt = secondsAfter(clock.now(), seconds);
      await schedule(tx, { kind: 'act', key: '1', runAt, ifThere }, clock.now());
    });

  await plan('keep', 0);
  meanwhile = () => plan('replace', 3600);
  await runner.runDue();
  t.equal(await effects(), 0, 'a job planned anew while it ran has had no effect');
  t.match(told.splice(0), [{ code: 'lease_lost' }]);

  meanwhile = async () => {};
  clock.pass(3599);
  t.equal(await runner.runDue(), 0);
  clock.pass(1);
  t.equal(await runner.runDue(), 1);
  t.equal(await effects(), 1);
  t.same(told, []);
});

eachDatabase('gives a job to one of many workers', async (t, database) => {
  const clock = standingClock();
  const runs = new Map<number, number>();
  const handlers: Record<string, JobHandler> = {
    count: async (job) => {
      runs.set(job.id, (runs.get(job.id) ?? 0) + 1);
    },
    hang: () => new Promise(() => {}),
  };
  await database.transaction(async (tx) => {
    for (let n = 0; n < 100; n++) {
      await schedule(tx, { kind: 'count', runAt: clock.now() }, clock.now());
    }
  });
  const workers = Array.from({ length: 4 }, () => createJobRunner({ database, handlers, clock }));
  await Promise.all(workers.map((worker) => worker.runDue()));
  t.same(
    [...runs.values()],
    Array.from({ length: 100 }, () => 1),
  );

  await database.transaction(async (tx) => {
    await schedule(tx, { kind: 'taken', runAt: clock.now() }, clock.now());
  });
  const lock = (until: Date) =>
    sql`update jobs set lease = gen_random_uuid(), locked_until = ${until} where kind = 'taken'`;
  let taken = 0;
  const other = createJobRunner({
    database,
    clock,
    handlers: {
      taken: async () => {
        taken++;
      },
    },
  });
  await lock(secondsAfter(clock.now(), 300)).execute(database.db);
  await other.runDue();
  t.equal(taken, 0, 'a worker holds its job');
  clock.pass(300);
  await other.runDue();
  t.equal(taken, 1, 'until its lease is over');
});

eachDatabase('wakes up for what this process plans', async (t, database) => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const handlers: Record<string, JobHandler> = { now: async (job) => resolve(String(job.payload)) };
  const runner = createJobRunner({ database, handlers, pollMs: 3_600_000 });
  runner.start();
  await database.transaction(async (tx) => {
    await schedule(tx, { kind: 'now', payload: 'woken', runAt: new Date() }, new Date());
  });
  t.equal(await promise, 'woken');
  await runner.stop();
});

eachDatabase('sends what was committed, once for each key', async (t, database) => {
  const clock = standingClock();
  const sent: OutboxMessage[] = [];
  let failing = true;
  const senders = {
    mail: async (message: OutboxMessage) => {
      sent.push(message);
      if (failing) throw new Error('450 try later');
      return { reference: 'q1' };
    },
  };
  const runnerWith = (topics: Partial<typeof senders>) =>
    createJobRunner({
      database,
      clock,
      handlers: { [outboxJob]: createOutboxDelivery({ database, clock, senders: topics }) },
    });
  const mail = { topic: 'mail', dedupKey: 'arrived:1', payload: { to: 'x' }, secret: true };
  const undone = database.transaction(async (tx) => {
    await writeOutbox(tx, mail, clock.now());
    throw new Error('rolled back');
  });
  await t.rejects(undone);
  await database.transaction(async (tx) => {
    t.type(await writeOutbox(tx, mail, clock.now()), 'number');
    t.equal(await writeOutbox(tx, mail, clock.now()), null, 'a second one is not written');
    await writeOutbox(tx, { ...mail, dedupKey: 'taken back' }, clock.now());
    t.ok(await withdrawMessage(tx, 'mail', 'taken back', clock.now()));
  });
  const row = () =>
    database.db
      .selectFrom('outbox')
      .selectAll()
      .where('dedup_key', '=', mail.dedupKey)
      .executeTakeFirstOrThrow();

  await runnerWith({}).runDue();
  t.match(await row(), { attempts: 0, sent_at: null, last_error: /nothing is configured/ });
  await releaseWaiting(database, ['mail'], clock.now());
  await runnerWith(senders).runDue();
  t.match(await row(), { attempts: 1, sent_at: null, last_error: '450 try later' });
  failing = false;
  clock.pass(60);
  await runnerWith(senders).runDue();
  t.match(await row(), { attempts: 2, sent_at: clock.now(), reference: 'q1', last_error: null });
  t.same((await row()).payload, {}, 'a secret is gone once it is sent');
  t.same(
    sent.map((message) => [message.messageId, message.attempts]),
    [
      [sent[0]?.messageId, 1],
      [sent[0]?.messageId, 2],
    ],
    'every attempt carries the same id',
  );
  clock.pass(1);
  t.equal(await removeSentMessages(database, clock.now()), 2);
});

eachDatabase('links every row of the trail to the one before it', async (t, database) => {
  const at = new Date('2026-03-01T08:00:00.123Z');
  const write = (trail: string, n: number) =>
    database.transaction((tx) =>
      recordAudit(
        tx,
        {
          trail,
          actor: { kind: 'staff', id: `s${n}` },
          action: 'reader.approve',
          subject: { kind: 'reader', id: '甲' },
          before: { state: 'awaiting_review' },
          after: { n, state: 'approved', 键: null },
          requestId: n % 2 ? 'q' : null,
        },
        at,
      ),
    );
  await Promise.all(Array.from({ length: 20 }, (_, n) => write(n % 2 ? 'lib-a' : 'lib-b', n)));
  t.same(await verifyTrails(database), []);
  const seqs = await database.db
    .selectFrom('audit')
    .select('seq')
    .where('trail', '=', 'lib-a')
    .orderBy('seq')
    .execute();
  t.same(
    seqs.map((row) => row.seq),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );

  const refused = { code: '42501' };
  await t.rejects(database.db.deleteFrom('audit').execute(), refused);
  await t.rejects(database.db.updateTable('audit').set({ action: 'x' }).execute(), refused);
  await t.rejects(sql`truncate audit`.execute(database.db), refused);

  const anchor = await anchorTrails(database, at);
  t.match(anchor, { day: '2026-03-01', rows: 20, digest: /^[0-9a-f]{64}$/ });
  await write('lib-a', 21);
  t.same(await anchorTrails(database, at), anchor, 'one anchor a day');
  t.not((await anchorTrails(database, secondsAfter(at, 86_400))).digest, anchor.digest);

  // Somebody with the rights of the owner can switch the triggers off; the links still tell.
  await sql`alter table audit disable trigger user`.execute(database.db);
  const tampering: readonly (readonly [string, object])[] = [
    [
      `update audit set actor_id = 'other' where trail = 'lib-a' and seq = 3`,
      { seq: 3, fault: 'changed' },
    ],
    [
      `update audit set after = '{}' where trail = 'lib-a' and seq = 4`,
      { seq: 4, fault: 'changed' },
    ],
    [`delete from audit where trail = 'lib-a' and seq = 5`, { seq: 5, fault: 'missing' }],
    [`delete from audit where trail = 'lib-a' and seq = 11`, { seq: 11, fault: 'cut' }],
    [
      `update audit set at = at + interval '1 microsecond' where trail = 'lib-a' and seq = 1`,
      { seq: 1 },
    ],
  ];
  for (const [statement, fault] of tampering) {
    const undone = database.transaction(async (tx) => {
      await sql.raw(statement).execute(tx);
      t.match(await verifyTrail({ ...database, db: tx }, 'lib-a'), fault, statement);
      throw new Error('undone');
    });
    await t.rejects(undone, { message: 'undone' });
  }
  t.same(await verifyTrails(database), []);
  await sql`alter table audit enable trigger user`.execute(database.db);
});
