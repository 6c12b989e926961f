import { findIdentifiers } from '../marc/identifiers.ts';
import { foldWidth } from '../marc/text.ts';
import { parseCql } from './cql/parser.ts';
import { printCql } from './cql/printer.ts';
import { QuerySyntaxError } from './errors.ts';
import { resolveIndex } from './indexes.ts';
import { queryLimits } from './limits.ts';
import { escapeTerm } from './term.ts';
import type { Clause, IndexName, Query, QueryNode } from './types.ts';

export const readerSyntaxes = ['auto', 'words', 'cql'] as const;
export type ReaderSyntax = (typeof readerSyntaxes)[number];

const relations = new Set(['=', '==', '<>', '<', '>', '<=', '>=']);
const relationWords = new Set(['any', 'all', 'exact', 'adj', 'within', 'encloses']);

/**
 * What a reader typed, as a query and as the canonical CQL that says the same. Words are never syntax:
 * `and`, quotes and masks among them are looked for as they stand, but for a `*` at the end of a word.
 */
export function parseReaderQuery(
  text: string,
  options: { readonly syntax: ReaderSyntax; readonly index: IndexName },
): { readonly query: Query; readonly cql: string } {
  refuseEmpty(text);
  const folded = foldWidth(text);
  const query =
    options.syntax === 'words'
      ? wordQuery(folded, options.index)
      : cqlOrWords(text, folded, options);
  return { query, cql: printCql(query) };
}

function refuseEmpty(text: string): void {
  if (text.trim() === '') throw new QuerySyntaxError('The query is empty.', 0, 27);
  if (text.length > queryLimits.characters) {
    const reason = `The query is longer than ${queryLimits.characters} characters.`;
    throw new QuerySyntaxError(reason, queryLimits.characters, 12);
  }
}

function cqlOrWords(
  text: string,
  folded: string,
  options: { readonly syntax: ReaderSyntax; readonly index: IndexName },
): Query {
  if (options.syntax === 'cql' || looksLikeCql(text)) return foldTerms(parseCql(text));
  // 题名＝化学 comes from a Chinese keyboard: the same CQL in full-width signs.
  if (folded !== text && looksLikeCql(folded)) return parseCql(folded);
  return wordQuery(folded, options.index);
}

/**
 * The rule of `syntax=auto`: CQL begins with `>`, or with `(` and an index, or has a known index
 * followed by a relation, or `sortby`. What stands in quotation marks is never any of these.
 */
export function looksLikeCql(text: string): boolean {
  const tokens = looseTokens(text);
  if (tokens[0] === '>') return true;
  const inside = tokens.findIndex((token) => token !== '(');
  if (inside > 0 && isIndex(tokens[inside])) return true;
  return tokens.some((token, at) => {
    const next = tokens[at + 1]?.toLowerCase() ?? '';
    if (token.toLowerCase() === 'sortby') return true;
    return isIndex(token) && (relations.has(next) || relationWords.has(next));
  });
}

function isIndex(token: string | undefined): boolean {
  return token !== undefined && !token.startsWith('"') && resolveIndex(token) !== null;
}

/** Tokens of any text, CQL or not: an unclosed quotation mark is a token of its own. */
function looseTokens(text: string): readonly string[] {
  return text.match(/"(?:[^"\\]|\\.)*"|"|==|<>|<=|>=|[()=<>/]|[^\s\u3000()=<>/"]+/g) ?? [];
}

/** Full-width letters and digits of terms become the usual ones; nothing becomes a mask by it. */
function foldTerms(query: Query): Query {
  return { ...query, node: foldNode(query.node) };
}

function foldNode(node: QueryNode): QueryNode {
  if (node.type === 'boolean') {
    return { ...node, left: foldNode(node.left), right: foldNode(node.right) };
  }
  const term = node.term.replace(/[\u3000\uff01-\uff5e]/g, (sign) => escapeTerm(foldWidth(sign)));
  return { ...node, term };
}

function wordQuery(text: string, index: IndexName): Query {
  const cleaned = text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cs}]/gu, ' ')
    .trim();
  const node =
    identifierClause(cleaned, index) ??
    (index === 'year' ? yearClause(cleaned) : null) ??
    phraseClause(cleaned, index) ??
    wordsClause(cleaned, index);
  return { node, sort: [], prefixes: [] };
}

/** A query that is one ISBN or ISSN and nothing else but its label. */
function identifierClause(text: string, index: IndexName): Clause | null {
  if (index !== 'any' && index !== 'isbn' && index !== 'issn') return null;
  const labelled = index === 'any' ? text : `${index.toUpperCase()} ${text}`;
  const [found, second] = findIdentifiers(labelled);
  if (found === undefined || second !== undefined) return null;
  const rest = labelled.slice(0, found.start) + labelled.slice(found.end);
  if (/[\p{L}\p{N}]/u.test(rest.replace(/isbn|issn/gi, ''))) return null;
  if (index !== 'any' && index !== found.kind) return null;
  return clause(found.kind, '=', found.value);
}

function yearClause(text: string): Clause | null {
  const range = /^([0-9]{4})\s*[-–—~～]\s*([0-9]{4})$/.exec(text);
  return range === null ? null : clause('year', 'within', `${range[1]} ${range[2]}`);
}

/** The whole query in one pair of quotation marks is one phrase. */
function phraseClause(text: string, index: IndexName): Clause | null {
  const inside = /^["“]([^"“”]+)["”]$/.exec(text)?.[1]?.trim();
  if (inside === undefined || !/[\p{L}\p{N}]/u.test(inside)) return null;
  return clause(index, '=', escapeTerm(inside));
}

function wordsClause(text: string, index: IndexName): Clause {
  const words = separateMarks(text)
    .split(/[\s\u3000]+/)
    .map(trimMarks)
    .filter((word) => /[\p{L}\p{N}\p{S}]/u.test(word));
  if (words.length === 0) {
    throw new QuerySyntaxError('The query has no letter or digit to look for.', 0, 27);
  }
  if (words.length > queryLimits.terms) {
    throw new QuerySyntaxError(`The query has more than ${queryLimits.terms} words.`, 0, 38);
  }
  const term = words.map(wordTerm).join(' ');
  return clause(index, words.length === 1 ? '=' : 'all', term);
}

/** Punctuation between or beside Chinese characters parts words; within 3.14 or AT&T it does not. */
function separateMarks(text: string): string {
  return text
    .replace(/[《》〈〉「」『』【】〔〕、。“”‘’·…—"]/g, ' ')
    .replace(/(?<=\p{Script=Han})[,;:!?()[\]/=.]+|[,;:!?()[\]/=.]+(?=\p{Script=Han})/gu, ' ');
}

/** Takes sentence marks and brackets off the ends; C++, C# and .NET keep their signs. */
function trimMarks(word: string): string {
  return word.replace(/^[,;:!?()[\]/=]+|[,;:!?()[\]/=]+$/g, '').replace(/(?<=[^.])\.$/, '');
}

function wordTerm(word: string): string {
  const stem = /^([\p{L}\p{N}]{2,})\*$/u.exec(word)?.[1];
  return stem === undefined ? escapeTerm(word) : `${escapeTerm(stem)}*`;
}

function clause(index: IndexName, relation: string, term: string): Clause {
  // Without an index `=` is all there is to say, so that a plain query reads as it was typed.
  const name = index !== 'any' ? index : relation === '=' ? null : 'cql.serverChoice';
  return { type: 'clause', index: name, relation: { name: relation, modifiers: [] }, term };
}
