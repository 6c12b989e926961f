import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { LoanError } from '../../../src/loans/errors.ts';
import { prepareRequest } from '../../../src/loans/requests/prepare.ts';
import { submitRequest } from '../../../src/loans/requests/submit.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { runOnce } from '../../../src/store/idempotency.ts';
import { unsoundLoans } from '../../support/loan-invariants.ts';
import { type LoanWorld, loanWorld } from '../../support/loans.ts';
import { count, makePlace, option, say } from './place.ts';

/**
 * A child submits and moves requests and says so only after the commit; it is killed at any moment,
 * and whatever it said must be there, once. `--kills N --engine embedded|postgresql`.
 */
if (process.argv.includes('--child')) await child();
else await parent();

async function parent(): Promise<void> {
  const kills = count('kills', 300);
  const place = await makePlace();
  const first = await place.open();
  const world = await loanWorld(first);
  const readers = await Promise.all(Array.from({ length: 8 }, () => world.reader()));
  await first.close();
  const said = new Map<string, string>();
  const wrong: string[] = [];
  for (let kill = 1; kill <= kills && wrong.length === 0; kill++) {
    await runAndKill(
      place,
      readers.map((reader) => reader.id),
      said,
      kill,
    );
    if (kill % 10 !== 0 && kill !== kills) continue;
    const database = await place.open();
    const rows = await database.db
      .selectFrom('loan_requests')
      .select(['number', 'own_reference'])
      .execute();
    for (const [key, number] of said) {
      const found = rows.filter((row) => row.own_reference === key);
      if (found.length !== 1 || found[0]?.number !== number)
        wrong.push(`${key}: ${found.length} rows`);
    }
    wrong.push(...(await unsoundLoans(database)));
    await database.close();
    say(
      `${kill} kills, ${said.size} requests acknowledged, ${rows.length} there, ${wrong.length} wrong`,
    );
  }
  await place.remove();
  for (const line of wrong.slice(0, 20)) say(line);
  process.exitCode = wrong.length === 0 && said.size > 0 ? 0 : 1;
}

interface Place {
  readonly engine: string;
  readonly url: string;
  readonly folder: string;
}

/** Runs the child until it has said something, then kills it a moment later. */
async function runAndKill(
  place: Place,
  readers: readonly string[],
  said: Map<string, string>,
  kill: number,
): Promise<void> {
  const process_ = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      import.meta.filename,
      '--child',
      ...['--folder', place.folder, '--url', place.url || 'none', '--readers', readers.join(',')],
      ...['--prefix', `k${kill}`],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => process_.once('exit', resolve));
  let timer: NodeJS.Timeout | null = null;
  for await (const line of createInterface({ input: process_.stdout })) {
    const [word, key = '', number = ''] = line.split(' ');
    if (word === 'said') said.set(key, number);
    // One kill in four may hit before the first request, the others while requests are made.
    const begins = kill % 4 === 0 ? 'ready' : 'said';
    if (timer === null && word === begins) {
      timer = setTimeout(() => process_.kill('SIGKILL'), Math.random() * 400);
    }
  }
  if (timer !== null) clearTimeout(timer);
  await ended;
}

async function child(): Promise<void> {
  const url = option('url', 'none');
  const database = await openDatabase({
    folder: option('folder', ''),
    ...(url !== 'none' && { url }),
  });
  const world = await loanWorld(database);
  const readers = option('readers', '').split(',');
  process.stdout.write('ready\n');
  for (let n = 1; ; n++) {
    await submitOnce(world, readers[n % readers.length] ?? '', `${option('prefix', 'x')}-${n}`);
  }
}

async function submitOnce(world: LoanWorld, id: string, key: string): Promise<void> {
  const { context, database } = world;
  const reader = { kind: 'reader', id, libraryId: 'home', roles: ['reader'] } as const;
  const prepared = await prepareRequest(context, reader, {
    citation: { title: `书 ${key}` },
    library: 'chem',
    delivery: 'courier',
    ownReference: key,
  });
  try {
    const { outcome } = await runOnce(database, { actor: id, key, request: key }, async (tx) => {
      const submitted = await submitRequest(context, tx, reader, prepared);
      return { status: 201, headers: {}, body: submitted.number };
    });
    process.stdout.write(`said ${key} ${outcome.body}\n`);
    await world.act(reader, outcome.body, 'cancel');
  } catch (error) {
    if (!(error instanceof LoanError)) throw error;
  }
}
