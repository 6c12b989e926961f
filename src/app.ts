import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { accessDatabase, type DatabaseAccess } from './app-database.ts';
import { accept, loadFiles } from './app-files.ts';
import { startHealth } from './app-health.ts';
import { type RunningLoans, startLoans } from './app-loans.ts';
import { connectorMaker, probeWithin, startRegistration } from './app-registration.ts';
import { type DirectoryShape, readDirectoryShape, type Settings } from './config.ts';
import { settleHeap } from './heap.ts';
import { checkLibrary } from './members/check.ts';
import { type ConnectorPool, createConnectorPool } from './members/connectors.ts';
import { createDirectory, type Directory } from './members/directory.ts';
import type { LibraryInput } from './members/document.ts';
import { prepareFinding } from './members/find.ts';
import { type GuardedConnector, type GuardStatus, guard } from './members/guards/index.ts';
import { addressesOf, printAddress } from './members/registration/addresses.ts';
import { pausedOf } from './members/registration/paused.ts';
import { createVault, type Vault } from './members/registration/vault.ts';
import type { SelectionRules } from './members/selection.ts';
import type { Connector, Library } from './members/types.ts';
import { type Watch, type WatchedConnector, watched } from './members/watched.ts';
import { createEgress } from './protocols/egress.ts';
import type { Egress, ResolvingEgress } from './protocols/types.ts';
import { createSearchEngine, defaultSearchSettings } from './search/engine.ts';
import type { SharedCache } from './search/shared/index.ts';
import type { LibraryAnswer, SearchEngine } from './search/types.ts';
import { type Clock, systemClock } from './store/clock.ts';
import { createAdministrator } from './web/administrator.ts';
import { createMetrics, type MetricsReport } from './web/metrics.ts';
import { createServer } from './web/server.ts';

/** Clients that keep connections open have this long to hear that the gateway is going. */
const noticeMs = 500;

type Environment = Readonly<Record<string, string | undefined>>;

export interface Demonstration {
  readonly documents: readonly LibraryInput[];
  readonly defaultLibraries: readonly string[];
}

type MaybeWatched = GuardedConnector & Partial<Pick<WatchedConnector, 'unwatched'>>;

/** The parts that ask libraries: enough for the command line, and what the server stands on. */
export interface Federation {
  readonly directory: Directory;
  readonly shape: DirectoryShape;
  readonly engine: SearchEngine;
  readonly egress: ResolvingEgress;
  /** What the connectors of registered libraries may use beside their documents. */
  readonly vault: Vault;
  /** Told of every library's answer in every search. */
  onAnswer(listener: (answer: LibraryAnswer) => void): void;
  /** Who looks on while libraries are asked from now on. */
  watch(watch: Watch): void;
  /** A library's guarded connector with nobody looking on; undefined for one that is not asked. */
  unwatched(id: string): Connector | undefined;
  /** A connector of any document, guarded by itself. */
  makeConnector(library: Library): GuardedConnector;
  /** The guards of the libraries asked so far. */
  guards(): Iterable<readonly [string, GuardStatus]>;
  readonly selection: SelectionRules;
  /** What is shared with other gateways, or null. */
  readonly shared: SharedCache | null;
  close(): Promise<void>;
}

export interface Gateway {
  readonly server: FastifyInstance;
  /** Settles when the database is open too; searching needs none of it. Rejects with SettingsError. */
  readonly ready: Promise<void>;
  /** The administrator's token when it was made at this start, to be shown once. */
  readonly madeToken: string | null;
  /** The numbers of this process. */
  report(): Promise<MetricsReport>;
  /** Ends what is in flight within its time, then every part in order. */
  close(): Promise<void>;
}

export interface GatewayOptions {
  readonly clock?: Clock;
  /** Numbers of the gateway's other processes, for one page of metrics about all. */
  readonly others?: () => Promise<readonly MetricsReport[]>;
}

