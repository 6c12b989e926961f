export const storeErrorCodes = [
  /** Another process has the embedded database open. */
  'folder_in_use',
  /** The connecting user may not do what the schema needs. */
  'not_permitted',
  /** Code inside a transaction asked for a second connection. */
  'nested_transaction',
  /** The work of a job or claim was taken over while it ran. */
  'lease_lost',
  /** A request with this idempotency key is still running. */
  'idempotency_running',
  /** The idempotency key was used with another body. */
  'idempotency_mismatch',
  /** A row of the audit trail does not follow from the one before it. */
  'trail_broken',
  /** The schema in the database is not the one this version works with. */
  'wrong_schema',
] as const;
export type StoreErrorCode = (typeof storeErrorCodes)[number];

/** What the store itself refuses. A database's own errors pass through with their SQLSTATE. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}

/** SQLSTATE of a database error, or null for any other error. */
export function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  const { code } = error;
  return typeof code === 'string' && /^[0-9][0-9A-Z]{4}$/.test(code) ? code : null;
}

/** Name of the constraint that a database error says was broken, or null. */
export function constraintOf(error: unknown): string | null {
  if (sqlStateOf(error) === null) return null;
  const { constraint } = error as { constraint?: unknown };
  return typeof constraint === 'string' ? constraint : null;
}

/** Whether the error is a breach of that very constraint. */
export function breaks(error: unknown, constraint: string): boolean {
  return constraintOf(error) === constraint;
}

/** Classes and codes of SQLSTATE that say the server cannot work now, not that the work is wrong. */
const away = /^(?:08|53|57P0)/;
const connectionCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * Whether an error means that the database is away or full: the same request may succeed later, so
 * its answer is 503 and not 500. The driver has no code for a connection that broke under a query.
 */
export function isAway(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== null) return away.test(state);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    connectionCodes.has(code) ||
    /^(?:Connection terminated|timeout exceeded when trying to connect)/.test(error.message)
  );
}
