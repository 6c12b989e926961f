import type { Generated } from 'kysely';
import type { Json, JsonColumn, NullableJsonColumn } from '../values.ts';

/** A sign-in. Its id is the reader's or the staff member's. */
export interface AccountsTable {
  id: string;
  kind: 'reader' | 'staff';
  login: string;
  /** The login as it is compared: NFKC, lower case. */
  login_key: string;
  /** argon2id as a PHC string; null while none was set, or for sign-in elsewhere only. */
  password: string | null;
  password_changed_at: Date | null;
  locale: 'zh' | 'en';
  created_at: Date;
  last_sign_in_at: Date | null;
}

export type ReaderState =
  | 'none'
  | 'awaiting_review'
  | 'approved'
  | 'returned'
  | 'refused'
  | 'suspended'
  | 'closed';

/** What stays of a reader after erasure; everything personal is in reader_profiles. */
export interface ReadersTable {
  id: string;
  library_id: string;
  state: ReaderState;
  /** Number of the event that led to `state`. */
  version: number;
  patron_group: string | null;
  /** Issued at approval, printed on forms; no part of it comes from the reader. */
  barcode: string | null;
  /** The card number as it is compared; null once erased. */
  card_key: string | null;
  registered_at: Date;
  approved_at: Date | null;
  erased_at: Date | null;
}

export interface ReaderProfilesTable {
  reader_id: string;
  name: string;
  card_number: string | null;
  email: string;
  email_key: string;
  phone: string | null;
  department: string | null;
  major: string | null;
  gender: string | null;
  address: string | null;
  postcode: string | null;
  title: string | null;
  degree: string | null;
  remark: string | null;
  /** Fields that the home library asks for beside these, by their names in its scheme. */
  extra: JsonColumn<Readonly<Record<string, string>>>;
  updated_at: Date;
}

export interface ReaderTransitionsTable {
  from_state: ReaderState;
  action: string;
  to_state: ReaderState;
  role: string;
}

export interface ReaderEventsTable {
  reader_id: string;
  seq: number;
  /** seq − 1, or null for the first: the row it must follow. */
  previous_seq: Generated<number | null>;
  from_state: ReaderState;
  action: string;
  to_state: ReaderState;
  role: string;
  actor_kind: string;
  actor_id: string;
  /** What the reader is told, in the words of the desk; emptied at erasure. */
  note: string | null;
  details: NullableJsonColumn<Json>;
  at: Date;
}

export interface RegistrationSchemesTable {
  library_id: string;
  revision: number;
  document: JsonColumn<Json>;
  updated_at: Date;
  updated_by: string;
}

export interface LibraryCountersTable {
  library_id: string;
  name: string;
  value: number;
}

export interface StaffTable {
  id: string;
  name: string;
  email: string;
  email_key: string;
  phone: string | null;
  state: 'invited' | 'active' | 'disabled';
  created_at: Date;
}

export interface StaffRolesTable {
  staff_id: string;
  role: string;
  /** `*` for the whole federation. */
  library_id: string;
  granted_at: Date;
  granted_by: string;
}

export interface SessionsTable {
  id: string;
  account_id: string;
  token_hash: Buffer;
  /** The token before this one, which parallel requests may still carry for a moment. */
  previous_hash: Buffer | null;
  rotated_at: Date;
  /** False from an exchange of the token until the new one is used for the first time. */
  confirmed: Generated<boolean>;
  /** A token that seems to have been lost on its way; if it turns up, it was not. */
  lost_hash: Generated<Buffer | null>;
  created_at: Date;
  seen_at: Date;
  /** Ends when unused until then, and at `ends_at` in any case. */
  idle_until: Date;
  ends_at: Date;
  /** How the holder proved to be the account's owner: `password` or a provider's id. */
  method: string;
  /** Where staff act, of the libraries they have roles at; null for readers and the federation. */
  library_id: string | null;
  device: string | null;
}

export interface SingleUseTokensTable {
  token_hash: Buffer;
  purpose: string;
  account_id: string | null;
  payload: JsonColumn<Json>;
  created_at: Date;
  expires_at: Date;
  used_at: Date | null;
}

export interface ThrottlesTable {
  bucket: Buffer;
  /** Attempts that were let through within the window, oldest first. */
  tries: Date[];
  /** Whether the newest attempt was let through. */
  granted: boolean;
  touched_at: Date;
}

export interface IdentityLinksTable {
  id: string;
  provider: string;
  subject: string;
  reader_id: string;
  state: 'awaiting_review' | 'approved' | 'refused' | 'ended';
  requested_at: Date;
  decided_at: Date | null;
  decided_by: string | null;
}

export interface ExternalLoginsTable {
  state_hash: Buffer;
  provider: string;
  /** Digest of what the browser keeps in a cookie, so that nobody else can finish the login. */
  browser_hash: Buffer;
  verifier: string | null;
  nonce: string | null;
  created_at: Date;
  expires_at: Date;
}

export interface PeopleTables {
  accounts: AccountsTable;
  readers: ReadersTable;
  reader_profiles: ReaderProfilesTable;
  reader_transitions: ReaderTransitionsTable;
  reader_events: ReaderEventsTable;
  registration_schemes: RegistrationSchemesTable;
  library_counters: LibraryCountersTable;
  staff: StaffTable;
  staff_roles: StaffRolesTable;
  sessions: SessionsTable;
  single_use_tokens: SingleUseTokensTable;
  throttles: ThrottlesTable;
  identity_links: IdentityLinksTable;
  external_logins: ExternalLoginsTable;
}
