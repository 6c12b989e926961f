import type { Dialect, RecordCharset } from '../types.ts';

export interface ReadOptions {
  /** The library's setting; `auto` means that nothing was declared. */
  readonly charset: RecordCharset;
  /** Decides only what the record's own charset statement is worth; `auto` goes by the tags. */
  readonly dialect?: Dialect | 'auto';
}
