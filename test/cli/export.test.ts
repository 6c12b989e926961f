import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportTables } from '../../src/cli/export.ts';
import { newSecret } from '../../src/loans/access/secrets.ts';
import { eachDatabase } from '../support/database.ts';

eachDatabase(
  'exports every row of what lasts, and nothing that opens a session',
  async (t, database) => {
    const id = '0190b1a2-7c3d-4e5f-8a9b-0c1d2e3f4a5b';
    const at = new Date('2026-03-01T08:00:00Z');
    const secret = newSecret();
    await database.db
      .insertInto('accounts')
      .values({
        id,
        kind: 'staff',
        login: '馆员',
        login_key: '馆员',
        password: null,
        password_changed_at: null,
        created_at: at,
        last_sign_in_at: null,
        locale: 'zh',
      })
      .execute();
    await database.db
      .insertInto('single_use_tokens')
      .values({
        token_hash: secret.hash,
        purpose: 'reset_password',
        account_id: id,
        payload: '{}',
        created_at: at,
        expires_at: at,
        used_at: null,
      })
      .execute();
    await database.db
      .insertInto('library_counters')
      .values(
        Array.from({ length: 2500 }, (_, n) => ({
          library_id: `library-${n}`,
          name: 'reader',
          value: n,
        })),
      )
      .execute();
    const folder = await mkdtemp(join(tmpdir(), 'guanji-export-'));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const counts = await exportTables(database, folder);
    const files = await readdir(folder);
    t.notOk(files.includes('single_use_tokens.jsonl'), 'tokens stay where they are');
    t.notOk(files.includes('outbox.jsonl'), 'and so do links in mails');
    t.equal(counts.library_counters, 2500);
    const lines = (await readFile(join(folder, 'library_counters.jsonl'), 'utf8'))
      .trim()
      .split('\n');
    t.equal(lines.length, 2500, 'more rows than are fetched at once');
    const [account = ''] = (await readFile(join(folder, 'accounts.jsonl'), 'utf8')).split('\n');
    t.match(JSON.parse(account), { id, login: '馆员', created_at: at.toISOString() });
    const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
    t.same(manifest.rows, counts);
    t.equal(manifest.engine, database.engine);
  },
);
