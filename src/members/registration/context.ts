import type { Transaction } from 'kysely';
import type { Clock } from '../../store/clock.ts';
import type { Database } from '../../store/database.ts';
import type { Schema } from '../../store/schema.ts';
import type { Checked } from '../check.ts';

export type Tx = Transaction<Schema>;

/** What registration stands on; made once the database is open. */
export interface RegistrationContext {
  readonly database: Database;
  readonly clock: Clock;
  /** Key of the stored accounts, derived for them alone. */
  readonly key: Uint8Array;
  /** Checks a document; lists every fault. */
  readonly check: (value: unknown) => Checked;
  /** Whether the id stands in a file or in the demonstration consortium. */
  readonly isTaken: (id: string) => boolean;
  /** The addresses of a host that may be connected to. Rejects where there are none. */
  readonly resolve: (host: string, port: number) => Promise<readonly string[]>;
  /** Takes over what was just written, here and at the other gateways. */
  readonly changed: () => Promise<void>;
}
