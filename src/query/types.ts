/** The one query tree: CQL 1.2 (and plain words) parsed, before any library's dialect. */

/** A relation or boolean modifier: `/stem`, `/distance<3`. */
export interface Modifier {
  readonly name: string;
  readonly comparison: string | null;
  readonly value: string | null;
}

export interface Relation {
  /** `=`, `==`, `<>`, `<`, `>`, `<=`, `>=`, or a name in lower case (`any all exact adj within encloses`, `prefix.name`). */
  readonly name: string;
  /** The name as it was typed, only where that differs from `name` (`Any`). */
  readonly written?: string;
  readonly modifiers: readonly Modifier[];
}

/** One search clause. The term keeps its masking characters and backslashes (CQL 1.2 section 4). */
export interface Clause {
  readonly type: 'clause';
  /** As written (`dc.title`, `title`); null means cql.serverChoice. */
  readonly index: string | null;
  readonly relation: Relation;
  readonly term: string;
  /** Assignments written before this clause inside the query, outermost first; absent without any. */
  readonly prefixes?: readonly PrefixAssignment[];
}

export interface BooleanNode {
  readonly type: 'boolean';
  readonly operator: 'and' | 'or' | 'not' | 'prox';
  readonly modifiers: readonly Modifier[];
  readonly left: QueryNode;
  readonly right: QueryNode;
  /** Assignments that hold for this part of the query only, outermost first; absent without any. */
  readonly prefixes?: readonly PrefixAssignment[];
}

export type QueryNode = Clause | BooleanNode;

export interface SortKey {
  readonly index: string;
  readonly modifiers: readonly Modifier[];
}

/** `>prefix="uri"` assignments, outermost first. */
export interface PrefixAssignment {
  readonly prefix: string | null;
  readonly uri: string;
}

export interface Query {
  readonly node: QueryNode;
  readonly sort: readonly SortKey[];
  readonly prefixes: readonly PrefixAssignment[];
}

export const indexNames = [
  'any',
  'title',
  'author',
  'isbn',
  'issn',
  'subject',
  'publisher',
  'year',
  'callnumber',
  'class',
  'series',
  'id',
] as const;
/** The gateway's own indexes; every known context-set name resolves to one of them. */
export type IndexName = (typeof indexNames)[number];

/**
 * Attributes by type number, as strings (`{ "1": 4 }`). The named variants add to or override them:
 * `phrase` one term with blanks, `word` one word, `all` and `any` several words, `begins` right truncation
 * or anchoring at the start, `exact` the whole field.
 */
export interface AttributeEntry {
  readonly [type: string]: number | string | { readonly [type: string]: number | string };
}

/** How one library spells one index; an array lists alternatives in the order to try. */
export type IndexEntry = string | AttributeEntry | readonly (string | AttributeEntry)[];
export type IndexMap = Readonly<Partial<Record<IndexName, IndexEntry>>>;

/** What a library was asked instead of what the reader asked, in words; it never loses a hit. */
export interface Simplification {
  /** Stable code, e.g. `truncation_dropped`, `relation_widened`, `attribute_dropped`. */
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

export interface Translated<T> {
  readonly value: T;
  readonly simplified: readonly Simplification[];
}

export interface RpnAttribute {
  /** Attribute set OID where it differs from the query's, else null. */
  readonly set: string | null;
  readonly type: number;
  readonly value: number | string;
}

/** Z39.50 RPN (ISO 23950 section 3.7): bytes of terms are made later, in the library's charset. */
export type RpnNode =
  | {
      readonly type: 'operand';
      readonly attributes: readonly RpnAttribute[];
      readonly term: string;
      /** The gateway index it came from; repairs take that index's next alternative. */
      readonly index: IndexName | null;
    }
  | { readonly type: 'resultSet'; readonly name: string }
  | {
      readonly type: 'operator';
      readonly operator: 'and' | 'or' | 'and-not';
      readonly left: RpnNode;
      readonly right: RpnNode;
    }
  | {
      readonly type: 'prox';
      readonly exclusion: boolean;
      readonly distance: number;
      readonly ordered: boolean;
      /** 1 <, 2 ≤, 3 =, 4 ≥, 5 >, 6 ≠ */
      readonly relation: number;
      /** Known proximity unit: 2 word, 3 sentence, 4 paragraph, 8 element … */
      readonly unit: number;
      readonly left: RpnNode;
      readonly right: RpnNode;
    };

export interface RpnQuery {
  /** OID in dots; bib-1 is 1.2.840.10003.3.1. */
  readonly attributeSet: string;
  readonly node: RpnNode;
}
