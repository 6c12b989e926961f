import type { Connector, Library } from '../types.ts';
import type { Held, Vault } from './vault.ts';

/**
 * A connector that is made anew when what it was made with changes: the library's accounts, or the
 * addresses approved for it. Asks under way end at the old one, which is closed after its time limit.
 */
export function renewingConnector(
  library: Library,
  vault: Vault,
  make: (library: Library, held: Held | undefined) => Connector,
): Connector {
  const { id } = library;
  const leaving = new Map<Connector, NodeJS.Timeout>();
  let held = vault.get(id);
  let current = make(library, held);

  const newest = (): Connector => {
    const now = vault.get(id);
    if (now === held) return current;
    const old = current;
    const close = () => {
      leaving.delete(old);
      void old.close();
    };
    leaving.set(old, setTimeout(close, library.connector.limits.timeoutMs).unref());
    held = now;
    current = make(library, held);
    return current;
  };

  return {
    library,
    search: (ask, signal, onRecords) => newest().search(ask, signal, onRecords),
    // Whether copies can be asked for is the protocol's, which no account changes.
    ...(current.holdings && {
      holdings: async (localId, ask, signal) =>
        (await newest().holdings?.(localId, ask, signal)) ?? null,
    }),
    rest: () => current.rest?.(),
    async close() {
      for (const timer of leaving.values()) clearTimeout(timer);
      const all = [current, ...leaving.keys()];
      leaving.clear();
      await Promise.all(all.map((connector) => connector.close()));
    },
  };
}
