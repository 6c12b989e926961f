import { type Kysely, sql } from 'kysely';

/** Member libraries that were registered: their versions, tokens, invitations, addresses, accounts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(registry).execute(db);
  await sql.raw(secrets).execute(db);
}

/**
 * `changed` is the number of the registry's change that touched a library last. It is given out under
 * the lock of the one row of `registry_state`, so a gateway that has seen number n has seen all below.
 * Documents are json, not jsonb, as the order of their keys goes into their digest.
 */
const registry = `
  create table registry_state (
    id boolean primary key default true check (id),
    changed bigint not null
  );
  insert into registry_state (changed) values (0);

  create table libraries (
    id text primary key check (id ~ '^[a-z][a-z0-9-]{1,31}$'),
    status text not null check (status in
      ('draft', 'testing', 'approved', 'live', 'paused', 'retired')),
    newest integer not null check (newest >= 1),
    answering integer,
    pause jsonb,
    changed bigint not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    check (answering is not null or status in ('draft', 'testing', 'approved', 'retired')),
    check ((pause is not null) = (status = 'paused'))
  );
  create index libraries_changed on libraries (changed);

  create table library_versions (
    library_id text not null references libraries,
    number integer not null check (number >= 1),
    document json not null,
    state text not null check (state in
      ('draft', 'testing', 'approved', 'answering', 'replaced', 'refused')),
    made_at timestamptz not null,
    made_by_kind text not null,
    made_by_id text not null,
    why text,
    approved_at timestamptz,
    approved_by_kind text,
    approved_by_id text,
    primary key (library_id, number),
    check ((approved_at is null) = (approved_by_id is null))
  );
  create unique index library_versions_answering on library_versions (library_id)
    where state = 'answering';

  create table library_addresses (
    library_id text not null references libraries,
    host text not null,
    port integer not null check (port between 1 and 65535),
    ranges jsonb,
    approved_at timestamptz not null,
    approved_by_kind text not null,
    approved_by_id text not null,
    primary key (library_id, host, port)
  );
`;

/** Tokens and codes as digests, accounts encrypted: none of it can be read back out of a copy. */
const secrets = `
  create table library_tokens (
    token_hash bytea primary key,
    library_id text not null references libraries,
    made_at timestamptz not null,
    made_by_kind text not null,
    made_by_id text not null,
    ends_at timestamptz
  );
  create index library_tokens_library on library_tokens (library_id);

  create table library_invitations (
    id uuid primary key,
    code_hash bytea not null unique,
    library_id text,
    host text,
    port integer,
    note text,
    made_at timestamptz not null,
    made_by_kind text not null,
    made_by_id text not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    used_by text references libraries,
    withdrawn_at timestamptz,
    check ((host is null) = (port is null)),
    check ((used_at is null) = (used_by is null))
  );

  create table library_credentials (
    library_id text not null references libraries,
    operation text not null,
    sealed bytea not null,
    set_at timestamptz not null,
    set_by_kind text not null,
    set_by_id text not null,
    primary key (library_id, operation)
  );
`;
