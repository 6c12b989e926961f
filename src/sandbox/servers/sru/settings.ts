import type { CatalogueRecord } from '../../catalogue/catalogue.ts';

export type SruVersion = '1.1' | '1.2' | '2.0';

export interface SruSchema {
  readonly name: string;
  readonly identifier: string;
  readonly title: string;
  print(record: CatalogueRecord): string;
}

/** In what an SRU server differs from its neighbours. */
export interface SruSettings {
  /** Versions it speaks, the highest last. */
  readonly versions: readonly SruVersion[];
  /** Prefix of its own elements; empty for a default namespace. */
  readonly prefix: string;
  /** The first is sent when no schema is asked for. */
  readonly schemas: readonly SruSchema[];
  /** Some servers never say where the next record is. */
  readonly givesNextPosition: boolean;
  /** The path of the database, below the root. */
  readonly path: string;
}

export interface SruNamespaces {
  readonly response: string;
  readonly diagnostic: string;
  readonly scan: string;
}

const zing = 'http://www.loc.gov/zing/srw/';
const oasis = 'http://docs.oasis-open.org/ns/search-ws/';

/** Namespaces of the Library of Congress for 1.x, of OASIS for 2.0. */
export function namespacesOf(version: SruVersion): SruNamespaces {
  return version === '2.0'
    ? { response: `${oasis}sruResponse`, diagnostic: `${oasis}diagnostic`, scan: `${oasis}scan` }
    : { response: zing, diagnostic: `${zing}diagnostic/`, scan: zing };
}
