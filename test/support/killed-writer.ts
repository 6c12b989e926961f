import { createInterface } from 'node:readline';
import { recordAudit } from '../../src/store/audit.ts';
import { openDatabase } from '../../src/store/database.ts';
import { runOnce } from '../../src/store/idempotency.ts';
import { schedule } from '../../src/store/jobs.ts';
import { writeOutbox } from '../../src/store/outbox.ts';

/*
 * A process that is made to be killed: does one piece of work for each line it reads and answers
 * the line once the work is committed. Arguments: folder, address of a server or nothing.
 */
const [folder = '', url = ''] = process.argv.slice(2);
const database = await openDatabase({ folder, ...(url !== '' && { url, connections: 4 }) });
process.stdout.write('ready\n');

for await (const line of createInterface({ input: process.stdin })) {
  // Several at a time on a server, so that a kill finds transactions in every state.
  work(line).then(
    () => process.stdout.write(`${line}\n`),
    (error: unknown) => process.stderr.write(`${line}: ${String(error)}\n`),
  );
}

async function work(line: string): Promise<void> {
  const now = new Date();
  const claim = { actor: 'writer', key: line, request: line };
  await runOnce(database, claim, async (tx) => {
    await tx
      .insertInto('library_counters')
      .values({ library_id: 'writer', name: line, value: 1 })
      .execute();
    await writeOutbox(tx, { topic: 'mail', dedupKey: line, payload: { line } }, now);
    await schedule(tx, { kind: 'later', key: line, runAt: now }, now);
    await recordAudit(
      tx,
      {
        trail: 'writer',
        actor: { kind: 'system', id: 'writer' },
        action: 'written',
        subject: { kind: 'line', id: line },
      },
      now,
    );
    return { status: 201, headers: {}, body: line };
  });
}
