import { openSharedCache, type SharedCache } from '../../src/search/shared/index.ts';
import { cacheUrl } from './redis.ts';

export interface TestCache extends SharedCache {
  /** What was said of the store, in order. */
  readonly said: string[];
}

/** One gateway's side of a shared cache, with the times of the shipped settings. */
export async function openTestCache(prefix: string, url: string = cacheUrl): Promise<TestCache> {
  const said: string[] = [];
  const cache = await openSharedCache({
    url,
    prefix,
    freshMs: 120_000,
    negativeMs: 60_000,
    keepSearchesMs: 900_000,
    keepRecordsMs: 93_600_000,
    onChange: (state) => said.push(state),
  });
  return Object.defineProperties({ said } as TestCache, Object.getOwnPropertyDescriptors(cache));
}
