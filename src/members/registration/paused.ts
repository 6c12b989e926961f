import type { Directory } from '../directory.ts';
import { ConnectorError } from '../errors.ts';
import type { Connector, Library } from '../types.ts';
import { pauseReason } from './edit.ts';
import type { Vault } from './vault.ts';

/** Stands in for the connector of a library that has paused: nothing is asked, and readers hear why. */
function pausedConnector(library: Library, vault: Pick<Vault, 'get'>): Connector {
  return {
    library,
    async search() {
      const pause = vault.get(library.id)?.pause ?? null;
      throw new ConnectorError(library.id, 'suspended', 'The library has paused its service.', {
        reason: 'paused_by_library',
        sentence: pause?.reason ?? pauseReason,
      });
    },
    async close() {},
  };
}

/** The stand-in of a library that has paused; undefined for any other. */
export function pausedOf(
  directory: Pick<Directory, 'get'>,
  vault: Pick<Vault, 'get'>,
  id: string,
): Connector | undefined {
  const library = directory.get(id)?.library;
  return library?.status === 'paused' ? pausedConnector(library, vault) : undefined;
}
