import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import { LoanError } from '../../../src/loans/errors.ts';
import { prepareRequest } from '../../../src/loans/requests/prepare.ts';
import { submitRequest } from '../../../src/loans/requests/submit.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { runOnce } from '../../../src/store/idempotency.ts';
import { type LoanWorld, loanWorld } from '../../support/loans.ts';

/** A request somebody wants: the reader, and the key it is asked for with. */
export interface Intention {
  readonly reader: string;
  readonly key: string;
}

/** What a process that is made to be killed is told to do. */
export interface KilledWork {
  readonly folder: string;
  readonly url: string;
  /** What its clock shows. */
  readonly at: string;
  /** Intentions of the process before it, whose answers nobody saw. */
  readonly repeat: readonly Intention[];
  /** Lanes that go on until the end, each with a reader of its own. */
  readonly lanes: readonly Intention[];
}

const say = (...words: readonly string[]) => process.stdout.write(`${words.join(' ')}\n`);

// At its end a process writes down what it compiled; this one has no end of its own.
flushCompileCache();
const input = createInterface({ input: process.stdin });
const [line] = (await once(input, 'line')) as [string];
const work = JSON.parse(line) as KilledWork;
say('opening');
const database = await openDatabase({
  folder: work.folder,
  ...(work.url !== '' && { url: work.url, connections: 4 }),
});
const world = await loanWorld(database, { again: true, start: work.at });
for (const intention of work.repeat) await submitOnce(world, intention);
await Promise.all(
  work.lanes.map(async ({ reader, key }) => {
    for (let n = 1; ; n++) await submitOnce(world, { reader, key: `${key}-${n}` });
  }),
);

async function submitOnce({ context, act }: LoanWorld, intention: Intention): Promise<void> {
  const { reader: id, key } = intention;
  say('begun', key, id);
  const reader = { kind: 'reader', id, libraryId: 'home', roles: ['reader'] } as const;
  const prepared = await prepareRequest(context, reader, {
    citation: { title: `书 ${key}` },
    library: 'chem',
    delivery: 'courier',
    ownReference: key,
  });
  const claim = { actor: id, key, request: key };
  const { outcome } = await runOnce(
    database,
    claim,
    async (tx) => {
      const submitted = await submitRequest(context, tx, reader, prepared);
      return { status: 201, headers: {}, body: submitted.number };
    },
    { clock: context.clock },
  );
  say('said', key, outcome.body);
  try {
    await act(reader, outcome.body, 'cancel');
  } catch (error) {
    // A repeated one may have been cancelled before.
    if (!(error instanceof LoanError)) throw error;
  }
}
