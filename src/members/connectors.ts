import type { Directory } from './directory.ts';
import type { GuardedConnector } from './guards/index.ts';
import type { Connector, Library } from './types.ts';

export interface ConnectorPool<C extends Connector> {
  /** The connector of a live library; undefined for any other. */
  get(id: string): C | undefined;
  /** The connectors made so far, by library. */
  made(): Iterable<readonly [string, C]>;
  close(): Promise<void>;
}

/**
 * One guarded connector per live library, made when it is first asked. A library that changes gets a new
 * one at once; the old one is let go after its own time limit, so that searches under way end well.
 */
export function createConnectorPool<C extends Connector = GuardedConnector>(
  directory: Directory,
  make: (library: Library) => C,
): ConnectorPool<C> {
  const connectors = new Map<string, C>();
  const leaving = new Map<C, NodeJS.Timeout>();

  const retire = (connector: C) => {
    const timer = setTimeout(() => {
      leaving.delete(connector);
      void connector.close();
    }, connector.library.connector.limits.timeoutMs);
    timer.unref();
    leaving.set(connector, timer);
  };

  directory.onChange((id) => {
    const connector = connectors.get(id);
    connectors.delete(id);
    if (connector) retire(connector);
  });

  return {
    get(id) {
      const known = connectors.get(id);
      if (known) return known;
      const library = directory.get(id)?.library;
      if (library?.status !== 'live') return undefined;
      const connector = make(library);
      connectors.set(id, connector);
      return connector;
    },
    made: () => connectors.entries(),
    async close() {
      for (const timer of leaving.values()) clearTimeout(timer);
      const all = [...connectors.values(), ...leaving.keys()];
      connectors.clear();
      leaving.clear();
      await Promise.all(all.map((connector) => connector.close()));
    },
  };
}
