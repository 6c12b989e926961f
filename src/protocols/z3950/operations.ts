import type { LibraryDocument, Z3950Settings } from '../../members/document.ts';
import { boundBy } from '../egress/bounds.ts';
import type { ConnectorDependencies, EgressCall } from '../types.ts';
import { connect } from './connect.ts';
import { toConnectorError } from './failures.ts';
import { type Scanned, type ScanWish, scan } from './scan.ts';

/**
 * Terms of a library's index around a term, over an association of its own that ends with the answer.
 * Rejects with ConnectorError; the call's deadline and signal hold for all of it.
 */
export async function scanZ3950(
  library: LibraryDocument<Z3950Settings>,
  dependencies: ConnectorDependencies,
  wish: ScanWish,
  call: EgressCall,
): Promise<Scanned> {
  const bound = boundBy(call);
  try {
    const association = await connect(library, dependencies, call);
    try {
      return await bound.race(browse());
    } finally {
      association.close();
    }
    async function browse(): Promise<Scanned> {
      call.trace?.enter('init');
      call.trace?.roundTrip();
      await association.init();
      call.trace?.enter('search');
      call.trace?.roundTrip();
      return await scan(association, library.connector, wish);
    }
  } catch (error) {
    throw toConnectorError(library.id, error, null);
  } finally {
    bound.release();
  }
}
