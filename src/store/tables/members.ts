import type { Json, JsonColumn, NullableJsonColumn } from '../values.ts';

export interface RegistryStateTable {
  id: boolean;
  /** Number of the newest change of any library. */
  changed: number;
}

export interface PauseRow {
  readonly reason: { readonly zh: string; readonly en: string };
  /** ISO date and time at which the library answers again by itself, or null. */
  readonly until: string | null;
}

export interface LibrariesTable {
  id: string;
  status: 'draft' | 'testing' | 'approved' | 'live' | 'paused' | 'retired';
  /** Number of the newest version. */
  newest: number;
  /** Number of the version that is asked; null before the library was ever live. */
  answering: number | null;
  pause: NullableJsonColumn<PauseRow>;
  /** Number of the registry's change that touched this library last. */
  changed: number;
  created_at: Date;
  changed_at: Date;
}

export interface LibraryVersionsTable {
  library_id: string;
  number: number;
  /** The document as it was written, without its status. */
  document: JsonColumn<Json>;
  state: 'draft' | 'testing' | 'approved' | 'answering' | 'replaced' | 'refused';
  made_at: Date;
  made_by_kind: string;
  made_by_id: string;
  why: string | null;
  approved_at: Date | null;
  approved_by_kind: string | null;
  approved_by_id: string | null;
}

export interface LibraryAddressesTable {
  library_id: string;
  host: string;
  port: number;
  /** CIDR ranges that the host's addresses have to lie in; null for wherever the egress may go. */
  ranges: NullableJsonColumn<readonly string[]>;
  approved_at: Date;
  approved_by_kind: string;
  approved_by_id: string;
}

export interface LibraryTokensTable {
  token_hash: Buffer;
  library_id: string;
  made_at: Date;
  made_by_kind: string;
  made_by_id: string;
  /** When a token that was replaced ends; null for the one in force. */
  ends_at: Date | null;
}

export interface LibraryInvitationsTable {
  id: string;
  code_hash: Buffer;
  /** The only id that may be registered with it, or null for any. */
  library_id: string | null;
  /** Address that the invited library may have probed before anything is approved. */
  host: string | null;
  port: number | null;
  note: string | null;
  made_at: Date;
  made_by_kind: string;
  made_by_id: string;
  expires_at: Date;
  used_at: Date | null;
  used_by: string | null;
  withdrawn_at: Date | null;
}

export interface LibraryCredentialsTable {
  library_id: string;
  /** `default`, or the operation of an X-Service account. */
  operation: string;
  sealed: Buffer;
  set_at: Date;
  set_by_kind: string;
  set_by_id: string;
}

export interface MemberTables {
  registry_state: RegistryStateTable;
  libraries: LibrariesTable;
  library_versions: LibraryVersionsTable;
  library_addresses: LibraryAddressesTable;
  library_tokens: LibraryTokensTable;
  library_invitations: LibraryInvitationsTable;
  library_credentials: LibraryCredentialsTable;
}
