import pg from 'pg';
import { Failpoint } from './failpoints.ts';

/**
 * How a query fails: it never leaves, its answer is lost after the database carried it out, or the
 * connection breaks while it is under way, so that nobody knows.
 */
export const failureKinds = ['before', 'after', 'drop'] as const;
export type FailureKind = (typeof failureKinds)[number];

export interface DriverFailpoints {
  /** Lets the n-th query from now on fail, whoever asks it: claim, begin, statement or commit. */
  arm(n: number, kind: FailureKind): void;
  /** Queries since then, and whether one of them has failed. */
  disarm(): { readonly queries: number; readonly reached: boolean };
}

type Query = (this: pg.Client, ...parameters: unknown[]) => Promise<unknown>;

/** Puts failpoints under everything that uses the driver in this process; before any pool is made. */
export function underDriver(): DriverFailpoints {
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  let queries = 0;
  let armed: { readonly n: number; readonly kind: FailureKind } | null = null;
  let reached = false;
  prototype.query = async function (...parameters) {
    queries += 1;
    if (armed === null || queries !== armed.n) return await query.apply(this, parameters);
    const { n, kind } = armed;
    reached = true;
    if (kind === 'before') throw new Failpoint(`query ${n} was not sent`);
    const answer = query.apply(this, parameters);
    if (kind === 'drop') this.connection.stream.destroy();
    await answer;
    throw new Failpoint(`the answer of query ${n} was lost`);
  };
  return {
    arm(n, kind) {
      queries = 0;
      reached = false;
      armed = { n, kind };
    },
    disarm() {
      armed = null;
      return { queries, reached };
    },
  };
}
