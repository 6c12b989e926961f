import { type Kysely, sql } from 'kysely';

/**
 * An event of the request itself moves its row with one update: version and state together. It was
 * two, and every update of the row writes several indexes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(moves).execute(db);
}

const moves = `
  create or replace function loan_event_moves() returns trigger language plpgsql as $$
  declare
    ends boolean;
  begin
    select final into ends from loan_states where side = new.side and name = new.to_state;
    if new.leg = 0 then
      update loan_requests set version = new.seq, state = new.to_state,
          state_seq = new.subject_seq, closed = ends, owner = new.owner,
          deadline_at = new.deadline_at, resume_state = new.resume_state,
          closed_at = case when ends then new.at end
        where id = new.request_id and version = new.seq - 1;
    else
      update loan_requests set version = new.seq
        where id = new.request_id and version = new.seq - 1;
    end if;
    if not found then
      raise exception 'event % does not follow the version of request %', new.seq, new.request_id
        using errcode = 'serialization_failure', constraint = 'loan_events_version';
    end if;
    if new.leg <> 0 then
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
`;
