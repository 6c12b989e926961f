import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../../store/clock.ts';
import type { Database } from '../../store/database.ts';
import type { Schema } from '../../store/schema.ts';
import type { Json } from '../../store/values.ts';
import type { Sentence } from '../errors.ts';

export type Tx = Transaction<Schema>;
export type Reading = Kysely<Schema> | Tx;

/** What registration needs to know of a library. */
export interface HomeLibrary {
  readonly id: string;
  /** Printed on forms; reader numbers begin with it. */
  readonly code: string;
  readonly name: Sentence;
  /** Whether its readers may borrow from other libraries. */
  readonly borrow: boolean;
}

/** A part of the gateway that keeps something about readers. */
export interface PersonalPart {
  readonly name: string;
  /** Why the reader cannot leave yet, such as a book still out; one sentence each. */
  holds?(tx: Tx, readerId: string): Promise<readonly Sentence[]>;
  /** Everything it keeps about the reader, for the reader. */
  export?(tx: Tx, readerId: string): Promise<Json>;
  /** Removes what ties its records to the person; numbers for statistics may stay. */
  erase?(tx: Tx, readerId: string, now: Date): Promise<void>;
}

/** What the people's part stands on; app.ts plugs it together. */
export interface PeopleContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly findLibrary: (id: string) => HomeLibrary | null;
  readonly parts: readonly PersonalPart[];
  /** Address of the pages, without a slash at the end, for links in mails. */
  readonly site: string;
}