/** Wires directory, egress, connectors, guards and the search engine. */
export async function createFederation(
  settings: Settings,
  environment: Environment,
  demonstration: Demonstration | null,
  logger: FastifyBaseLogger,
): Promise<Federation> {
  settleHeap();
  const shape = await readDirectoryShape(settings);
  const directory = createDirectory();
  const demonstrationPorts: string[] = [];
  for (const input of demonstration?.documents ?? []) {
    const library = accept(checkLibrary(input, environment));
    directory.put(library, input, 'demonstration');
    demonstrationPorts.push(...addressesOf(library.connector).map(printAddress));
  }
  const watcher = await loadFiles(settings, environment, directory, logger);
  prepareFinding(directory);
  const egress = createEgress({
    allow: [...settings.egress.allow, ...demonstrationPorts, ...configuredAddresses(settings)],
    limits: settings.egress,
  });
  const shared = await openShared(settings, logger);
  const vault = createVault();
  const connect = connectorMaker(directory, vault, egress, environment);
  let watch: Watch | null = null;
  const together = shared === null ? {} : { slots: shared.slots, rates: shared.rates };
  const pool = createConnectorPool(directory, (library): MaybeWatched => {
    const guarded = guard(connect(library), together);
    return watch === null ? guarded : watched(guarded, watch);
  });
  const listeners: ((answer: LibraryAnswer) => void)[] = [];
  const engine: SearchEngine = createSearchEngine({
    connectorFor: (id) => pool.get(id) ?? pausedOf(directory, vault, id),
    settings: { ...settings.search, cache: settings.cache },
    ...(shared === null
      ? {}
      : { shared: shared.answers, sharedSearches: shared.searches, sharedLines: shared.lines }),
    onAnswer: (answer) => {
      for (const listener of listeners) listener(answer);
      const { id, state, cause, elapsedMs, hits, fetched } = answer;
      logger.info({ library: id, state, cause, elapsedMs, hits, fetched }, 'library answered');
    },
    onFault: (error, library) =>
      logger.error({ err: error, library }, 'a connector broke its word'),
  });
  return {
    directory,
    shape,
    engine,
    egress,
    vault,
    onAnswer: (listener) => {
      listeners.push(listener);
    },
    watch: (given) => {
      watch = given;
    },
    unwatched: (id) => {
      const connector = pool.get(id);
      return connector?.unwatched ?? connector;
    },
    makeConnector: (library) => guard(connect(library)),
    guards: function* () {
      for (const [id, connector] of pool.made()) yield [id, connector.status()] as const;
    },
    selection: {
      groups: shape.groups,
      defaultLibraries:
        shape.defaultLibraries.length > 0
          ? shape.defaultLibraries
          : (demonstration?.defaultLibraries ?? []),
      maxLibraries: settings.search.maxLibraries,
    },
    shared,
    close: () => closeAll(watcher, engine, pool, egress, shared),
  };
}

