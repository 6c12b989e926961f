import type { LibraryDocument, Z3950Settings } from '../../members/document.ts';
import { ConnectorError } from '../../members/errors.ts';
import type { ConnectorDependencies, EgressCall } from '../types.ts';
import { authenticationOf } from './ask.ts';
import { Association } from './association.ts';

/**
 * A new association with a library, connected and not yet opened by `init`. Rejects with EgressError, or with
 * ConnectorError where a secret is missing.
 */
export async function connect(
  { id, connector }: LibraryDocument<Z3950Settings>,
  { egress, secret }: ConnectorDependencies,
  call: EgressCall,
): Promise<Association> {
  const { host, port, auth, negotiateCharset, negotiateLanguages, repairs } = connector;
  const authentication = authenticationFor(id, auth, secret);
  const socket = await egress.connect({ host, port, tls: connector.tls ?? false }, call);
  return new Association(socket, {
    authentication,
    negotiateCharset,
    languages: negotiateLanguages ?? [],
    cql: repairs.includes('cql-query'),
  });
}

function authenticationFor(
  id: string,
  auth: Z3950Settings['auth'],
  secret: ConnectorDependencies['secret'],
) {
  try {
    return authenticationOf(auth, secret);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConnectorError(id, 'refused', error.message, { reason: 'secret_missing' });
  }
}
