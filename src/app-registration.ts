import { resolve } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import type { DatabaseAccess } from './app-database.ts';
import { type Settings, settingsFault } from './config.ts';
import type { Checked } from './members/check.ts';
import { type Directory, DuplicateLibraryError } from './members/directory.ts';
import { storedSecret, withAccounts } from './members/registration/accounts.ts';
import { type ApprovedAddress, addressOfUrl } from './members/registration/addresses.ts';
import { concealed, withOwnAccount } from './members/registration/concealed.ts';
import type { RegistrationContext } from './members/registration/context.ts';
import { openAccount } from './members/registration/credentials.ts';
import { keptFiles, takeOverFiles } from './members/registration/files.ts';
import { createRegistration, type Registration } from './members/registration/index.ts';
import { createRegistry, type Registry } from './members/registration/registry.ts';
import { renewingConnector } from './members/registration/renewing.ts';
import {
  type GatewayNews,
  type SharedRegistry,
  shareRegistry,
} from './members/registration/shared.ts';
import type { Held, Vault } from './members/registration/vault.ts';
import { furnish } from './members/registration/vault.ts';
import type { Connector, Library } from './members/types.ts';
import { type ProbeReport, type ProbeTarget, probe } from './probe/index.ts';
import { pinEgress } from './protocols/egress.ts';
import { createConnector } from './protocols/index.ts';
import type { Egress, ResolvingEgress } from './protocols/types.ts';
import { deriveKey, secretKey } from './secret-key.ts';
import type { Clock } from './store/clock.ts';
import type { ProbeBounds } from './web/context.ts';

export interface RunningRegistration {
  readonly registration: Registration;
  /** Settles once what was registered is in the directory; rejects with SettingsError. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

export interface RegistrationParts {
  readonly settings: Settings;
  readonly database: DatabaseAccess;
  readonly directory: Directory;
  readonly vault: Vault;
  readonly egress: ResolvingEgress;
  readonly news: GatewayNews | null;
  readonly check: (value: unknown) => Checked;
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
}

interface Opened {
  readonly context: RegistrationContext;
  readonly registry: Registry;
  readonly shared: SharedRegistry;
}

/** Longest wait for the addresses of a host that is being approved. */
const resolveMs = 5000;

/**
 * Registered libraries: read into the directory as soon as the database is open, while searching goes on
 * with the others. Where there is nothing to read, no database is made before somebody registers.
 */
export function startRegistration(parts: RegistrationParts): RunningRegistration {
  const { settings, database } = parts;
  const stop = new AbortController();
  let opening: Promise<Opened> | null = null;
  const open = () => {
    opening ??= openRegistration(parts, stop.signal);
    return opening;
  };
  const wanted = async () =>
    settings.loans.enabled ||
    database.isThere ||
    (await keptFiles(resolve(settings.data))).length > 0;
  const ready = wanted().then(async (isWanted) => {
    if (isWanted) await open();
  });
  // Whoever waits for `ready` hears of it; nobody else has to.
  ready.catch(() => {});
  return {
    registration: createRegistration(open, () => database.isThere || opening !== null),
    ready,
    async close() {
      stop.abort();
      const opened = await opening?.catch(() => null);
      await opened?.shared.close();
    },
  };
}

async function openRegistration(parts: RegistrationParts, signal: AbortSignal): Promise<Opened> {
  const { settings, directory, vault, egress, check, clock, logger } = parts;
  const data = resolve(settings.data);
  const database = await parts.database.open(signal);
  const key = deriveKey(await secretKey(settings.secretKey, data), 'library accounts');
  const registry = createRegistry({
    database,
    directory,
    vault,
    clock,
    check,
    openAccount: (row) => openAccount(key, row),
    onFault: (library, why) =>
      logger.error({ library, why }, 'a registered library cannot be used'),
  });
  const shared = shareRegistry(registry, database, parts.news, (error) =>
    logger.warn({ err: error }, 'registered libraries could not be read again'),
  );
  const context: RegistrationContext = {
    database,
    clock,
    key,
    check,
    isTaken: (id) => directory.get(id) !== undefined,
    resolve: (host, port) =>
      egress.resolve(host, port, {
        signal,
        deadline: performance.now() + resolveMs,
      }),
    changed: () => shared.changed(),
  };
  try {
    for (const { file, fault } of await takeOverFiles(context, data)) {
      if (fault === null) logger.info({ file }, 'a registered library was taken into the database');
      else throw settingsFault(fault, { file });
    }
    await registry.read();
  } catch (error) {
    await shared.close();
    if (!(error instanceof DuplicateLibraryError)) throw error;
    throw settingsFault(error.message, { pointer: '/id' });
  }
  return { context, registry, shared };
}

/**
 * Makes the connector of a library. One that was registered reaches the addresses approved for it and no
 * other, and signs in with its stored accounts; both are taken over as they change.
 */
export function connectorMaker(
  directory: Directory,
  vault: Vault,
  egress: Egress,
  environment: Readonly<Record<string, string | undefined>>,
): (library: Library) => Connector {
  const variable = (name: string) => environment[name];
  const make = (library: Library, held: Held | undefined) => {
    const furnished = furnish(library, held?.accounts ?? {}, variable);
    return createConnector(furnished.library, {
      egress: held === undefined ? egress : pinEgress(egress, reachable(library, held, variable)),
      secret: furnished.secret,
    });
  };
  return (library) =>
    directory.get(library.id)?.origin === 'registered'
      ? renewingConnector(library, vault, make)
      : make(library, undefined);
}

/** What was approved, and the address that the operator of the gateway has set in its environment. */
function reachable(
  { connector }: Library,
  { addresses }: Held,
  variable: (name: string) => string | undefined,
): readonly ApprovedAddress[] {
  const isSet = (name: string | undefined, value: string) =>
    name !== undefined && value !== '' && variable(name) === value;
  if (connector.protocol === 'z3950') {
    const { host, port, hostEnv } = connector;
    return isSet(hostEnv, host) ? [...addresses, { host, port, ranges: null }] : addresses;
  }
  const place = isSet(connector.urlEnv, connector.url) ? addressOfUrl(connector.url) : null;
  return place === null ? addresses : [...addresses, { ...place, ranges: null }];
}

/** Probes within the bounds a caller has; what a server echoes of an account stays out of the report. */
export function probeWithin(
  { vault, egress }: { readonly vault: Vault; readonly egress: Egress },
  environment: Readonly<Record<string, string | undefined>>,
): (target: ProbeTarget, signal: AbortSignal, bounds: ProbeBounds) => Promise<ProbeReport> {
  return async (target, signal, { addresses, library }) => {
    const accounts = (library === undefined ? undefined : vault.get(library)?.accounts) ?? {};
    const own = target.kind === 'document' ? target.input : null;
    const asked =
      own === null ? target : ({ kind: 'document', input: withAccounts(own, accounts) } as const);
    const report = await probe(asked, {
      egress: addresses === undefined ? egress : pinEgress(egress, addresses),
      secret: (name) => (name.startsWith('@') ? storedSecret(accounts, name) : environment[name]),
      signal,
    });
    const { document } = report;
    const proposed = document === null || own === null ? document : withOwnAccount(document, own);
    return concealed({ ...report, document: proposed }, accounts);
  };
}