/** The whole gateway, not yet listening. */
export async function createGateway(
  settings: Settings,
  environment: Environment,
  demonstration: Demonstration | null,
  logger: FastifyBaseLogger,
  { clock = systemClock, others }: GatewayOptions = {},
): Promise<Gateway> {
  const federation = await createFederation(settings, environment, demonstration, logger);
  const check = (value: unknown) => checkLibrary(value, environment);
  const administrator = await createAdministrator(settings.adminToken, settings.data);
  const metrics = createMetrics({
    load: () => federation.engine.load(),
    guards: () => federation.guards(),
    shared: () => federation.shared,
    health: () => health.states(),
    ...(others === undefined ? {} : { others }),
  });
  federation.onAnswer((answer) => metrics.answered(answer));
  let stopping = false;
  let opened = false;
  let site = settings.loans.site;
  const database = accessDatabase(settings);
  const siteOf = () => {
    site ??= listeningAt(server);
    return site;
  };
  const loans = startedLoans(settings, environment, federation, database, clock, logger, siteOf);
  const { health, close: closeHealth } = startHealth({
    ...federation,
    connectorFor: federation.unwatched,
    settings,
    database,
    check,
    site: siteOf,
    clock,
    logger,
  });
  federation.watch(health.watch);
  const registered = startRegistration({
    ...federation,
    news: federation.shared,
    settings,
    database,
    check,
    clock,
    logger,
  });
  const server: FastifyInstance = await createServer(
    {
      settings,
      shape: federation.shape,
      directory: federation.directory,
      registration: registered.registration,
      selection: federation.selection,
      engine: federation.engine,
      metrics,
      check,
      isAdministrator: administrator.isAdministrator,
      isReady: () => opened && !stopping,
      probe: probeWithin(federation, environment),
      loans,
      health,
    },
    logger,
  );
  const ready = Promise.all([loans?.ready, registered.ready]).then(() => {
    opened = true;
  });
  ready.catch(() => {});
  return {
    server,
    ready,
    madeToken: administrator.made,
    report: () => metrics.report(),
    async close() {
      stopping = true;
      // Where others take over, clients are told to go to them before anything is closed.
      if (federation.shared !== null) await delay(Math.min(noticeMs, settings.server.drainMs));
      const limit = setTimeout(
        () => server.server.closeAllConnections(),
        settings.server.drainMs,
      ).unref();
      await server.close();
      clearTimeout(limit);
      await loans?.close();
      await closeHealth();
      await registered.close();
      await database.close();
      await federation.close();
    },
  };
}

function startedLoans(
  settings: Settings,
  environment: Environment,
  { directory, engine, egress }: Federation,
  database: DatabaseAccess,
  clock: Clock,
  logger: FastifyBaseLogger,
  site: () => string,
): RunningLoans | null {
  if (!settings.loans.enabled) return null;
  return startLoans({
    settings,
    database,
    directory,
    engine,
    egress,
    clock,
    logger,
    site,
    environment,
  });
}

/** Where the server is reached on this machine. */
export function listeningAt(server: FastifyInstance): string {
  const address = server.server.address();
  if (address === null || typeof address === 'string') return 'http://localhost';
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

/** Addresses that may be reached because they were configured. */
function configuredAddresses({ smtpUrl, loans }: Settings): readonly string[] {
  return [smtpUrl, loans.webhook].flatMap((text) => {
    if (text === null) return [];
    const { hostname, port, protocol } = new URL(text);
    const usual = { 'smtp:': '587', 'smtps:': '465', 'http:': '80', 'https:': '443' }[protocol];
    return [`${hostname}:${port || usual}`];
  });
}

async function closeAll(
  watcher: { close(): void },
  engine: SearchEngine,
  pool: ConnectorPool<MaybeWatched>,
  egress: Egress,
  shared: SharedCache | null,
): Promise<void> {
  watcher.close();
  await engine.close();
  await pool.close();
  await egress.close();
  await shared?.close();
}

/** What is shared with other gateways; its absence is said in the log, and the search goes on without. */
async function openShared(
  settings: Settings,
  logger: FastifyBaseLogger,
): Promise<SharedCache | null> {
  const { cacheUrl, cache, search } = settings;
  if (cacheUrl === null) return null;
  // Its client is a quarter of all modules of a gateway, and most gateways share nothing.
  const { openSharedCache } = await import('./search/shared/index.ts');
  return openSharedCache({
    url: cacheUrl,
    prefix: cache.prefix,
    freshMs: cache.freshSeconds * 1000,
    negativeMs: defaultSearchSettings.cache.negativeSeconds * 1000,
    keepSearchesMs: search.keepSearchesSeconds * 1000,
    keepRecordsMs: search.keepRecordsSeconds * 1000,
    onChange: (state, cause) => {
      if (state === 'away') logger.warn({ cause }, 'the shared cache is away');
      else logger.info('the shared cache is back');
    },
  });
}
