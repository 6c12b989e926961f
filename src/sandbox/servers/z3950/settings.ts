import type { QueryCharset, RecordCharset } from '../../../marc/types.ts';
import { recordSyntaxes } from '../../../protocols/z3950/oid.ts';
import type { SearchField } from '../../search/criterion.ts';

export type RecordSyntax = 'usmarc' | 'unimarc' | 'xml' | 'sutrs' | 'opac';

/** In what a Z39.50 server differs from its neighbours. */
export interface Z3950ServerSettings {
  readonly databases: readonly string[];
  /** Syntaxes it can send; the first is sent when none is asked for. */
  readonly syntaxes: readonly RecordSyntax[];
  readonly recordCharset: RecordCharset;
  /** Charset it reads terms in, unless UTF-8 was agreed. */
  readonly termCharset: QueryCharset;
  /** True when it agrees to UTF-8 for terms. */
  readonly negotiates: boolean;
  readonly namedSets: boolean;
  /** Use attributes of bib-1 it knows. */
  readonly useAttributes: Readonly<Record<number, SearchField>>;
  /** Structures of bib-1 it knows. */
  readonly structures: readonly number[];
  /** User and password; null lets everybody in. */
  readonly account: { readonly user: string; readonly password: string } | null;
}

/** Use attributes (bib-1) that these libraries' systems commonly have. */
export const usualUseAttributes: Readonly<Record<number, SearchField>> = {
  1: 'author',
  4: 'title',
  5: 'series',
  7: 'isbn',
  8: 'issn',
  12: 'id',
  13: 'class',
  20: 'class',
  21: 'subject',
  30: 'year',
  31: 'year',
  53: 'callnumber',
  1003: 'author',
  1016: 'any',
  1018: 'publisher',
  1035: 'any',
};

export function syntaxOfOid(oid: string): RecordSyntax | null {
  for (const syntax of ['usmarc', 'unimarc', 'xml', 'sutrs', 'opac'] as const) {
    if (recordSyntaxes[syntax] === oid) return syntax;
  }
  return oid === recordSyntaxes.applicationXml ? 'xml' : null;
}
