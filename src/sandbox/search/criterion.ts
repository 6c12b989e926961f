import { type IndexName, indexNames } from '../../query/types.ts';

/** The sandbox's servers know the gateway's own indexes. */
export const searchFields = indexNames;
export type SearchField = IndexName;

export type Comparison = '<' | '<=' | '=' | '>=' | '>' | '<>';

/** One thing a record must satisfy, whatever the language it was asked in. */
export interface Test {
  readonly type: 'test';
  readonly field: SearchField;
  readonly text: string;
  /** The text as one phrase, all its words in any order, or any of them. */
  readonly words: 'phrase' | 'all' | 'any';
  /** Where the phrase may stand in the field. */
  readonly anchor: 'anywhere' | 'start' | 'end' | 'whole';
  /** Which ends of the text may be followed by more letters. */
  readonly open: 'none' | 'right' | 'left' | 'both';
  readonly comparison: Comparison;
}

/** A query of any protocol, once parsed. Its depth is bounded by the parsers. */
export type Criterion =
  | Test
  | { readonly type: 'and' | 'or' | 'not'; readonly left: Criterion; readonly right: Criterion }
  /** The records of an earlier result set. */
  | { readonly type: 'among'; readonly records: ReadonlySet<number> }
  | { readonly type: 'everything' };

/** A test in its commonest form, with what differs. */
export function test(field: SearchField, text: string, differs: Partial<Test> = {}): Test {
  return {
    type: 'test',
    field,
    text,
    words: 'phrase',
    anchor: 'anywhere',
    open: 'none',
    comparison: '=',
    ...differs,
  };
}
