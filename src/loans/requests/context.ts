import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../../store/clock.ts';
import type { Database } from '../../store/database.ts';
import type { Schema } from '../../store/schema.ts';
import type { CalendarDocument } from '../calendar/calendar.ts';
import type { ShelfScheme } from '../desks/shelf-order/index.ts';
import type { Sentence } from '../errors.ts';
import type { Delivery } from '../lifecycle/machine.ts';
import type { NoticeSettings } from '../notices/types.ts';
import type { Citation, CopyHeld } from './types.ts';

export type Tx = Transaction<Schema>;
export type Reading = Kysely<Schema> | Transaction<Schema>;

/** When and what a library lends; null dates are open ends. */
export interface LendingTerms {
  readonly from: string | null;
  readonly to: string | null;
  /** False where books in other languages than Chinese stay in the house. */
  readonly foreign: boolean;
}

/** What loans need to know of a library; the directory knows more. */
export interface LoanLibrary {
  readonly id: string;
  readonly code: string;
  readonly name: Sentence;
  readonly kind: string;
  /** Null where the library does not lend. */
  readonly lend: LendingTerms | null;
  readonly borrow: boolean;
  readonly copy: boolean;
  readonly delivery: readonly Delivery[];
  readonly calendar: CalendarDocument;
  readonly contact: { readonly desk: Sentence; readonly phone: string; readonly email: string };
  /** True while the library is paused: it is not asked to lend. */
  readonly paused: boolean;
}

/** A record as a library holds it, with its copies, byte for byte as the search gave it. */
export interface FoundRecord {
  readonly citation: Citation;
  readonly holding: CopyHeld;
}

/** Names one library's record, or a merged record and the library wanted of it. */
export interface RecordReference {
  readonly record: string | null;
  readonly library: string;
  readonly localId: string;
}

/** Looks a record up in the library that holds it; null where it is not known. */
export type FindRecord = (reference: RecordReference) => Promise<FoundRecord | null>;

export interface CopiesAnswer {
  /** `asked` when the library answered, `failed` when it could not be asked. */
  readonly state: 'asked' | 'failed';
  readonly copies: readonly CopyHeld[];
}

/** Asks one library whether it holds a work: the home library, before anything is borrowed. */
export type FindCopies = (citation: Citation, library: string) => Promise<CopiesAnswer>;

/** What the loan core stands on; app.ts plugs it together. */
export interface LoanContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly findLibrary: (id: string) => LoanLibrary | null;
  readonly findRecord: FindRecord;
  readonly findCopies: FindCopies;
  /** The order in which a library's collection stands on the shelf. */
  readonly shelfScheme: (library: string, collection: string) => ShelfScheme;
  /** Key of pick-up passes; at least 32 bytes. */
  readonly passKey: Uint8Array;
  readonly notices: NoticeSettings;
  /** The zone that request numbers and quotas count days in. */
  readonly timezone: string;
}
