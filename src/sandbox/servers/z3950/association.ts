import type { QueryCharset } from '../../../marc/types.ts';
import type { Catalogue, CatalogueRecord } from '../../catalogue/catalogue.ts';
import type { Searcher } from '../../search/search.ts';
import type { RecordWriter } from './records.ts';
import type { Z3950ServerSettings } from './settings.ts';

/** What all associations with one server share. */
export interface Z3950Server {
  readonly catalogue: Catalogue;
  readonly searcher: Searcher;
  readonly settings: Z3950ServerSettings;
  readonly writer: RecordWriter;
}

/** What a server remembers of one association. */
export interface Association {
  readonly server: Z3950Server;
  readonly sets: Map<string, readonly CatalogueRecord[]>;
  /** Charset of terms: the server's own, or UTF-8 where that was agreed. */
  charset: QueryCharset;
  /** True from an accepted Init on. */
  open: boolean;
}
