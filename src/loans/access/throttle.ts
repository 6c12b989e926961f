import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { sql } from 'kysely';
import { secondsAfter } from '../../store/clock.ts';
import type { Database } from '../../store/database.ts';
import { LoanError } from '../errors.ts';

/** How often something may be tried within any stretch of time that long. */
export interface Limit {
  readonly tries: number;
  readonly windowSeconds: number;
}

export const limits = {
  /** Wrong or right: attempts at one account, counted also for names that no account has. */
  signInByAccount: { tries: 5, windowSeconds: 900 },
  signInByNetwork: { tries: 100, windowSeconds: 900 },
  resetByAccount: { tries: 3, windowSeconds: 3600 },
  resetByNetwork: { tries: 20, windowSeconds: 3600 },
  registerByNetwork: { tries: 40, windowSeconds: 3600 },
} as const satisfies Readonly<Record<string, Limit>>;
export type LimitName = keyof typeof limits;

/** What is kept is a digest, so the table does not say who tried what. */
function bucketOf(name: LimitName, value: string): Buffer {
  return createHash('sha256').update(`${name}\n${value}`).digest();
}

/**
 * Takes one try, in a commit of its own and before anything is checked: tries that run at the same
 * moment cannot both be the last one. The window slides; a refused try does not lengthen it.
 * Throws LoanError throttled.
 */
export async function takeTry(
  database: Database,
  name: LimitName,
  value: string,
  now: Date,
): Promise<void> {
  const { tries, windowSeconds } = limits[name];
  const recent = sql`(select coalesce(array_agg(t order by t), '{}') from unnest(throttles.tries) t
    where t > ${secondsAfter(now, -windowSeconds)} and t <= ${now})`;
  const { rows } = await sql<{ granted: boolean; oldest: Date }>`
    insert into throttles (bucket, tries, granted, touched_at)
    values (${bucketOf(name, value)}, array[${now}::timestamptz], true, ${now})
    on conflict (bucket) do update set
      granted = cardinality(${recent}) < ${tries},
      tries = case when cardinality(${recent}) < ${tries}
        then ${recent} || ${now}::timestamptz else ${recent} end,
      touched_at = ${now}
    returning granted, tries[1] as oldest`.execute(database.db);
  const [row] = rows;
  if (row === undefined || row.granted) return;
  const free = secondsAfter(row.oldest, windowSeconds);
  const wait = Math.max(1, Math.ceil((free.getTime() - now.getTime()) / 1000));
  const sentence = {
    zh: '尝试次数过多，请稍后再试。',
    en: 'Too many attempts; try again later.',
  };
  throw new LoanError('throttled', sentence, { rule: name, retryAfterSeconds: wait });
}

/** Gives the tries back after one that succeeded. */
export async function forgetTries(
  database: Pick<Database, 'db'>,
  name: LimitName,
  value: string,
): Promise<void> {
  await database.db.deleteFrom('throttles').where('bucket', '=', bucketOf(name, value)).execute();
}

/** Removes what no window reaches any more. */
export async function removeOldTries(database: Database, now: Date): Promise<void> {
  const longest = Math.max(...Object.values(limits).map((limit) => limit.windowSeconds));
  await database.db
    .deleteFrom('throttles')
    .where('touched_at', '<', secondsAfter(now, -longest))
    .execute();
}

/** The network an address is in: a /24 of IPv4 or a /56 of IPv6, which is what one party gets. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (isIP(mapped) === 4) return `${mapped.split('.').slice(0, 3).join('.')}.0/24`;
  if (isIP(address) !== 6) return 'unknown';
  const [head = '', tail = ''] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = address.includes('::') ? Math.max(0, 8 - before.length - after.length) : 0;
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  const [a = '0', b = '0', c = '0', d = '0'] = groups;
  const fourth = (Number.parseInt(d, 16) & 0xff00).toString(16);
  return `${[a, b, c].map((group) => Number.parseInt(group, 16).toString(16)).join(':')}:${fourth}::/56`;
}
