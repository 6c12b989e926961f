import fs from 'node:fs';
import { rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { sql } from 'kysely';
import t from 'tap';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { eachDatabase, embeddedFolder } from '../support/database.ts';
import { killWriters } from '../support/kills.ts';
import { watchSyncs } from '../support/power-cut.ts';

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
    const report = await killWriters(place, place.engine === 'embedded' ? 2 : 5);
    t.ok(report.acknowledged >= report.kills, `${report.acknowledged} acknowledged`);
    t.same(report.lost, []);
    t.same(report.torn, []);
    t.equal(report.trailFaults, 0);
  },
  { own: true },
);

const skip = process.platform === 'linux' ? false : 'open files are read from /proc';
t.test('has every acknowledged commit after the power is cut', { skip }, async (t) => {
  const folder = await embeddedFolder();
  const image = await watchSyncs(folder);
  const database = await openDatabase({ folder });
  t.teardown(async () => {
    await database.close();
    image.stop();
    await rm(folder, { recursive: true, force: true });
  });
  let written = 0;
  const write = async () => {
    await database.db
      .insertInto('library_counters')
      .values({ library_id: 'a', name: String(++written), value: written })
      .execute();
  };
  const found = async (at: Database) => {
    const rows = await at.db.selectFrom('library_counters').select('value').execute();
    return rows.map((row) => row.value).sort((a, b) => a - b);
  };
  for (let cut = 1; cut <= 2; cut++) {
    for (let n = 0; n < 20; n++) await write();
    if (cut === 2) await sql`checkpoint`.execute(database.db);
    for (let n = 0; n < 5; n++) await write();
    const left = await image.cut();
    const after = await openDatabase({ folder: left });
    t.same(await found(after), await found(database), `cut ${cut}: ${image.syncs()} syncs`);
    await after.close();
    await rm(left, { recursive: true, force: true });
  }
  t.equal(written, 50);
});
