import type { LibraryInput } from '../members/document.ts';
import { documentOf } from './documents.ts';
import { createFaultSwitch, FaultError, type FaultSwitch } from './faults.ts';
import { profiles, standingFaults } from './libraries.ts';
import type { Profile } from './profile.ts';
import { faultProtocols, type LibraryServer, startLibrary } from './servers/start.ts';

export { FaultError, faultNames, faultPhases, faultTable } from './faults.ts';
export { defaultLibraries } from './libraries.ts';

export interface SandboxOptions {
  /** Faults by library id: a name, or `name@phase`. They replace the library's own, if it has one. */
  readonly faults?: Readonly<Record<string, string>>;
  /** Ports by library id; the others take free ones. */
  readonly ports?: Readonly<Record<string, number>>;
  /** The first port of the whole consortium; each library takes the next one. Free ports when absent. */
  readonly firstPort?: number;
  /** Ids of the libraries to start; all of them when absent. */
  readonly libraries?: readonly string[];
  /** False takes away every delay, for tests that need none. */
  readonly delays?: boolean;
}

/** The demonstration libraries, listening on loopback. */
export interface Sandbox {
  /** Their library documents, with the ports they listen on. */
  readonly documents: readonly LibraryInput[];
  /** The truth of matching: the edition key of each record, by library and the gateway's local id. */
  truth(): ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Gives a library a fault, or takes it away; throws FaultError for what makes no sense. */
  inject(libraryId: string, fault: string | null): Promise<void>;
  close(): Promise<void>;
}

interface Running extends LibraryServer {
  readonly profile: Profile;
  readonly faults: FaultSwitch;
}

/** Starts the demonstration consortium. Nothing is catalogued before somebody searches. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const chosen = options.libraries;
  const wanted = profiles.filter((profile) => chosen?.includes(profile.id) ?? true);
  checkIds([...(chosen ?? []), ...Object.keys(options.faults ?? {})]);
  const settled = await Promise.allSettled(wanted.map((profile) => start(profile, options)));
  const running = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const close = async (): Promise<void> => {
    await Promise.all(running.map((one) => one.listener.close()));
  };
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  return {
    documents: running.map((one) => documentOf(one.profile, one.listener.port)),
    truth: () => truthOf(running),
    inject: async (libraryId, fault) => {
      const library = running.find((one) => one.profile.id === libraryId);
      if (library === undefined) throw new FaultError(`no library ${libraryId} is running`);
      library.faults.set(fault);
      await library.listener.refuse(library.faults.refusing);
    },
    close,
  };
}

function checkIds(ids: readonly string[]): void {
  for (const id of ids) {
    if (!profiles.some((profile) => profile.id === id)) {
      throw new FaultError(`no demonstration library has the id ${id}`);
    }
  }
}

async function start(profile: Profile, options: SandboxOptions): Promise<Running> {
  const fault = options.faults?.[profile.id] ?? standingFaults[profile.id] ?? null;
  const faults = createFaultSwitch(faultProtocols[profile.protocol], fault);
  const first = options.firstPort;
  const port =
    options.ports?.[profile.id] ?? (first === undefined ? 0 : first + profiles.indexOf(profile));
  const timed = options.delays === false ? { ...profile, delayMs: 0 } : profile;
  const server = await startLibrary(timed, faults, port);
  if (faults.refusing) await server.listener.refuse(true);
  return { ...server, profile, faults };
}

function truthOf(running: readonly Running[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map(
    running.map(({ profile, catalogue }) => [
      profile.id,
      new Map(
        catalogue.records.map(({ fact, localId }) => [
          (profile.baseOf?.(fact) ?? '') + localId,
          fact.edition,
        ]),
      ),
    ]),
  );
}
