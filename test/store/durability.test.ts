import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { sql } from 'kysely';
import { eachDatabase } from '../support/database.ts';
import { killWriters } from '../support/kills.ts';

eachDatabase('brings every commit to disk before it is acknowledged', async (t, database) => {
  if (database.engine !== 'embedded') {
    const { rows } = await sql`show synchronous_commit`.execute(database.db);
    t.same(rows, [{ synchronous_commit: 'on' }], 'a server is asked for the same');
    return;
  }
  const { fsyncSync } = fs;
  let syncs = 0;
  fs.fsyncSync = (handle) => {
    syncs++;
    fsyncSync(handle);
  };
  syncBuiltinESMExports();
  t.teardown(() => {
    fs.fsyncSync = fsyncSync;
    syncBuiltinESMExports();
  });
  for (let n = 1; n <= 5; n++) {
    const before = syncs;
    await database.db
      .insertInto('library_counters')
      .values({ library_id: 'a', name: String(n), value: n })
      .execute();
    t.ok(syncs > before, `commit ${n}`);
  }
  const before = syncs;
  await database.db.selectFrom('library_counters').selectAll().execute();
  t.equal(syncs, before, 'reading syncs nothing');
});

eachDatabase(
  'keeps every acknowledged piece of work whole when the process is killed',
  async (t, database, place) => {
    await database.close();
    const report = await killWriters(place, place.engine === 'embedded' ? 2 : 8);
    t.ok(report.acknowledged >= report.kills, `${report.acknowledged} acknowledged`);
    t.same(report.lost, []);
    t.same(report.torn, []);
    t.equal(report.trailFaults, 0);
  },
  { own: true },
);
