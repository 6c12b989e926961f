import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { connectorMaker, probeWithin, startRegistration } from '../../src/app-registration.ts';
import { readSettings } from '../../src/config.ts';
import { checkLibrary } from '../../src/members/check.ts';
import { createConnectorPool } from '../../src/members/connectors.ts';
import { fillDefaults } from '../../src/members/defaults.ts';
import { createDirectory, type Directory } from '../../src/members/directory.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import { guard } from '../../src/members/guards/index.ts';
import type { Registration } from '../../src/members/registration/index.ts';
import { pausedOf } from '../../src/members/registration/paused.ts';
import type { GatewayNews } from '../../src/members/registration/shared.ts';
import { createVault, type Vault } from '../../src/members/registration/vault.ts';
import { createEgress } from '../../src/protocols/egress.ts';
import { createSearchEngine } from '../../src/search/engine.ts';
import type { Database } from '../../src/store/database.ts';
import { scripted } from '../protocols/scripted.ts';
import { answerXml, marcRecord } from '../protocols/sru/answers.ts';
import { minimalDocument } from './documents.ts';
import { type AskMore, adminToken, type LoanWeb, loanWeb, type Reply } from './loan-web.ts';
import { standingClock } from './standing-clock.ts';

/** A gateway's registry, web layer and search over a real database and real servers on loopback. */
export interface RegistrationWorld {
  readonly app: FastifyInstance;
  readonly web: LoanWeb;
  readonly directory: Directory;
  readonly vault: Vault;
  readonly registration: Registration;
  readonly clock: ReturnType<typeof standingClock>;
  /** Every line the gateway logged. */
  readonly logged: () => string;
  ask(token: string | null, method: string, path: string, more?: AskMore): Promise<Reply>;
  /** An invited library: its id is registered as a draft; its token. */
  invited(document: LibraryInput): Promise<string>;
  /** How one library answers a search: its state, what readers are told, the titles that came. */
  search(library: string): Promise<Searched>;
  close(): Promise<void>;
}

export interface Searched {
  readonly status: number;
  readonly state: string | null;
  readonly said: string | null;
  readonly titles: readonly string[];
}

export interface WorldWishes {
  readonly news?: GatewayNews | null;
  /** Addresses of names, in place of the resolver's. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** A folder of this gateway's own; a scratch one by default. */
  readonly data: string;
  readonly secretKey?: string;
  /** Told twice to the same database, the second is another gateway. */
  readonly again?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Libraries that stand in files of this gateway. */
  readonly files?: readonly LibraryInput[];
}

export async function registrationWorld(
  database: Database,
  wishes: WorldWishes,
): Promise<RegistrationWorld> {
  const { environment = {}, data, again = false } = wishes;
  const clock = standingClock();
  const directory = createDirectory();
  const vault = createVault();
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const settings = {
    ...(await readSettings({})),
    data,
    secretKey: wishes.secretKey ?? 'k'.repeat(40),
  };
  const check = (value: unknown) => checkLibrary(value, environment);
  for (const input of wishes.files ?? []) {
    directory.put(fillDefaults(input, environment), input, 'file');
  }
  const egress = createEgress({
    allow: ['127.0.0.0/8:1-65535'],
    ...(wishes.resolve === undefined ? {} : { resolve: wishes.resolve }),
  });
  const running = startRegistration({
    settings,
    database: { open: async () => database, isThere: true, close: async () => {} },
    directory,
    vault,
    egress,
    news: wishes.news ?? null,
    check,
    clock,
    logger,
  });
  await running.ready;
  const pool = createConnectorPool(directory, (library) =>
    guard(connectorMaker(directory, vault, egress, environment)(library)),
  );
  const engine = createSearchEngine({
    connectorFor: (id) => pool.get(id) ?? pausedOf(directory, vault, id),
    settings: { ...settings.search, cache: settings.cache },
  });
  const web = await loanWeb(database, {
    again,
    context: {
      directory,
      engine,
      check,
      registration: running.registration,
      probe: probeWithin({ vault, egress }, environment),
    },
  });
  const ask: RegistrationWorld['ask'] = (token, method, path, more) =>
    web.ask(token, method, `/api/v1${path}`, more);
  return {
    app: web.app,
    web,
    directory,
    vault,
    registration: running.registration,
    clock,
    logged: () => lines.join(''),
    ask,
    async invited(document) {
      const made = await ask(adminToken, 'POST', '/invitations', { body: {} });
      const headers = { invitation: made.json().code };
      const registered = await ask(null, 'POST', '/libraries', { body: document, headers });
      if (registered.statusCode !== 201) throw new Error(registered.body);
      return registered.json().token;
    },
    async search(library) {
      const answer = await ask(null, 'GET', `/search?q=anything&libraries=${library}`, {
        headers: { 'cache-control': 'no-cache' },
      });
      const { libraries = [], records = [] } = answer.json();
      const titles = records.map(({ title }: { title: string }) => title);
      const [first] = libraries;
      const said = first?.message.zh ?? null;
      return { status: answer.statusCode, state: first?.state ?? null, said, titles };
    },
    async close() {
      await web.close();
      await engine.close();
      await pool.close();
      await running.close();
      await egress.close();
    },
  };
}

/** A catalogue over SRU that has one record, whose title says which catalogue it is. */
export async function catalogue(title: string) {
  const server = await scripted(() => answerXml({ hits: 1, records: [marcRecord('1', title)] }));
  return server;
}

/** A document for such a catalogue. */
export function sruDocument(
  id: string,
  url: string,
  more: Partial<LibraryInput> = {},
): LibraryInput {
  return minimalDocument(id, { connector: { protocol: 'sru', url }, ...more });
}
