import type { Rates } from '../../members/guards/rates.ts';
import type { SharedAnswers } from '../shared-answers.ts';
import type { SharedLines, SharedSearches } from '../shared-searches.ts';
import { createSharedAnswers } from './answers.ts';
import { type ConnectionOptions, openConnection, type StoreCounts } from './connection.ts';
import { createSharedLines } from './lines.ts';
import { createSharedRates } from './rates.ts';
import { createSharedSearches } from './searches.ts';
import { createSharedSlots, type SharedSlots } from './slots.ts';

export interface SharedCacheOptions extends Pick<ConnectionOptions, 'url' | 'prefix' | 'onChange'> {
  readonly freshMs: number;
  readonly keepSearchesMs: number;
  readonly keepRecordsMs: number;
  readonly negativeMs: number;
}

/** Everything that gateways share through one Redis or Valkey. */
export interface SharedCache {
  readonly answers: SharedAnswers;
  readonly searches: SharedSearches;
  readonly lines: SharedLines;
  readonly slots: SharedSlots;
  readonly rates: Rates;
  readonly isAway: boolean;
  readonly counts: StoreCounts;
  /** Tells all gateways something of a kind, and is told. */
  tell(kind: string, rest: string): Promise<void>;
  onNews(kind: string, listener: (rest: string) => void): () => void;
  close(): Promise<void>;
}

const timeoutMs = 500;
const restMs = 1000;
const firstConnectionMs = 1000;

/** Never fails: a store that is not there is one that is away. */
export async function openSharedCache(options: SharedCacheOptions): Promise<SharedCache> {
  const { url, prefix, onChange } = options;
  const connection = openConnection({ url, prefix, onChange, timeoutMs, restMs });
  await connection.ready(firstConnectionMs);
  const slots = createSharedSlots(connection);
  return {
    answers: createSharedAnswers(connection, {
      freshMs: options.freshMs,
      keepMs: Math.max(options.freshMs, options.keepSearchesMs),
      negativeMs: options.negativeMs,
    }),
    searches: createSharedSearches(connection, { keepMs: options.keepSearchesMs }),
    lines: createSharedLines(connection, { keepMs: options.keepRecordsMs }),
    slots,
    rates: createSharedRates(connection, () => slots.gateways),
    get isAway() {
      return connection.isAway;
    },
    get counts() {
      return connection.counts;
    },
    tell: (kind, rest) => connection.tell(kind, rest),
    onNews: (kind, listener) => connection.onNews(kind, listener),
    async close() {
      await slots.close();
      await connection.close();
    },
  };
}
