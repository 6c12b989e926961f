import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { readDirectoryShape, readSettings } from '../../src/config.ts';
import { openSession } from '../../src/loans/access/sessions.ts';
import type { Actor, PersonRole } from '../../src/loans/actor.ts';
import type { PeopleContext } from '../../src/loans/people/context.ts';
import type { ExternalLogins } from '../../src/loans/people/external/login.ts';
import { loansOfReader } from '../../src/loans/requests/privacy.ts';
import { createDirectory, type Directory } from '../../src/members/directory.ts';
import { createSearchEngine } from '../../src/search/engine.ts';
import type { Database } from '../../src/store/database.ts';
import type { WebContext } from '../../src/web/context.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { createServer } from '../../src/web/server.ts';
import { insertAccount, type LoanWorld, loanWorld, type WorldOptions } from './loans.ts';
import { unhurried } from './unhurried.ts';

/** The web layer over the loan world: everything but libraries to search. */
export interface LoanWeb {
  readonly app: FastifyInstance;
  readonly world: LoanWorld;
  readonly people: PeopleContext;
  /** The search's directory; empty, as loans have libraries of their own here. */
  readonly directory: Directory;
  /** A session of somebody who is there already. */
  token(actor: Actor): Promise<string>;
  /** A member of staff, written into the database, and a session. */
  staff(library: string | null, ...roles: PersonRole[]): Promise<Seated>;
  reader(library?: string): Promise<Seated>;
  ask(token: string | null, method: string, path: string, more?: AskMore): Promise<Reply>;
  close(): Promise<void>;
}

export interface Seated {
  readonly actor: Actor;
  readonly token: string;
}

export interface AskMore {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: Buffer;
}
export type Reply = LightMyRequestResponse;

const none: ExternalLogins = { providers: [], redirectUri: (id) => `https://ill.example/${id}` };

export const adminToken = 'token-of-the-test';

export async function loanWeb(
  database: Database,
  options: WorldOptions & {
    readonly logins?: ExternalLogins;
    /** Other parts of the gateway than those of this world. */
    readonly context?: Partial<WebContext>;
  } = {},
): Promise<LoanWeb> {
  const world = await loanWorld(database, options);
  const { context } = world;
  const people: PeopleContext = {
    database,
    clock: context.clock,
    findLibrary: context.findLibrary,
    parts: [loansOfReader],
    site: 'https://ill.example',
  };
  const settings = unhurried(await readSettings({ LOG_LEVEL: 'silent' }));
  const engine = createSearchEngine({
    connectorFor: () => {
      throw new Error('nothing is searched here');
    },
    settings: { ...settings.search, cache: settings.cache },
  });
  const directory = options.context?.directory ?? createDirectory();
  const app = await createServer(
    {
      settings: { ...settings, loans: { ...settings.loans, signInsPerMinute: 20 } },
      shape: await readDirectoryShape(settings),
      directory,
      engine,
      metrics: createMetrics({ load: () => engine.load(), guards: () => [] }),
      selection: { groups: [], defaultLibraries: [], maxLibraries: 10 },
      check: () => ({ faults: [] }),
      isAdministrator: (token) => token === adminToken,
      isReady: () => true,
      loans: { loans: context, people, logins: options.logins ?? none },
      ...options.context,
    },
    pino({ level: 'silent' }),
  );
  const token = async (actor: Actor) => {
    const opened = await database.transaction((tx) =>
      openSession(
        tx,
        {
          accountId: actor.id,
          kind: actor.kind === 'reader' ? 'reader' : 'staff',
          method: 'test',
          libraryId: actor.kind === 'staff' ? actor.libraryId : null,
          device: null,
        },
        world.now(),
      ),
    );
    return opened.token;
  };
  return {
    app,
    world,
    people,
    directory,
    token,
    async staff(library, ...roles) {
      const actor = await hire(database, world.now(), library, roles);
      return { actor, token: await token(actor) };
    },
    async reader(library) {
      const actor = await world.reader(library);
      return { actor, token: await token(actor) };
    },
    async ask(bearer, method, path, { body, headers = {}, payload } = {}) {
      // Neither injected calls nor the embedded engine ever wait for the event loop, and a loop that
      // never turns looks overloaded.
      await setImmediate();
      return await app.inject({
        method: method as 'GET',
        url: path,
        headers: {
          ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: body as object }),
        ...(payload === undefined ? {} : { payload }),
      });
    },
    async close() {
      await app.close();
      await engine.close();
    },
  };
}

async function hire(
  database: Database,
  at: Date,
  library: string | null,
  roles: readonly PersonRole[],
): Promise<Actor> {
  const id = randomUUID();
  await database.transaction(async (tx) => {
    await insertAccount(tx, id, 'staff', at);
    const email = `${id}@staff.example`;
    await tx
      .insertInto('staff')
      .values({
        id,
        name: '馆员',
        email,
        email_key: email,
        phone: null,
        state: 'active',
        created_at: at,
      })
      .execute();
    await tx
      .insertInto('staff_roles')
      .values(
        roles.map((role) => ({
          staff_id: id,
          role,
          library_id: library ?? '*',
          granted_at: at,
          granted_by: 'test',
        })),
      )
      .execute();
  });
  return { kind: 'staff', id, libraryId: library, roles };
}
