import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor, PersonRole } from '../../src/loans/actor.ts';
import { systemActor } from '../../src/loans/actor.ts';
import { everydayCalendar } from '../../src/loans/calendar/calendar.ts';
import { installLifecycle } from '../../src/loans/lifecycle/install.ts';
import { loanJobHandlers } from '../../src/loans/lifecycle/timers.ts';
import { publishPolicy } from '../../src/loans/policy/store.ts';
import { type ActionResult, actOn } from '../../src/loans/requests/act.ts';
import type {
  FoundRecord,
  LoanContext,
  LoanLibrary,
  Tx,
} from '../../src/loans/requests/context.ts';
import { prepareRequest } from '../../src/loans/requests/prepare.ts';
import { type Submitted, submitRequest } from '../../src/loans/requests/submit.ts';
import type { Citation, RequestInput } from '../../src/loans/requests/types.ts';
import type { Database } from '../../src/store/database.ts';
import { createJobRunner } from '../../src/store/jobs.ts';

/** A world of four libraries with desks and readers, on a clock that only a test moves. */
export interface LoanWorld {
  readonly context: LoanContext;
  readonly database: Database;
  readonly libraries: Map<string, LoanLibrary>;
  readonly records: Map<string, FoundRecord>;
  now(): Date;
  /** Moves the clock and runs what falls due, in order of time. */
  advance(to: Date | { readonly hours?: number; readonly days?: number }): Promise<void>;
  /** Sets the clock without running anything. */
  setClock(to: Date): void;
  runDue(): Promise<void>;
  reader(library?: string, patronGroup?: string): Promise<Actor>;
  staff(library: string | null, ...roles: PersonRole[]): Actor;
  submit(reader: Actor, input?: Partial<RequestInput>): Promise<Submitted>;
  act(
    actor: Actor,
    number: string,
    action: string,
    input?: Readonly<Record<string, unknown>>,
  ): Promise<ActionResult>;
  state(number: string): Promise<{ state: string; leg: string | null; version: number }>;
}

export interface WorldOptions {
  readonly policy?: unknown;
  readonly start?: string;
  readonly channels?: readonly ('mail' | 'webhook')[];
  /** The database has had its world before: the life cycle and a policy are there. */
  readonly again?: boolean;
}

export const plainPolicy = {
  id: 'test',
  title: { zh: '测试', en: 'Test' },
  source: 'test',
  rules: [],
};

export const chemistry: Citation = {
  title: '化学工程实验',
  parallelTitle: 'Chemical engineering experiments',
  author: '冯红艳, 徐铜文, 杨伟华主编',
  publisher: '中国科学技术大学出版社',
  place: '合肥',
  year: '2014.2',
  edition: null,
  volume: null,
  series: null,
  isbn: '978-7-312-03389-6',
  language: 'chi',
  type: 'book',
  classMark: 'TQ016',
  callNumber: 'TQ016/58',
};

export function loanLibrary(
  id: string,
  code: string,
  more: Partial<LoanLibrary> = {},
): LoanLibrary {
  return {
    id,
    code,
    name: { zh: `示范${id}馆`, en: `Demonstration ${id} Library` },
    kind: 'member',
    lend: { from: null, to: null, foreign: true },
    borrow: true,
    copy: false,
    delivery: ['courier', 'pickup'],
    calendar: everydayCalendar,
    contact: {
      desk: { zh: '馆际互借处', en: 'Interlibrary loan desk' },
      phone: '010-0000',
      email: `desk@${id}.example`,
    },
    paused: false,
    ...more,
  };
}

