import { type Kysely, sql } from 'kysely';
import { StoreError, sqlStateOf } from '../errors.ts';

/** Jobs, outbox, audit trail, idempotency keys, and the role of scoped transactions. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await makeScopedRole(db);
  await sql.raw(scope).execute(db);
  await sql.raw(jobs).execute(db);
  await sql.raw(outbox).execute(db);
  await sql.raw(audit).execute(db);
  await sql.raw(idempotency).execute(db);
}

/**
 * Roles belong to a whole server, so another gateway's may be there already, or be made by another
 * gateway at this moment. Where the connecting user may not make roles, an administrator does it
 * once, as the error says.
 */
async function makeScopedRole(db: Kysely<unknown>): Promise<void> {
  try {
    await sql
      .raw(`
        do $$ begin
          if not exists (select from pg_roles where rolname = 'guanji_scoped') then
            begin
              create role guanji_scoped nologin nosuperuser noinherit;
            exception when duplicate_object or unique_violation then null;
            end;
          end if;
          if not pg_has_role(current_user, 'guanji_scoped', 'member') then
            execute format('grant guanji_scoped to %I', current_user);
          end if;
        end $$`)
      .execute(db);
  } catch (error) {
    if (sqlStateOf(error) !== '42501') throw error;
    throw new StoreError(
      'not_permitted',
      'the database user may not make roles; let an administrator run, once: ' +
        'CREATE ROLE guanji_scoped NOLOGIN NOINHERIT; GRANT guanji_scoped TO the gateway’s user;',
      { cause: error },
    );
  }
}

/**
 * A scoped transaction reaches only tables that are granted to its role, and their rows through
 * policies that use these functions. `(select …)` around them makes them one evaluation a query.
 */
const scope = `
  grant usage on schema public to guanji_scoped;

  create function guanji_kind() returns text stable language sql
    return nullif(current_setting('guanji.kind', true), '');
  create function guanji_id() returns text stable language sql
    return nullif(current_setting('guanji.id', true), '');
  create function guanji_everywhere() returns boolean stable language sql
    return coalesce(current_setting('guanji.libraries', true) = '*', false);
  create function guanji_libraries() returns text[] stable language sql
    return string_to_array(coalesce(current_setting('guanji.libraries', true), ''), ',');

  create function guanji_refuse_change() returns trigger language plpgsql as $$
  begin
    raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
  end $$;
`;

/** Payloads may name other people, so scoped transactions write them and never read them. */
const jobs = `
  create table jobs (
    id bigint generated always as identity primary key,
    kind text not null,
    key text,
    payload jsonb not null default '{}',
    run_at timestamptz not null,
    attempts integer not null default 0,
    locked_until timestamptz,
    lease uuid,
    last_error text,
    created_at timestamptz not null,
    done_at timestamptz,
    constraint jobs_lease check ((locked_until is null) = (lease is null)),
    constraint jobs_done_unlocked check (done_at is null or lease is null)
  );
  create unique index jobs_open_key on jobs (kind, key) where done_at is null;
  create index jobs_due on jobs (run_at, id) where done_at is null;
  create index jobs_done on jobs (done_at) where done_at is not null;
  grant insert, update on jobs to guanji_scoped;
  grant select (id, kind, key, run_at, attempts, last_error, created_at, done_at)
    on jobs to guanji_scoped;
`;

const outbox = `
  create table outbox (
    id bigint generated always as identity primary key,
    topic text not null,
    dedup_key text not null,
    message_id text not null,
    payload jsonb not null,
    secret boolean not null default false,
    created_at timestamptz not null,
    attempts integer not null default 0,
    last_error text,
    last_attempt_at timestamptz,
    sent_at timestamptz,
    withdrawn_at timestamptz,
    reference text,
    constraint outbox_dedup unique (topic, dedup_key),
    constraint outbox_message_id unique (message_id),
    constraint outbox_one_end check (sent_at is null or withdrawn_at is null)
  );
  create index outbox_open on outbox (created_at) where sent_at is null and withdrawn_at is null;
  create index outbox_ended on outbox (coalesce(sent_at, withdrawn_at))
    where sent_at is not null or withdrawn_at is not null;
  grant insert, update (withdrawn_at, payload) on outbox to guanji_scoped;
  grant select (id, topic, dedup_key, message_id, created_at, attempts, last_error,
    last_attempt_at, sent_at, withdrawn_at) on outbox to guanji_scoped;
`;

