import { type Kysely, sql } from 'kysely';

/**
 * How member libraries have answered, what is planned at them, and candidates that answer beside them.
 * Libraries are named by id without a foreign key: some of them stand in files.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(tallies).execute(db);
  await sql.raw(health).execute(db);
  await sql.raw(maintenance).execute(db);
  await sql.raw(shadows).execute(db);
}

const tallies = `
  create table library_tallies (
    library text not null,
    source text not null check (source in ('search', 'check')),
    span text not null check (span in ('hour', 'day')),
    since timestamptz not null,
    tally jsonb not null,
    primary key (library, span, since, source)
  );
  create index library_tallies_since on library_tallies (span, since);
`;

const health = `
  create table library_incidents (
    id bigint generated always as identity primary key,
    library text not null,
    began_at timestamptz not null,
    ended_at timestamptz,
    cause text not null,
    last_good_at timestamptz,
    told_at timestamptz
  );
  create unique index library_incidents_open on library_incidents (library)
    where ended_at is null;
  create index library_incidents_begun on library_incidents (library, began_at);

  create table library_health (
    library text primary key,
    state text not null default 'unknown'
      check (state in ('unknown', 'well', 'degraded', 'failing')),
    cause text,
    since timestamptz,
    last_good_at timestamptz,
    last_checked_at timestamptz,
    last_asked_at timestamptz,
    failed_searches integer not null default 0,
    failed_checks integer not null default 0,
    incident bigint references library_incidents,
    known_items jsonb not null default '[]'
  );
`;

const maintenance = `
  create table library_maintenance (
    id bigint generated always as identity primary key,
    library text not null,
    from_at timestamptz not null,
    to_at timestamptz not null,
    reason jsonb not null,
    made_at timestamptz not null,
    made_by text not null,
    withdrawn_at timestamptz,
    constraint library_maintenance_span check (from_at < to_at)
  );
  create index library_maintenance_open on library_maintenance (to_at)
    where withdrawn_at is null;
`;

const shadows = `
  create table library_shadows (
    library text primary key,
    document jsonb not null,
    started_at timestamptz not null,
    started_by text not null,
    run text not null,
    report jsonb
  );
`;
