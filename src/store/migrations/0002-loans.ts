import { type Kysely, sql } from 'kysely';

/**
 * Requests, legs and their history, and what hangs on them. The history is the truth: a state row
 * stands where its last event left it, an event takes a step that stands in `loan_steps` and
 * begins where the event before it ended. None of this depends on code being right.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const part of [steps, requests, history, moves, hanging, desks, pickup, notices, scope]) {
    await sql.raw(part).execute(db);
  }
}

/** Filled from the tables of the life cycle when the gateway starts. */
const steps = `
  create table loan_states (
    side text not null check (side in ('borrowing', 'lending')),
    name text not null,
    final boolean not null,
    primary key (side, name),
    unique (side, name, final)
  );
  create table loan_steps (
    side text not null,
    from_state text not null,
    action text not null,
    to_state text not null,
    role text not null,
    primary key (side, from_state, action, to_state, role),
    foreign key (side, to_state) references loan_states (side, name)
  );
  create table policy_revisions (
    revision integer generated always as identity primary key,
    id text not null,
    document jsonb not null,
    published_at timestamptz not null,
    published_by text not null
  );
  create trigger policy_revisions_fixed before update or delete on policy_revisions
    for each row execute function guanji_refuse_change();
`;

const standing = `
    state text not null,
    state_seq integer not null,
    closed boolean not null default false,
    owner text check (owner in ('reader', 'home', 'lender', 'system')),
    deadline_at timestamptz,
    resume_state text,
    due_date date,
    overdue_at timestamptz,
    recalled_at timestamptz,
    renewal_at timestamptz,
    attention_at timestamptz,
    attention text,
    closed_at timestamptz,
`;

const requests = `
  create sequence loan_numbers;
  create table loan_requests (
    id bigint generated always as identity primary key,
    number text not null unique,
    version integer not null check (version >= 0),
    leg integer not null default 0 check (leg = 0),
    ${standing}
    reader_id text,
    home_library text not null,
    patron_group text,
    service text not null check (service in ('loan', 'copy')),
    delivery text not null check (delivery in ('courier', 'pickup')),
    volumes integer not null check (volumes between 1 and 99),
    citation jsonb not null,
    holding jsonb,
    recipient jsonb,
    own_reference text check (char_length(own_reference) <= 64),
    note text check (char_length(note) <= 50),
    needed_by date,
    max_cost bigint check (max_cost >= 0),
    policy_revision integer not null references policy_revisions,
    duplicate_key text not null,
    duplicate_of text,
    lender text,
    submitted_at timestamptz not null,
    cancel_until timestamptz not null,
    promised_by date,
    visit_at timestamptz,
    checked_at timestamptz,
    damaged_at timestamptz,
    slots_held integer not null check (slots_held >= 0),
    side text not null generated always as ('borrowing') stored,
    foreign key (side, state, closed) references loan_states (side, name, final),
    constraint loan_requests_waits_for_someone
      check (closed or owner is not null or deadline_at is not null)
  );
  create index loan_requests_reader on loan_requests (reader_id, submitted_at);
  create index loan_requests_home on loan_requests (home_library, state, submitted_at, id)
    where not closed;
  create index loan_requests_home_all on loan_requests (home_library, submitted_at, id);
  create index loan_requests_same on loan_requests (reader_id, duplicate_key, submitted_at);
  create index loan_requests_ended on loan_requests (closed_at)
    where closed and reader_id is not null;

  create table loan_legs (
    request_id bigint not null references loan_requests,
    leg integer not null check (leg between 1 and 50),
    ${standing}
    lender text not null,
    home_library text not null,
    delivery text not null check (delivery in ('courier', 'pickup')),
    answered text not null check (answered in ('here', 'elsewhere')),
    local_id text,
    call_number text,
    class_mark text,
    collection text not null,
    location text,
    shelf_key text not null default '' collate "C",
    condition jsonb,
    unfilled_reason text,
    renewals integer not null default 0,
    opened_at timestamptz not null,
    side text not null generated always as ('lending') stored,
    primary key (request_id, leg),
    foreign key (side, state, closed) references loan_states (side, name, final),
    constraint loan_legs_waits_for_someone
      check (closed or owner is not null or deadline_at is not null)
  );
  create unique index loan_legs_one_active on loan_legs (request_id) where not closed;
  create index loan_legs_lender on loan_legs (lender, state, opened_at, request_id)
    where not closed;
  create index loan_legs_lender_all on loan_legs (lender, opened_at, request_id);
  create index loan_legs_shelf on loan_legs (lender, collection, shelf_key)
    where not closed;
`;