/**
 * The trigger links each row to the one before it, so that code cannot choose what is hashed. Parts
 * are written with their lengths, so that no two rows have the same text. The head's row lock
 * makes writers of one trail wait for each other; trails are one for each library.
 */
const audit = `
  create table audit_heads (
    trail text primary key,
    seq bigint not null,
    hash bytea not null
  );
  create table audit (
    trail text not null,
    seq bigint not null,
    at timestamptz not null,
    actor_kind text not null,
    actor_id text not null,
    action text not null,
    subject_kind text not null,
    subject_id text not null,
    before jsonb,
    after jsonb,
    request_id text,
    previous_hash bytea not null,
    hash bytea not null,
    primary key (trail, seq)
  );
  create index audit_subject on audit (subject_kind, subject_id, at);
  create index audit_actor on audit (actor_kind, actor_id, at);
  create table audit_anchors (
    day date primary key,
    digest bytea not null,
    rows bigint not null,
    made_at timestamptz not null
  );

  create function audit_part(part text) returns text immutable language sql
    return coalesce(octet_length(part) || ':' || part, '-') || ',';

  create function audit_link() returns trigger language plpgsql
    security definer set search_path from current as $$
  begin
    insert into audit_heads values (new.trail, 0, sha256(convert_to(new.trail, 'UTF8')))
      on conflict (trail) do nothing;
    select seq + 1, hash into new.seq, new.previous_hash
      from audit_heads where trail = new.trail for update;
    new.hash := sha256(new.previous_hash || convert_to(
      audit_part(new.trail) || audit_part(new.seq::text)
      || audit_part(to_char(new.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
      || audit_part(new.actor_kind) || audit_part(new.actor_id) || audit_part(new.action)
      || audit_part(new.subject_kind) || audit_part(new.subject_id)
      || audit_part(new.before::text) || audit_part(new.after::text)
      || audit_part(new.request_id), 'UTF8'));
    update audit_heads set seq = new.seq, hash = new.hash where trail = new.trail;
    return new;
  end $$;
  create trigger audit_link before insert on audit for each row execute function audit_link();
  create trigger audit_fixed before update or delete on audit
    for each row execute function guanji_refuse_change();
  create trigger audit_kept before truncate on audit
    for each statement execute function guanji_refuse_change();
  create trigger audit_anchors_fixed before update or delete on audit_anchors
    for each row execute function guanji_refuse_change();

  alter table audit enable row level security;
  create policy audit_written on audit for insert with check (true);
  create policy audit_read on audit for select using (
    (select guanji_everywhere()) or trail = any ((select guanji_libraries())::text[])
    or (subject_kind = (select guanji_kind()) and subject_id = (select guanji_id()))
  );
  grant select, insert on audit to guanji_scoped;
`;

const idempotency = `
  create table idempotency_keys (
    actor text not null,
    key text not null,
    claim uuid not null,
    digest bytea not null,
    state text not null check (state in ('running', 'done', 'failed')),
    status integer,
    headers jsonb,
    body text,
    claimed_at timestamptz not null,
    finished_at timestamptz,
    primary key (actor, key),
    constraint idempotency_outcome check (
      (state = 'running') = (status is null) and (state = 'running') = (finished_at is null)
    )
  );
  create index idempotency_age on idempotency_keys (claimed_at);
  grant select (actor, key, claim) on idempotency_keys to guanji_scoped;
  grant update (state, status, headers, body, finished_at) on idempotency_keys to guanji_scoped;
`;
