import type { Generated } from 'kysely';
import type { Json, JsonColumn, NullableJsonColumn } from '../values.ts';

/** Columns that a request and a leg have alike. */
interface Standing {
  state: string;
  /** The number of the event that led here, counted for this request or leg alone. */
  state_seq: number;
  closed: Generated<boolean>;
  /** Who has to do something next; null only when closed or when a deadline runs. */
  owner: string | null;
  deadline_at: Date | null;
  /** The state to come back to when a cancellation is refused. */
  resume_state: string | null;
  due_date: string | null;
  overdue_at: Date | null;
  recalled_at: Date | null;
  renewal_at: Date | null;
  attention_at: Date | null;
  attention: string | null;
  closed_at: Date | null;
}

export interface LoanRequestsTable extends Standing {
  id: Generated<number>;
  /** The public request number. */
  number: string;
  /** Number of the last event; what If-Match compares. */
  version: number;
  /** Always 0: the borrowing side's place among the legs. */
  leg: Generated<number>;
  /** Null once the link between reader and title was removed. */
  reader_id: string | null;
  home_library: string;
  patron_group: string | null;
  service: 'loan' | 'copy';
  delivery: 'courier' | 'pickup';
  volumes: number;
  citation: JsonColumn<Json>;
  /** The holding it was made from, as it stood then; null for a blank citation. */
  holding: NullableJsonColumn<Json>;
  recipient: NullableJsonColumn<Json>;
  own_reference: string | null;
  note: string | null;
  needed_by: string | null;
  /** In fen. */
  max_cost: number | null;
  policy_revision: number;
  /** Folded title, year and volume, or the ISBN: what makes two requests the same. */
  duplicate_key: string;
  duplicate_of: string | null;
  /** The lender of the leg that is open, or was last. */
  lender: string | null;
  submitted_at: Date;
  cancel_until: Date;
  promised_by: string | null;
  visit_at: Date | null;
  checked_at: Date | null;
  damaged_at: Date | null;
  slots_held: number;
}

export interface LoanLegsTable extends Standing {
  request_id: number;
  leg: number;
  lender: string;
  home_library: string;
  delivery: 'courier' | 'pickup';
  /** `elsewhere` when another system answers for the lender and messages wait to be carried. */
  answered: 'here' | 'elsewhere';
  local_id: string | null;
  call_number: string | null;
  class_mark: string | null;
  collection: string;
  location: string | null;
  /** Orders pull slips as the books stand on the shelf. */
  shelf_key: Generated<string>;
  condition: NullableJsonColumn<Json>;
  unfilled_reason: string | null;
  renewals: Generated<number>;
  opened_at: Date;
}

export interface LoanEventsTable {
  request_id: number;
  /** Without gaps for the request and all its legs together. */
  seq: number;
  /** 0 for the request itself. */
  leg: number;
  subject_seq: number;
  prior_seq: number | null;
  side: 'borrowing' | 'lending';
  from_state: string;
  action: string;
  to_state: string;
  role: string;
  /** Null where the role is the reader of this request: the link lives in one place only. */
  actor_id: string | null;
  library: string | null;
  at: Date;
  owner: string | null;
  deadline_at: Date | null;
  resume_state: string | null;
  detail: JsonColumn<Readonly<Record<string, Json>>>;
}

export interface LoanMessagesTable {
  request_id: number;
  leg: number;
  sender: 'borrowing' | 'lending';
  /** Without gaps for one leg and direction. */
  seq: number;
  kind: string;
  payload: JsonColumn<Readonly<Record<string, Json>>>;
  sent_at: Date;
  received_at: Date | null;
  outcome: 'waiting' | 'applied' | 'ignored' | 'late';
}

export interface LoanRotaTable {
  request_id: number;
  position: number;
  lender: string;
  local_id: string | null;
  holding: NullableJsonColumn<Json>;
  state: Generated<'waiting' | 'used' | 'skipped'>;
  why: string | null;
}

