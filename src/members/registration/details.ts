import type { LibraryInput, LibraryStatus } from '../document.ts';
import type { ApprovedAddress } from './addresses.ts';
import type { RegistrationContext } from './context.ts';
import { type KnownAccount, knownAccounts } from './credentials.ts';
import { type Difference, differencesOf } from './differences.ts';
import { notRegistered } from './errors.ts';
import { approvedOf, documentOf, etagOf, isPauseOver, type VersionRow, versionOf } from './rows.ts';

/** What the library itself and the federation see of an entry, beside what everybody does. */
export interface Details {
  readonly id: string;
  readonly status: LibraryStatus;
  readonly etag: string;
  /** The newest document as it was written, with the entry's status. */
  readonly document: LibraryInput;
  readonly version: number;
  /** The version that is asked; null before the library was ever live. */
  readonly answering: number | null;
  /** How the newest version stands while another one answers. */
  readonly pending: VersionRow['state'] | null;
  readonly addresses: readonly ApprovedAddress[];
  readonly credentials: readonly KnownAccount[];
  /** Whether the library has a token that is good. */
  readonly hasToken: boolean;
}

export async function detailsOf(context: RegistrationContext, id: string): Promise<Details> {
  const { database, clock } = context;
  const now = clock.now();
  const found = await database.transaction(async (tx) => {
    const row = await tx
      .selectFrom('libraries')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (row === undefined) throw notRegistered(id);
    const token = await tx
      .selectFrom('library_tokens')
      .select('made_at')
      .where('library_id', '=', id)
      .where((where) => where.or([where('ends_at', 'is', null), where('ends_at', '>', now)]))
      .executeTakeFirst();
    const newest = await versionOf(tx, id, row.newest);
    return { row, newest, addresses: await approvedOf(tx, id), hasToken: token !== undefined };
  });
  const { row, newest, addresses, hasToken } = found;
  const status = isPauseOver(row, now) ? 'live' : row.status;
  const waits = row.answering !== null && row.newest !== row.answering;
  return {
    id,
    status,
    etag: etagOf(row),
    document: { ...documentOf(newest), status },
    version: row.newest,
    answering: row.answering,
    pending: waits ? newest.state : null,
    addresses,
    credentials: await knownAccounts(context, id),
    hasToken,
  };
}

/** One version of a document, as the list of versions shows it. */
export interface Version {
  readonly number: number;
  readonly state: VersionRow['state'];
  readonly madeAt: string;
  readonly madeBy: { readonly kind: string; readonly id: string };
  readonly why: string | null;
  readonly approvedAt: string | null;
  readonly approvedBy: { readonly kind: string; readonly id: string } | null;
}

/** Versions shown of one library; older ones are kept and found by their number. */
const maxVersions = 500;

/** Newest first. */
export async function listVersions(
  { database }: RegistrationContext,
  id: string,
): Promise<readonly Version[]> {
  const rows = await database.db
    .selectFrom('library_versions')
    .selectAll()
    .where('library_id', '=', id)
    .orderBy('number', 'desc')
    .limit(maxVersions)
    .execute();
  if (rows.length === 0) throw notRegistered(id);
  return rows.map(shownVersion);
}

export async function readVersion(
  { database }: RegistrationContext,
  id: string,
  number: number,
): Promise<Version & { readonly document: LibraryInput }> {
  const row = await database.transaction((tx) => versionOf(tx, id, number));
  return { ...shownVersion(row), document: documentOf(row) };
}

/** What has to be done to one version's document to get another's. */
export async function compareVersions(
  context: RegistrationContext,
  id: string,
  from: number,
  to: number,
): Promise<readonly Difference[]> {
  const before = await readVersion(context, id, from);
  const after = await readVersion(context, id, to);
  return differencesOf(before.document, after.document);
}

function shownVersion(row: VersionRow): Version {
  const { approved_by_kind: kind, approved_by_id: id } = row;
  return {
    number: row.number,
    state: row.state,
    madeAt: row.made_at.toISOString(),
    madeBy: { kind: row.made_by_kind, id: row.made_by_id },
    why: row.why,
    approvedAt: row.approved_at?.toISOString() ?? null,
    approvedBy: kind === null || id === null ? null : { kind, id },
  };
}
