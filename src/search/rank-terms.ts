import { normaliseIsbn, normaliseIssn } from '../marc/identifiers.ts';
import { foldedLetters, foldForMatching } from '../marc/text.ts';
import { resolveScoped, scopeOf } from '../query/indexes.ts';
import type { Clause, IndexName, PrefixAssignment, Query, QueryNode } from '../query/types.ts';

/** A word of the query: a Latin word, or two neighbouring Han characters. */
export interface Token {
  readonly text: string;
  /** Latin words count only where they stand alone. */
  readonly whole: boolean;
  /** The word may go on (`chem*`). */
  readonly open: boolean;
  readonly weight: number;
  /** See lettersOf. */
  readonly letters: number;
}

export interface RankClause {
  readonly index: IndexName;
  readonly tokens: readonly Token[];
  /** The whole term, folded, for titles that are just this. */
  readonly phrase: string;
  readonly firstWord: string;
  /** Of the first word; see lettersOf. */
  readonly letters: number;
}

/** What of a query ranks: its words by index, and the identifiers it names. */
export interface RankTerms {
  readonly clauses: readonly RankClause[];
  readonly isbn: readonly string[];
  readonly issn: readonly string[];
}

/** Words of the query that are compared with records; more tell nothing new. */
const maxTokens = 64;

/** Words that stand in half of all titles weigh a fifth. */
const common: ReadonlySet<string> = new Set(
  'a an and the of for in on to with by der die das und le la les et de du des 的 与 和 及'.split(
    ' ',
  ),
);
const commonWeight = 0.2;

/** The ranking words of a query. What stands on the right of a `not` ranks nothing. */
export function rankTerms(query: Query): RankTerms {
  const clauses: RankClause[] = [];
  const isbn = new Set<string>();
  const issn = new Set<string>();
  let left = maxTokens;
  const open: [QueryNode, readonly PrefixAssignment[]][] = [[query.node, query.prefixes]];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const [node, outer] = entry;
    const prefixes = scopeOf(node, outer);
    if (node.type === 'boolean') {
      if (node.operator !== 'not') open.push([node.right, prefixes]);
      open.push([node.left, prefixes]);
      continue;
    }
    const index = resolveScoped(node.index, prefixes) ?? 'any';
    if (index === 'isbn' || index === 'any') add(isbn, normaliseIsbn(node.term));
    if (index === 'issn' || index === 'any') add(issn, normaliseIssn(node.term));
    const clause = rankClause(index, node, left);
    if (clause.tokens.length === 0) continue;
    left -= clause.tokens.length;
    clauses.push(clause);
  }
  return { clauses, isbn: [...isbn], issn: [...issn] };
}

function add(set: Set<string>, value: string | null): void {
  if (value !== null) set.add(value);
}

function rankClause(index: IndexName, clause: Clause, maximum: number): RankClause {
  const phrase = foldForMatching(clause.term.replace(/\\./gs, ' ').replace(/[?^"]/g, ' '));
  const [firstWord = ''] = phrase.split(' ', 1);
  const letters = lettersOf(firstWord);
  return { index, tokens: tokensOf(clause.term, maximum), phrase, firstWord, letters };
}

/** The letters that a text must have to hold the word; none where the word has more than letters. */
function lettersOf(word: string): number {
  return Math.max(0, foldedLetters(word));
}

function tokensOf(term: string, maximum: number): readonly Token[] {
  const tokens = new Map<string, Token>();
  for (const part of term.replace(/[?^"\\]/g, ' ').split(/\s+/)) {
    const masked = part.endsWith('*');
    const words = foldForMatching(part.replaceAll('*', ' ')).split(' ');
    words.forEach((word, position) => {
      const open = masked && position === words.length - 1;
      for (const token of split(word, open)) {
        tokens.set(token.text, { ...token, letters: lettersOf(token.text) });
      }
    });
  }
  return [...tokens.values()].slice(0, maximum);
}

/** A run of letters as one word, a run of Han as its bigrams; `c语言` is both. */
function* split(word: string, open: boolean): Iterable<Omit<Token, 'letters'>> {
  for (const [run] of word.matchAll(
    /[\u2e80-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+|[^\u2e80-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+/gu,
  )) {
    const first = run.codePointAt(0) ?? 0;
    const han = first >= 0x2e80;
    if (!han || (first >= 0xfb00 && first < 0x20000)) {
      yield { text: run, whole: true, open, weight: common.has(run) ? commonWeight : 1 };
      continue;
    }
    const characters = [...run];
    if (characters.length === 1) {
      yield { text: run, whole: false, open, weight: common.has(run) ? commonWeight : 1 };
    }
    for (let i = 0; i + 1 < characters.length; i++) {
      const text = `${characters[i]}${characters[i + 1]}`;
      yield { text, whole: false, open, weight: 1 };
    }
  }
}