export interface LoanItemsTable {
  id: Generated<number>;
  request_id: number;
  leg: number;
  volume: number;
  lender: string;
  barcode: string;
  out_at: Date;
  back_at: Date | null;
  condition_out: string | null;
  condition_back: string | null;
  outcome: 'back' | 'damaged' | 'lost' | null;
}

export interface ReaderSlotsTable {
  reader_id: string;
  /** `outstanding`, or the request's number where each occasion counts alone. */
  scope: string;
  slot: number;
  slot_limit: number;
  request_id: number;
}

export interface LenderQuotasTable {
  lender: string;
  month: string;
  used: number;
  quota: number;
}

export interface ConsignmentsTable {
  id: Generated<number>;
  number: string;
  from_library: string;
  to_library: string;
  state: 'packing' | 'sent' | 'received';
  courier: string | null;
  tracking: string | null;
  parcels: number;
  created_at: Date;
  created_by: string;
  sent_at: Date | null;
  received_at: Date | null;
}

export interface ConsignmentItemsTable {
  consignment_id: number;
  item_id: number;
  open: Generated<boolean>;
  received_at: Date | null;
}

export interface PickupEnrolmentsTable {
  reader_id: string;
  home_library: string;
  state: 'asked' | 'approved' | 'refused' | 'ended';
  consent_at: Date;
  consent_text: string;
  documents: string | null;
  reason: string | null;
  decided_by: string | null;
  decided_at: Date | null;
  ended_at: Date | null;
}

export interface ReaderPhotosTable {
  reader_id: string;
  jpeg: Buffer;
  sha256: string;
  width: number;
  height: number;
  consent_at: Date;
  added_at: Date;
  delete_after: Date | null;
}

export interface PickupCardsTable {
  number: string;
  library: string;
  state: 'stock' | 'withdrawn';
  added_at: Date;
}

export interface PickupCardLoansTable {
  id: Generated<number>;
  card: string;
  reader_id: string | null;
  request_id: number;
  issued_at: Date;
  issued_by: string;
  due_at: Date;
  returned_at: Date | null;
  returned_to: string | null;
}

export interface PolicyRevisionsTable {
  revision: Generated<number>;
  id: string;
  document: JsonColumn<Json>;
  published_at: Date;
  published_by: string;
}

export interface NoticesTable {
  id: Generated<number>;
  request_id: number | null;
  event_seq: number | null;
  /** One notice per event, recipient, channel and template, however often it is tried. */
  dedup_key: string;
  template: string;
  recipient_kind: 'reader' | 'library';
  recipient_id: string;
  channel: string;
  language: string;
  address: string | null;
  subject: string;
  body: string;
  /** Shown in the system itself, handed to the outbox under `dedup_key`, or without an address. */
  state: 'shown' | 'outbox' | 'unaddressed';
  created_at: Date;
  read_at: Date | null;
}

export interface AnnouncementsTable {
  id: Generated<number>;
  library: string | null;
  kind: 'suspension' | 'resumption' | 'holiday' | 'notice';
  title: JsonColumn<{ readonly zh: string; readonly en: string }>;
  body: JsonColumn<{ readonly zh: string; readonly en: string }>;
  from_at: Date;
  to_at: Date | null;
  posted_by: string;
  posted_at: Date;
}

/** Tables of requests, legs, desks and notices. */
export interface LoanTables {
  loan_states: { side: string; name: string; final: boolean };
  loan_steps: { side: string; from_state: string; action: string; to_state: string; role: string };
  loan_requests: LoanRequestsTable;
  loan_legs: LoanLegsTable;
  loan_events: LoanEventsTable;
  loan_messages: LoanMessagesTable;
  loan_rota: LoanRotaTable;
  loan_items: LoanItemsTable;
  reader_slots: ReaderSlotsTable;
  lender_quotas: LenderQuotasTable;
  consignments: ConsignmentsTable;
  consignment_items: ConsignmentItemsTable;
  pickup_enrolments: PickupEnrolmentsTable;
  reader_photos: ReaderPhotosTable;
  pickup_cards: PickupCardsTable;
  pickup_card_loans: PickupCardLoansTable;
  policy_revisions: PolicyRevisionsTable;
  notices: NoticesTable;
  announcements: AnnouncementsTable;
}