const history = `
  create table loan_events (
    request_id bigint not null references loan_requests,
    seq integer not null check (seq >= 1),
    leg integer not null,
    subject_seq integer not null check (subject_seq >= 1),
    prior_seq integer,
    side text not null,
    from_state text not null,
    action text not null,
    to_state text not null,
    role text not null,
    actor_id text,
    library text,
    at timestamptz not null,
    owner text,
    deadline_at timestamptz,
    resume_state text,
    detail jsonb not null,
    primary key (request_id, seq),
    unique (request_id, leg, subject_seq),
    unique (request_id, leg, subject_seq, to_state),
    foreign key (side, from_state, action, to_state, role)
      references loan_steps (side, from_state, action, to_state, role),
    constraint loan_events_follow foreign key (request_id, leg, prior_seq, from_state)
      references loan_events (request_id, leg, subject_seq, to_state),
    constraint loan_events_prior
      check (prior_seq is not distinct from nullif(subject_seq - 1, 0)),
    constraint loan_events_begin check ((subject_seq = 1) = (from_state = 'START')),
    constraint loan_events_side check ((leg = 0) = (side = 'borrowing'))
  );
  create index loan_events_at on loan_events (at);
  create trigger loan_events_fixed before update or delete on loan_events
    for each row execute function guanji_refuse_change();
  create trigger loan_events_kept before truncate on loan_events
    for each statement execute function guanji_refuse_change();

  alter table loan_requests add constraint loan_requests_stands_on_event
    foreign key (id, leg, state_seq, state)
    references loan_events (request_id, leg, subject_seq, to_state)
    deferrable initially deferred;
  alter table loan_legs add constraint loan_legs_stands_on_event
    foreign key (request_id, leg, state_seq, state)
    references loan_events (request_id, leg, subject_seq, to_state)
    deferrable initially deferred;
`;

/**
 * An event moves its row. The row's version is counted up from exactly the one before, so of two
 * writers that saw the same version one fails.
 */
const moves = `
  create function loan_event_moves() returns trigger language plpgsql as $$
  declare
    ends boolean;
  begin
    update loan_requests set version = new.seq
      where id = new.request_id and version = new.seq - 1;
    if not found then
      raise exception 'event % does not follow the version of request %', new.seq, new.request_id
        using errcode = 'serialization_failure', constraint = 'loan_events_version';
    end if;
    select final into ends from loan_states where side = new.side and name = new.to_state;
    if new.leg = 0 then
      update loan_requests set state = new.to_state, state_seq = new.subject_seq, closed = ends,
          owner = new.owner, deadline_at = new.deadline_at, resume_state = new.resume_state,
          closed_at = case when ends then new.at end
        where id = new.request_id;
    else
      update loan_legs set state = new.to_state, state_seq = new.subject_seq, closed = ends,
          owner = new.owner, deadline_at = new.deadline_at, resume_state = new.resume_state,
          closed_at = case when ends then new.at end
        where request_id = new.request_id and leg = new.leg;
      if not found then
        raise exception 'request % has no leg %', new.request_id, new.leg
          using errcode = 'foreign_key_violation', constraint = 'loan_events_leg';
      end if;
    end if;
    return null;
  end $$;
  create trigger loan_event_moves after insert on loan_events
    for each row execute function loan_event_moves();

  create function loan_state_follows() returns trigger language plpgsql as $$
  begin
    if (new.state, new.state_seq) is distinct from (old.state, old.state_seq)
        and new.state_seq <> old.state_seq + 1 then
      raise exception 'a state moves one event at a time'
        using errcode = 'check_violation', constraint = 'loan_state_follows';
    end if;
    return new;
  end $$;
  create trigger loan_requests_follow before update on loan_requests
    for each row execute function loan_state_follows();
  create trigger loan_legs_follow before update on loan_legs
    for each row execute function loan_state_follows();
`;

