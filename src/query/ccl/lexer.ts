import { QuerySyntaxError } from '../errors.ts';
import { queryLimits } from '../limits.ts';

export interface CclToken {
  readonly kind:
    | 'term'
    | 'comma'
    | 'relation'
    | 'prox'
    | '('
    | ')'
    | 'and'
    | 'or'
    | 'not'
    | 'set'
    | 'end';
  /**
   * The text; in terms a backslash before every character that is itself though it could be a sign,
   * as inside quotation marks.
   */
  readonly text: string;
  /** Blanks before the token. */
  readonly space: string;
  /** True for a term that holds a blank and so is a phrase. */
  readonly isPhrase: boolean;
  readonly position: number;
}

/** Cuts CCL (ISO 8777) into tokens. Keywords are in lower case; quotation marks may begin anywhere. */
export function readCclTokens(text: string): readonly CclToken[] {
  if (text.length > queryLimits.characters) {
    const reason = `The query is longer than ${queryLimits.characters} characters.`;
    throw new QuerySyntaxError(reason, queryLimits.characters, 12);
  }
  const tokens: CclToken[] = [];
  let at = 0;
  for (;;) {
    const start = at;
    while (at < text.length && /\s/.test(text.charAt(at))) at += 1;
    const space = text.slice(start, at);
    const [token, end] = tokenAt(text, at, space);
    tokens.push(token);
    if (token.kind === 'end') return tokens;
    at = end;
  }
}

function tokenAt(text: string, at: number, space: string): [CclToken, number] {
  const token = (kind: CclToken['kind'], end: number, content = text.slice(at, end)) =>
    [{ kind, text: content, space, isPhrase: false, position: at }, end] as [CclToken, number];
  const character = text.charAt(at);
  if (character === '') return token('end', at);
  if (character === '(' || character === ')') return token(character, at + 1);
  if (character === ',') return token('comma', at + 1);
  if (character === '%' || character === '!') {
    return token('prox', endOf(/[0-9]/, text, at + 1));
  }
  if (/[<>=]/.test(character)) {
    return token('relation', at + (/[<>=]/.test(text.charAt(at + 1)) ? 2 : 1));
  }
  const term = termAt(text, at, space);
  const keyword = /^(?:and|or|not|set)$/.exec(text.slice(at, term.end));
  return keyword === null
    ? [term.token, term.end]
    : token(keyword[0] as 'and' | 'or' | 'not' | 'set', term.end);
}

function endOf(pattern: RegExp, text: string, start: number): number {
  let at = start;
  while (at < text.length && pattern.test(text.charAt(at))) at += 1;
  return at;
}

function termAt(text: string, start: number, space: string): { token: CclToken; end: number } {
  let at = start;
  let content = '';
  let isPhrase = false;
  let isQuoted = false;
  while (at < text.length) {
    const character = text.charAt(at);
    if (!isQuoted && /[\s(),%!<>=]/.test(character)) break;
    at += 1;
    if (character === '"') {
      isQuoted = !isQuoted;
    } else {
      const isEscaped = character === '\\' && at < text.length;
      const literal = isEscaped ? text.charAt(at) : character;
      if (isEscaped) at += 1;
      isPhrase ||= /\s/.test(literal);
      content += (isEscaped || isQuoted || literal === '\\' ? '\\' : '') + literal;
    }
  }
  return { token: { kind: 'term', text: content, space, isPhrase, position: start }, end: at };
}
