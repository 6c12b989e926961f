import type { Query } from './types.ts';

/** The query for a record by the library's own number of it; the number's own marks mask nothing. */
export function byNumber(localId: string): Query {
  const term = localId.replace(/[\\*?^"]/g, '\\$&');
  return {
    node: { type: 'clause', index: 'id', relation: { name: '=', modifiers: [] }, term },
    sort: [],
    prefixes: [],
  };
}