const hanging = `
  create table loan_messages (
    request_id bigint not null,
    leg integer not null,
    sender text not null check (sender in ('borrowing', 'lending')),
    seq integer not null check (seq >= 1),
    kind text not null,
    payload jsonb not null,
    sent_at timestamptz not null,
    received_at timestamptz,
    outcome text not null check (outcome in ('waiting', 'applied', 'ignored', 'late')),
    primary key (request_id, leg, sender, seq),
    foreign key (request_id, leg) references loan_legs
  );
  create index loan_messages_waiting on loan_messages (sent_at) where received_at is null;

  create table loan_rota (
    request_id bigint not null references loan_requests,
    position integer not null check (position between 1 and 50),
    lender text not null,
    local_id text,
    holding jsonb,
    state text not null default 'waiting' check (state in ('waiting', 'used', 'skipped')),
    why text,
    primary key (request_id, position),
    unique (request_id, lender)
  );

  create table loan_items (
    id bigint generated always as identity primary key,
    request_id bigint not null,
    leg integer not null,
    volume integer not null check (volume between 1 and 99),
    lender text not null,
    barcode text not null check (char_length(barcode) between 1 and 64),
    out_at timestamptz not null,
    back_at timestamptz,
    condition_out text,
    condition_back text,
    outcome text check (outcome in ('back', 'damaged', 'lost')),
    unique (request_id, leg, volume),
    foreign key (request_id, leg) references loan_legs,
    constraint loan_items_end check ((back_at is null) = (outcome is null))
  );
  create unique index loan_items_one_open on loan_items (lender, barcode) where back_at is null;

  create table reader_slots (
    reader_id text not null,
    scope text not null,
    slot integer not null,
    slot_limit integer not null,
    request_id bigint not null references loan_requests,
    primary key (reader_id, scope, slot),
    constraint reader_slots_limit check (slot between 1 and slot_limit)
  );
  create index reader_slots_request on reader_slots (request_id);

  create table lender_quotas (
    lender text not null,
    month text not null check (month ~ '^[0-9]{4}-[0-9]{2}$'),
    used integer not null check (used >= 0),
    quota integer not null,
    primary key (lender, month),
    constraint lender_quotas_limit check (used <= quota)
  );
`;

const desks = `
  create table consignments (
    id bigint generated always as identity primary key,
    number text not null unique,
    from_library text not null,
    to_library text not null,
    state text not null check (state in ('packing', 'sent', 'received')),
    courier text,
    tracking text,
    parcels integer not null check (parcels between 1 and 999),
    created_at timestamptz not null,
    created_by text not null,
    sent_at timestamptz,
    received_at timestamptz,
    constraint consignments_sent check ((state = 'packing') = (sent_at is null)),
    constraint consignments_tracked
      check (state = 'packing' or (courier is not null and tracking is not null))
  );
  create index consignments_from on consignments (from_library, created_at);
  create index consignments_to on consignments (to_library, created_at);
  create table consignment_items (
    consignment_id bigint not null references consignments,
    item_id bigint not null references loan_items,
    open boolean not null default true,
    received_at timestamptz,
    primary key (consignment_id, item_id)
  );
  create unique index consignment_items_one_open on consignment_items (item_id) where open;
`;

const pickup = `
  create table pickup_enrolments (
    reader_id text primary key,
    home_library text not null,
    state text not null check (state in ('asked', 'approved', 'refused', 'ended')),
    consent_at timestamptz not null,
    consent_text text not null,
    documents text,
    reason text,
    decided_by text,
    decided_at timestamptz,
    ended_at timestamptz,
    constraint pickup_enrolments_seen
      check (state <> 'approved' or (documents is not null and decided_by is not null))
  );
  create index pickup_enrolments_queue on pickup_enrolments (home_library, state, consent_at);
  create table reader_photos (
    reader_id text primary key,
    jpeg bytea not null,
    sha256 text not null,
    width integer not null,
    height integer not null,
    consent_at timestamptz not null,
    added_at timestamptz not null,
    delete_after timestamptz
  );
  create index reader_photos_due on reader_photos (delete_after) where delete_after is not null;
  create table pickup_cards (
    number text primary key check (number ~ '^[0-9A-Za-z-]{1,32}$'),
    library text not null,
    state text not null check (state in ('stock', 'withdrawn')),
    added_at timestamptz not null
  );
  create table pickup_card_loans (
    id bigint generated always as identity primary key,
    card text not null references pickup_cards,
    reader_id text,
    request_id bigint not null references loan_requests,
    issued_at timestamptz not null,
    issued_by text not null,
    due_at timestamptz not null,
    returned_at timestamptz,
    returned_to text
  );
  create unique index pickup_card_one_holder on pickup_card_loans (card)
    where returned_at is null;
  create unique index pickup_card_one_each on pickup_card_loans (request_id)
    where returned_at is null;
`;

