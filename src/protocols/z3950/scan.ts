import { decodeText, encodeTerm } from '../../marc/charset/index.ts';
import type { Z3950Settings } from '../../members/document.ts';
import { escapeTerm, UnsupportedQueryError } from '../../query/index.ts';
import type { IndexName, Query } from '../../query/types.ts';
import type { ScanEntry } from './apdu/index.ts';
import { type DatabaseSettings, databasesOf } from './ask.ts';
import type { Association } from './association.ts';
import { DiagnosticError } from './errors.ts';
import { operandsOf, plainWording, wireAttribute, word } from './wording.ts';

/** Where to open an index, and how much of it is wanted. */
export interface ScanWish {
  readonly index: IndexName;
  readonly term: string;
  readonly count: number;
  /** Place of the term among those returned, from 1; 1 by default. */
  readonly position?: number;
}

export interface ScannedTerm {
  readonly text: string;
  /** Records that have it, where the library says. */
  readonly occurrences: number | null;
}

export interface Scanned {
  readonly terms: readonly ScannedTerm[];
  /** Place of the term asked for among them, from 1, or null. */
  readonly position: number | null;
  /** False where the list ended, or the library gave less than was asked for. */
  readonly complete: boolean;
}

/**
 * Terms of an index around a term (ISO 23950 section 3.2.8). Throws DiagnosticError, UnsupportedQueryError,
 * UnmappableError, or what ended the association. The association must be open.
 */
export async function scan(
  association: Association,
  connector: Z3950Settings,
  wish: ScanWish,
): Promise<Scanned> {
  if (!association.granted?.options.has('scan')) {
    throw new UnsupportedQueryError('该馆不支持浏览索引', 'This library has no index to browse');
  }
  const [database] = databasesOf(connector) as [DatabaseSettings, ...DatabaseSettings[]];
  const { rpn } = word(clauseOf(wish), connector, plainWording);
  const [operand] = operandsOf(rpn.node);
  const charset = association.granted.utf8 ? 'utf-8' : database.queryCharset;
  const response = await association.ask({
    type: 'scanRequest',
    databaseNames: [database.name],
    attributeSet: rpn.attributeSet,
    attributes: (operand?.attributes ?? []).map((one) => wireAttribute(one, rpn.attributeSet)),
    term: { kind: 'general', octets: encodeTerm(operand?.term ?? wish.term, charset) },
    numberOfTermsRequested: wish.count,
    preferredPositionInResponse: wish.position ?? 1,
  });
  const [diagnostic] = response.diagnostics ?? [];
  const entries = response.entries ?? [];
  if (diagnostic !== undefined && entries.length === 0) throw new DiagnosticError(diagnostic);
  return {
    terms: entries.flatMap((entry) => termOf(entry, charset)),
    position: response.positionOfTerm ?? null,
    complete: response.scanStatus === 0 && entries.length >= wish.count,
  };
}

function clauseOf({ index, term }: ScanWish): Query {
  const relation = { name: '=', modifiers: [] };
  const node = { type: 'clause', index, relation, term: escapeTerm(term) } as const;
  return { node, sort: [], prefixes: [] };
}

/** The display term stands in for a term that is not fit to be shown. */
function termOf(entry: ScanEntry, charset: DatabaseSettings['queryCharset']): ScannedTerm[] {
  if (entry.kind !== 'term') return [];
  const occurrences = entry.occurrences ?? null;
  const { term, displayTerm } = entry;
  if (displayTerm !== undefined) return [{ text: decoded(displayTerm, charset), occurrences }];
  switch (term.kind) {
    case 'general':
      return [{ text: decoded(term.octets, charset), occurrences }];
    case 'characterString':
    case 'dateTime':
      return [{ text: term.text, occurrences }];
    case 'numeric':
      return [{ text: String(term.value), occurrences }];
    default:
      return [];
  }
}

const decoded = (octets: Uint8Array, charset: DatabaseSettings['queryCharset']): string =>
  decodeText(octets, charset === 'ascii' ? 'iso-8859-1' : charset);
