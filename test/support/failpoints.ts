import type { KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs } from 'kysely';
import type { Database } from '../../src/store/database.ts';

/** Thrown where the test wants the process to fail. */
export class Failpoint extends Error {}

/**
 * The same database, whose transactions fail before their n-th statement; `reached` tells whether
 * the work had so many.
 */
export function failingDatabase(
  database: Database,
  n: number,
): { readonly database: Database; readonly reached: () => boolean } {
  let left = n;
  let reached = false;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }: PluginTransformQueryArgs) => {
      left -= 1;
      if (left === 0) {
        reached = true;
        throw new Failpoint(`statement ${n}`);
      }
      return node;
    },
    transformResult: async ({ result }: PluginTransformResultArgs) => result,
  };
  return {
    reached: () => reached,
    database: {
      ...database,
      transaction: (work, options) =>
        database.transaction(
          (tx) => work(tx.withPlugin(plugin) as Parameters<typeof work>[0]),
          options,
        ),
    },
  };
}