const notices = `
  create table notices (
    id bigint generated always as identity primary key,
    request_id bigint references loan_requests,
    event_seq integer,
    dedup_key text not null unique,
    template text not null,
    recipient_kind text not null check (recipient_kind in ('reader', 'library')),
    recipient_id text not null,
    channel text not null,
    language text not null,
    address text,
    subject text not null,
    body text not null,
    state text not null check (state in ('shown', 'outbox', 'unaddressed')),
    created_at timestamptz not null,
    read_at timestamptz
  );
  create index notices_recipient on notices (recipient_kind, recipient_id, created_at);
  create index notices_request on notices (request_id);
  create table announcements (
    id bigint generated always as identity primary key,
    library text,
    kind text not null check (kind in ('suspension', 'resumption', 'holiday', 'notice')),
    title jsonb not null,
    body jsonb not null,
    from_at timestamptz not null,
    to_at timestamptz,
    posted_by text not null,
    posted_at timestamptz not null
  );
  create index announcements_from on announcements (from_at);
`;

/** A reader sees their own requests, a library those it borrows or lends; all else hangs on them. */
const scope = `
  create function loan_request_visible(request bigint) returns boolean stable
    language sql security definer set search_path from current as $$
    select exists (
      select from loan_requests r where r.id = request and (
        guanji_everywhere()
        or (guanji_kind() = 'reader' and r.reader_id = guanji_id())
        or (guanji_kind() = 'staff' and (r.home_library = any (guanji_libraries())
          or exists (select from loan_legs l
            where l.request_id = r.id and l.lender = any (guanji_libraries()))))
      )
    )
  $$;
  alter table loan_requests enable row level security;
  create policy loan_requests_seen on loan_requests using (
    (select guanji_everywhere())
    or ((select guanji_kind()) = 'reader' and reader_id = (select guanji_id()))
    or ((select guanji_kind()) = 'staff' and (
      home_library = any ((select guanji_libraries())::text[]) or loan_request_visible(id)))
  );
  alter table loan_legs enable row level security;
  create policy loan_legs_seen on loan_legs using (
    (select guanji_everywhere())
    or ((select guanji_kind()) = 'staff' and (
      lender = any ((select guanji_libraries())::text[])
      or home_library = any ((select guanji_libraries())::text[])))
    or loan_request_visible(request_id)
  );
  alter table loan_events enable row level security;
  create policy loan_events_seen on loan_events for select
    using (loan_request_visible(request_id));
  alter table loan_messages enable row level security;
  create policy loan_messages_seen on loan_messages for select
    using (loan_request_visible(request_id));
  alter table loan_items enable row level security;
  create policy loan_items_seen on loan_items for select
    using (loan_request_visible(request_id));
  alter table notices enable row level security;
  create policy notices_seen on notices for select using (
    (select guanji_everywhere())
    or (recipient_kind = (select guanji_kind()) and recipient_id = (select guanji_id()))
    or ((select guanji_kind()) = 'staff' and recipient_kind = 'library'
      and recipient_id = any ((select guanji_libraries())::text[]))
    or ((select guanji_kind()) = 'staff' and request_id is not null
      and loan_request_visible(request_id))
  );
  grant select on loan_states, loan_steps, policy_revisions, loan_requests, loan_legs,
    loan_events, loan_messages, loan_rota, loan_items, notices, announcements to guanji_scoped;
`;
