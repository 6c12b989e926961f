import type { HealthTables } from './tables/health.ts';
import type { LoanTables } from './tables/loans.ts';
import type { MemberTables } from './tables/members.ts';
import type { PeopleTables } from './tables/people.ts';
import type { StoreTables } from './tables/store.ts';

/**
 * Every table, as queries see it: column names as in SQL; timestamptz is a Date, date its ISO text,
 * bigint a number, jsonb a value that is written as text (`asJson`).
 */
export interface Schema extends StoreTables, PeopleTables, LoanTables, MemberTables, HealthTables {}
