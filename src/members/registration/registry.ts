import type { Clock } from '../../store/clock.ts';
import type { Database } from '../../store/database.ts';
import type { Checked } from '../check.ts';
import { type Directory, DuplicateLibraryError } from '../directory.ts';
import type { LibraryInput, LibraryStatus } from '../document.ts';
import type { Account } from './accounts.ts';
import type { ApprovedAddress } from './addresses.ts';
import { etagOf, isPauseOver, type LibraryRow, type VersionRow } from './rows.ts';
import type { Vault } from './vault.ts';

/** A registered library as this gateway has taken it over. */
export interface Registered {
  readonly id: string;
  readonly status: LibraryStatus;
  /** Of the entry, whatever of it changes. */
  readonly etag: string;
  readonly pause: LibraryRow['pause'];
  /** The state of a newer version that waits beside the one that answers, or null. */
  readonly pending: VersionRow['state'] | null;
}

/** Keeps the directory as the database has the registered libraries. */
export interface Registry {
  get(id: string): Registered | undefined;
  /** Takes over what was written since the last time, here or at another gateway. */
  read(): Promise<void>;
  close(): void;
}

export interface RegistryParts {
  readonly database: Database;
  readonly directory: Directory;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly check: (value: unknown) => Checked;
  /** An account of a row, or null where this gateway's key does not open it. */
  readonly openAccount: (row: SealedAccount) => Account | null;
  /** Told of an entry that cannot be used; it stays as it was, or out. */
  readonly onFault: (library: string, why: string) => void;
}

export interface SealedAccount {
  readonly library_id: string;
  readonly operation: string;
  readonly sealed: Buffer;
}

/** Longest that a timer can wait. */
const maxTimerMs = 2 ** 31 - 1;

/** A library with the document that counts now: the one that answers, or before that the newest. */
interface Row extends Omit<LibraryRow, 'created_at' | 'changed_at'> {
  readonly document: unknown;
  readonly newest_state: VersionRow['state'];
}

export function createRegistry(parts: RegistryParts): Registry {
  const { database, clock } = parts;
  const known = new Map<string, Row>();
  let seen = 0;
  let reading: Promise<void> = Promise.resolve();
  let resume: NodeJS.Timeout | undefined;

  async function readNew(): Promise<void> {
    const rows = await newerThan(database, seen);
    if (rows.length === 0) return;
    const ids = rows.map(({ id }) => id);
    const addresses = await addressesFor(database, ids);
    const accounts = await accountsFor(parts, ids);
    const twice: unknown[] = [];
    for (const row of rows) {
      const held = { addresses: addresses.get(row.id) ?? [], accounts: accounts.get(row.id) ?? {} };
      known.set(row.id, row);
      parts.vault.put(row.id, { ...held, pause: isPauseOver(row, clock.now()) ? null : row.pause });
      try {
        takeOver(parts, row);
      } catch (error) {
        twice.push(error);
      }
      seen = Math.max(seen, row.changed);
    }
    planResume();
    // One that cannot be taken over keeps none of the others out.
    if (twice.length > 0) throw twice[0];
  }

  /** Sees to the next pause that ends by itself. */
  function planResume(): void {
    clearTimeout(resume);
    const now = clock.now();
    const ends = [...known.values()].flatMap((row) =>
      row.status === 'paused' && row.pause?.until ? [Date.parse(row.pause.until)] : [],
    );
    const next = Math.min(...ends.filter((at) => at > now.getTime()));
    if (next === Number.POSITIVE_INFINITY) return;
    resume = setTimeout(endPauses, Math.min(next - now.getTime() + 1, maxTimerMs));
    resume.unref();
  }

  function endPauses(): void {
    const now = clock.now();
    for (const row of known.values()) {
      if (!isPauseOver(row, now)) continue;
      const held = parts.vault.get(row.id);
      if (held !== undefined) parts.vault.put(row.id, { ...held, pause: null });
      takeOver(parts, row);
    }
    planResume();
  }

  return {
    get(id) {
      const row = known.get(id);
      if (row === undefined) return undefined;
      const over = isPauseOver(row, clock.now());
      const pause = over ? null : row.pause;
      const waits = row.answering !== null && row.answering !== row.newest;
      return {
        id,
        status: over ? 'live' : row.status,
        etag: etagOf(row),
        pause,
        pending: waits ? row.newest_state : null,
      };
    },
    read() {
      // One after another, so that an older row is never taken over after a newer one.
      reading = reading.catch(() => {}).then(readNew);
      return reading;
    },
    close: () => clearTimeout(resume),
  };
}

/** Throws DuplicateLibraryError for an id that stands in a file as well. */
function takeOver({ directory, check, clock, onFault }: RegistryParts, row: Row): void {
  const status = isPauseOver(row, clock.now()) ? 'live' : row.status;
  const input = { ...(row.document as LibraryInput), status };
  const checked = check(input);
  if ('faults' in checked) {
    const [first] = checked.faults;
    onFault(row.id, `${first?.pointer}: ${first?.message}`);
    return;
  }
  const before = directory.get(row.id);
  if (before !== undefined && before.origin !== 'registered') {
    throw new DuplicateLibraryError(row.id, before.origin, 'registered');
  }
  directory.put(checked.library, checked.input, 'registered');
}

async function newerThan({ db }: Database, seen: number): Promise<readonly Row[]> {
  return await db
    .selectFrom('libraries')
    .innerJoin('library_versions', (join) =>
      join
        .onRef('library_versions.library_id', '=', 'libraries.id')
        .on((on) =>
          on('library_versions.number', '=', (number) =>
            number.fn.coalesce('libraries.answering', 'libraries.newest'),
          ),
        ),
    )
    .innerJoin('library_versions as newest_version', (join) =>
      join
        .onRef('newest_version.library_id', '=', 'libraries.id')
        .onRef('newest_version.number', '=', 'libraries.newest'),
    )
    .select([
      'libraries.id',
      'libraries.status',
      'libraries.newest',
      'libraries.answering',
      'libraries.pause',
      'libraries.changed',
      'library_versions.document',
      'newest_version.state as newest_state',
    ])
    .where('libraries.changed', '>', seen)
    .orderBy('libraries.changed')
    .execute();
}

async function addressesFor(
  { db }: Database,
  ids: readonly string[],
): Promise<Map<string, ApprovedAddress[]>> {
  const rows = await db
    .selectFrom('library_addresses')
    .select(['library_id', 'host', 'port', 'ranges'])
    .where('library_id', 'in', ids)
    .orderBy('host')
    .orderBy('port')
    .execute();
  const found = new Map<string, ApprovedAddress[]>();
  for (const { library_id, ...address } of rows) {
    found.set(library_id, [...(found.get(library_id) ?? []), address]);
  }
  return found;
}

async function accountsFor(
  { database, openAccount, onFault }: RegistryParts,
  ids: readonly string[],
): Promise<Map<string, Record<string, Account>>> {
  const rows = await database.db
    .selectFrom('library_credentials')
    .select(['library_id', 'operation', 'sealed'])
    .where('library_id', 'in', ids)
    .execute();
  const found = new Map<string, Record<string, Account>>();
  for (const row of rows) {
    const account = openAccount(row);
    if (account === null) {
      onFault(row.library_id, 'its stored account cannot be opened with GUANJI_SECRET_KEY');
      continue;
    }
    found.set(row.library_id, { ...found.get(row.library_id), [row.operation]: account });
  }
  return found;
}
