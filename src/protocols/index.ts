import type {
  ConnectorSettings,
  HttpSettings,
  LibraryDocument,
  SruSettings,
  XserviceSettings,
  Z3950Settings,
} from '../members/document.ts';
import type { Connector, Library } from '../members/types.ts';
import { unbrowsable } from './browse.ts';
import { createHttpConnector } from './http/connector.ts';
import { createSruConnector } from './sru/connector.ts';
import type { ConnectorDependencies } from './types.ts';
import { createXserviceConnector } from './xservice/connector.ts';
import { createZ3950Connector } from './z3950/connector.ts';

/** The connector of a library's own protocol; it opens nothing before the first search. */
export function createConnector(library: Library, dependencies: ConnectorDependencies): Connector {
  switch (library.connector.protocol) {
    case 'z3950':
      return createZ3950Connector(of<Z3950Settings>(library), dependencies);
    case 'sru':
      return createSruConnector(of<SruSettings>(library), dependencies);
    case 'xservice':
      return unbrowsable(createXserviceConnector(of<XserviceSettings>(library), dependencies));
    case 'http':
      return unbrowsable(createHttpConnector(of<HttpSettings>(library), dependencies));
  }
}

/** The same document with what its protocol says about the type of its connector. */
function of<C extends ConnectorSettings>(library: Library): LibraryDocument<C> {
  return library as LibraryDocument<C>;
}