export async function loanWorld(
  database: Database,
  options: WorldOptions = {},
): Promise<LoanWorld> {
  if (options.again !== true) await installWorld(database);
  let time = new Date(options.start ?? '2026-11-18T02:00:00Z');
  const libraries = new Map(
    [
      loanLibrary('home', '900001'),
      loanLibrary('chem', '900100'),
      loanLibrary('arts', '900200'),
      loanLibrary('national', '900900', { kind: 'national' }),
    ].map((library) => [library.id, library]),
  );
  const records = new Map<string, FoundRecord>();
  for (const [library, callNumber] of [
    ['chem', 'TQ016/58'],
    ['arts', 'TQ016/7'],
    ['national', 'TQ016/1204'],
  ] as const) {
    records.set(`${library}/000123`, {
      citation: { ...chemistry, callNumber },
      holding: {
        library,
        localId: '000123',
        callNumber,
        classMark: 'TQ016',
        collection: null,
        location: '三层书库',
        barcode: null,
        status: 'available',
        lendable: null,
        lendableWhy: null,
      },
    });
  }
  const context: LoanContext = {
    database,
    clock: { now: () => time },
    findLibrary: (id) => libraries.get(id) ?? null,
    findRecord: async ({ library, localId }) => records.get(`${library}/${localId}`) ?? null,
    findCopies: async () => ({ state: 'asked', copies: [] }),
    shelfScheme: () => 'clc',
    notices: { channels: options.channels ?? [], templatesOf: () => null },
    passKey: new Uint8Array(32).fill(7),
    timezone: 'Asia/Shanghai',
  };
  if (options.again !== true) {
    await database.transaction((tx) =>
      publishPolicy(context, tx, systemActor, options.policy ?? plainPolicy),
    );
  }
  const errors: unknown[] = [];
  const runner = createJobRunner({
    database,
    clock: context.clock,
    handlers: loanJobHandlers(context),
    onError: (error) => errors.push(error),
  });
  const runDue = async () => {
    await runner.runDue();
    if (errors.length > 0) throw errors[0];
  };
  const world: LoanWorld = {
    context,
    database,
    libraries,
    records,
    now: () => time,
    setClock: (to) => {
      time = to;
    },
    runDue,
    async advance(to) {
      const end =
        to instanceof Date
          ? to
          : new Date(time.getTime() + ((to.hours ?? 0) + (to.days ?? 0) * 24) * 3_600_000);
      for (;;) {
        const next = await database.db
          .selectFrom('jobs')
          .select('run_at')
          .where('done_at', 'is', null)
          .where('kind', 'like', 'loan.%')
          .where('run_at', '<=', end)
          .orderBy('run_at')
          .limit(1)
          .executeTakeFirst();
        if (next === undefined) break;
        if (next.run_at > time) time = next.run_at;
        await runDue();
      }
      time = end;
    },
    reader: (library = 'home', patronGroup = 'undergraduate') =>
      approvedReader(database, time, library, patronGroup),
    staff: (library, ...roles) => ({
      kind: 'staff',
      id: `staff-${library ?? 'all'}-${roles.join('-')}`,
      libraryId: library,
      roles,
    }),
    async submit(reader, input = {}) {
      const asked: RequestInput = {
        holding: { library: 'chem', localId: '000123' },
        delivery: 'courier',
        recipient: { name: '张三', email: 'zhang@example.org' },
        ...input,
      };
      const prepared = await prepareRequest(context, reader, asked);
      return await database.transaction((tx) => submitRequest(context, tx, reader, prepared));
    },
    async act(actor, number, action, input = {}) {
      const { version } = await world.state(number);
      return await database.transaction((tx) =>
        actOn(context, tx, actor, { number, action, version, input }),
      );
    },
    async state(number) {
      const row = await database.db
        .selectFrom('loan_requests')
        .select(['id', 'state', 'version'])
        .where('number', '=', number)
        .executeTakeFirstOrThrow();
      const leg = await database.db
        .selectFrom('loan_legs')
        .select('state')
        .where('request_id', '=', row.id)
        .orderBy('leg', 'desc')
        .limit(1)
        .executeTakeFirst();
      return { state: row.state, leg: leg?.state ?? null, version: row.version };
    },
  };
  return world;
}

async function installWorld(database: Database): Promise<void> {
  await installLifecycle(database);
  // Revisions are remembered by number: tests that share a database must not share numbers.
  const last = await database.db
    .selectFrom('policy_revisions')
    .select((select) => select.fn.max('revision').as('revision'))
    .executeTakeFirst();
  const first = (last?.revision ?? 0) + 1 + (randomBytes(3).readUIntBE(0, 3) % 1_000_000);
  await sql`alter table policy_revisions alter column revision
    restart with ${sql.lit(first)}`.execute(database.db);
}

/** An account without a password, for somebody whose seat a test takes. */
export async function insertAccount(
  tx: Tx,
  id: string,
  kind: 'reader' | 'staff',
  at: Date,
): Promise<void> {
  await tx
    .insertInto('accounts')
    .values({
      id,
      kind,
      login: id,
      login_key: id,
      password: null,
      password_changed_at: null,
      locale: 'zh',
      created_at: at,
      last_sign_in_at: null,
    })
    .execute();
}

/** A reader whose registration went its legal way. */
export async function approvedReader(
  database: Database,
  at: Date,
  library: string,
  patronGroup: string,
): Promise<Actor> {
  const id = randomUUID();
  await database.transaction(async (tx) => {
    await insertAccount(tx, id, 'reader', at);
    await tx
      .insertInto('readers')
      .values({
        id,
        library_id: library,
        state: 'approved',
        version: 2,
        patron_group: patronGroup,
        barcode: `B${id.slice(0, 12)}`,
        card_key: id,
        registered_at: at,
        approved_at: at,
        erased_at: null,
      })
      .execute();
    const steps = [
      ['none', 'register', 'awaiting_review', 'visitor'],
      ['awaiting_review', 'approve', 'approved', 'desk_clerk'],
    ] as const;
    for (const [index, [from_state, action, to_state, role]] of steps.entries()) {
      await tx
        .insertInto('reader_events')
        .values({
          reader_id: id,
          seq: index + 1,
          from_state,
          action,
          to_state,
          role,
          actor_kind: 'staff',
          actor_id: 'test',
          note: null,
          details: null,
          at,
        })
        .execute();
    }
    await tx
      .insertInto('reader_profiles')
      .values({
        reader_id: id,
        name: '张三',
        card_number: '2026001',
        email: 'zhang@example.org',
        email_key: 'zhang@example.org',
        phone: null,
        department: null,
        major: null,
        gender: null,
        address: null,
        postcode: null,
        title: null,
        degree: null,
        remark: null,
        extra: '{}',
        updated_at: at,
      })
      .execute();
  });
  return { kind: 'reader', id, libraryId: library, roles: ['reader'] };
}
