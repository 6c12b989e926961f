import { sql } from 'kysely';
import t from 'tap';
import { recordAudit } from '../../src/store/audit.ts';
import { createStatementNames } from '../../src/store/prepared.ts';
import type { Scope } from '../../src/store/scope.ts';
import { eachDatabase } from '../support/database.ts';

t.test('keeps a statement from its third use on', async (t) => {
  const names = createStatementNames();
  t.same([names.nameOf('select $1'), names.nameOf('select $1')], [null, null]);
  const name = names.nameOf('select $1');
  t.type(name, 'string');
  t.equal(names.nameOf('select $1'), name);
  names.forget();
  t.equal(names.nameOf('select $1'), null, 'and begins anew when it is told to forget');
});

t.test('keeps a bounded number of statements, and no long ones', async (t) => {
  const names = createStatementNames();
  const kept = new Set<string>();
  for (let n = 0; n < 1000; n++) {
    for (let use = 0; use < 5; use++) {
      const name = names.nameOf(`select $1, ${n}`);
      if (name !== null) kept.add(name);
    }
  }
  t.equal(kept.size, 300);
  const long = createStatementNames();
  for (let use = 0; use < 5; use++) t.equal(long.nameOf(`select $1${' '.repeat(8000)}`), null);
});

eachDatabase('goes on when a table changes under a statement it kept', async (t, database) => {
  const { db } = database;
  await sql`create table changing (id int primary key)`.execute(db);
  t.teardown(() => sql`drop table changing`.execute(db));
  await sql`insert into changing values (1)`.execute(db);
  const read = async (at: typeof db) =>
    (await sql<{ id: number }>`select * from changing where id = ${1}`.execute(at)).rows;
  for (let use = 0; use < 5; use++) await read(db);
  const { rows } = await sql`select from pg_prepared_statements where name like 'guanji%'
    and statement like '%from changing%'`.execute(db);
  t.equal(rows.length, database.engine === 'postgresql' ? 1 : 0, 'only a server keeps it');
  await sql`alter table changing add column more text`.execute(db);
  t.same(await read(db), [{ id: 1, more: null }]);
  for (let use = 0; use < 5; use++) await read(db);
  await sql`alter table changing add column most text`.execute(db);
  const inside = await database.transaction((tx) => read(tx));
  t.same(inside, [{ id: 1, more: null, most: null }], 'and inside a transaction');
});

eachDatabase(
  'shows each scope its own rows, however often the same is asked',
  async (t, database) => {
    const now = new Date('2026-11-20T02:00:00Z');
    for (const trail of ['east', 'west']) {
      const entry = { actor: { kind: 'system', id: 'x' }, action: 'kept', trail };
      await database.transaction((tx) =>
        recordAudit(tx, { ...entry, subject: { kind: 'line', id: trail } }, now),
      );
    }
    const seen = async (scope: Scope | null) =>
      await database.transaction(
        async (tx) => {
          const rows = await tx
            .selectFrom('audit')
            .select('trail')
            .where('action', '=', 'kept')
            .orderBy('trail')
            .execute();
          return rows.map(({ trail }) => trail);
        },
        { scope },
      );
    const staffAt = (library: string): Scope => ({ kind: 'staff', id: 's', libraries: [library] });
    for (let round = 0; round < 8; round++) {
      t.same(await seen(staffAt('east')), ['east']);
      t.same(await seen(null), ['east', 'west']);
      t.same(await seen(staffAt('west')), ['west']);
      t.same(await seen(staffAt('south')), []);
    }
  },
);
