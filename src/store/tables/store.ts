import type { Generated } from 'kysely';
import type { Json, JsonColumn, NullableJsonColumn } from '../values.ts';

export interface JobsTable {
  id: Generated<number>;
  kind: string;
  key: string | null;
  payload: JsonColumn<Json>;
  run_at: Date;
  attempts: Generated<number>;
  /** Set while a worker has it; `lease` is that worker's proof. */
  locked_until: Date | null;
  lease: string | null;
  last_error: string | null;
  created_at: Date;
  done_at: Date | null;
}

export interface OutboxTable {
  id: Generated<number>;
  topic: string;
  dedup_key: string;
  /** Given to the receiver with every attempt, so that it can tell a repetition. */
  message_id: string;
  payload: JsonColumn<Json>;
  /** The payload is emptied once it has been sent. */
  secret: boolean;
  created_at: Date;
  attempts: Generated<number>;
  last_error: string | null;
  last_attempt_at: Date | null;
  sent_at: Date | null;
  withdrawn_at: Date | null;
  /** What the receiver gave back, such as a relay's queue number. */
  reference: string | null;
}

export interface AuditTable {
  /** The trail this row belongs to: a library's id, or `federation`. */
  trail: string;
  /** Set by the database, without gaps within a trail. */
  seq: Generated<number>;
  at: Date;
  actor_kind: string;
  actor_id: string;
  action: string;
  subject_kind: string;
  subject_id: string;
  before: NullableJsonColumn<Json>;
  after: NullableJsonColumn<Json>;
  request_id: string | null;
  /** Set by the database. */
  previous_hash: Generated<Buffer>;
  hash: Generated<Buffer>;
}

export interface AuditHeadsTable {
  trail: string;
  seq: number;
  hash: Buffer;
}

export interface AuditAnchorsTable {
  day: string;
  digest: Buffer;
  rows: number;
  made_at: Date;
}

export interface IdempotencyKeysTable {
  actor: string;
  key: string;
  claim: string;
  digest: Buffer;
  state: 'running' | 'done' | 'failed';
  status: number | null;
  headers: NullableJsonColumn<Readonly<Record<string, string>>>;
  body: string | null;
  claimed_at: Date;
  finished_at: Date | null;
}

export interface StoreTables {
  jobs: JobsTable;
  outbox: OutboxTable;
  audit: AuditTable;
  audit_heads: AuditHeadsTable;
  audit_anchors: AuditAnchorsTable;
  idempotency_keys: IdempotencyKeysTable;
}
