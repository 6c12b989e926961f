import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { verifyTrails } from '../../src/store/audit.ts';
import type { Database } from '../../src/store/database.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { DatabasePlace } from './database.ts';

export interface KillReport {
  readonly kills: number;
  /** Pieces of work that a writer said it had committed. */
  readonly acknowledged: number;
  readonly lost: readonly string[];
  /** Work with one of its effects and not the others, or with one of them twice. */
  readonly torn: readonly string[];
  readonly trailFaults: number;
}

/**
 * Kills a writing process, again and again, at moments between its first answer and some later
 * one, and then reads what is there. Nothing is waited for by the clock: a kill follows the n-th
 * acknowledgement, with more work sent than was answered.
 */
export async function killWriters(place: DatabasePlace, kills: number): Promise<KillReport> {
  const acknowledged = new Set<string>();
  for (let n = 0; n < kills; n++) await killOne(place, n, 1 + ((n * 7) % 23), acknowledged);
  const database = await openDatabase({
    folder: place.folder,
    ...(place.url && { url: place.url }),
  });
  try {
    return { kills, acknowledged: acknowledged.size, ...(await judge(database, acknowledged)) };
  } finally {
    await database.close();
  }
}

async function killOne(
  place: DatabasePlace,
  round: number,
  answers: number,
  acknowledged: Set<string>,
): Promise<void> {
  const program = join(import.meta.dirname, 'killed-writer.ts');
  const child: ChildProcess = spawn(process.execPath, [program, place.folder, place.url ?? ''], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  let seen = 0;
  if (child.stdout === null || child.stdin === null) throw new Error('no pipes');
  child.stdin.on('error', () => {});
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready') {
      const lines = Array.from({ length: answers + 20 }, (_, i) => `${round}-${i}`);
      child.stdin.write(`${lines.join('\n')}\n`);
      continue;
    }
    // What was written to the pipe before the kill was acknowledged, also if it is read after it.
    acknowledged.add(line);
    if (++seen === answers) child.kill('SIGKILL');
  }
  await exit;
}

async function judge(database: Database, acknowledged: ReadonlySet<string>) {
  const { rows } = await sql<{ line: string; effects: number }>`
    select line, count(*)::int as effects from (
      select name as line from library_counters where library_id = 'writer'
      union all select dedup_key from outbox
      union all select key from jobs where kind = 'later'
      union all select subject_id from audit where trail = 'writer'
      union all select key from idempotency_keys where state = 'done'
    ) as effects group by line`.execute(database.db);
  const effects = new Map(rows.map((row) => [row.line, row.effects]));
  return {
    lost: [...acknowledged].filter((line) => !effects.has(line)),
    torn: rows.filter((row) => row.effects !== 5).map((row) => `${row.line}: ${row.effects} of 5`),
    trailFaults: (await verifyTrails(database)).length,
  };
}
