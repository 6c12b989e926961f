import { QuerySyntaxError } from '../errors.ts';
import { queryLimits } from '../limits.ts';

export interface Token {
  readonly kind: 'symbol' | 'word' | 'string' | 'end';
  /** A symbol or word as written; of a string what stands between the quotes, backslashes kept. */
  readonly text: string;
  readonly position: number;
}

const blank = /[\s\u3000]/;
const delimiters = new Set(['(', ')', '=', '<', '>', '"', '/']);

/**
 * Cuts CQL into tokens (CQL 1.2, BNF of section 4) in one pass over the characters. A backslash takes
 * the character after it into the word or string, whatever it is.
 */
export function readTokens(text: string): readonly Token[] {
  if (text.length > queryLimits.characters) {
    throw new QuerySyntaxError(
      `The query is longer than ${queryLimits.characters} characters.`,
      queryLimits.characters,
      12,
    );
  }
  refuseUnprintable(text);
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const character = text.charAt(position);
    if (blank.test(character)) {
      position += 1;
    } else if (character === '"') {
      const end = endOfString(text, position);
      tokens.push({ kind: 'string', text: text.slice(position + 1, end), position });
      position = end + 1;
    } else if (delimiters.has(character)) {
      const symbol = symbolAt(text, position);
      tokens.push({ kind: 'symbol', text: symbol, position });
      position += symbol.length;
    } else {
      const end = endOfWord(text, position);
      const word = text.slice(position, end);
      // A backslash with nothing after it can only mean itself.
      tokens.push({ kind: 'word', text: endsInBackslash(word) ? `${word}\\` : word, position });
      position = end;
    }
  }
  tokens.push({ kind: 'end', text: '', position: text.length });
  return tokens;
}

/** Control characters and halves of surrogate pairs cannot be searched for in any library. */
function refuseUnprintable(text: string): void {
  for (let position = 0; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    const isControl = (code < 0x20 && code !== 9 && code !== 10 && code !== 13) || code === 0x7f;
    if (isControl) {
      throw new QuerySyntaxError('A control character stands in the query.', position, 25);
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const pair = code < 0xdc00 ? text.charCodeAt(position + 1) : Number.NaN;
      if (!(pair >= 0xdc00 && pair <= 0xdfff)) {
        throw new QuerySyntaxError('Half a character stands in the query.', position, 25);
      }
      position += 1;
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let position = start + 1; position < text.length; position += 1) {
    const character = text.charAt(position);
    if (character === '"') return position;
    if (character === '\\') position += 1;
  }
  throw new QuerySyntaxError('The quotation mark is not closed.', start, 14);
}

function endOfWord(text: string, start: number): number {
  let position = start;
  while (position < text.length) {
    const character = text.charAt(position);
    if (character === '\\') {
      position += 2;
    } else if (delimiters.has(character) || blank.test(character)) {
      return position;
    } else {
      position += 1;
    }
  }
  return text.length;
}

function symbolAt(text: string, position: number): string {
  const two = text.slice(position, position + 2);
  return two === '==' || two === '<>' || two === '<=' || two === '>=' ? two : two.charAt(0);
}

function endsInBackslash(word: string): boolean {
  let count = 0;
  while (word.charAt(word.length - 1 - count) === '\\') count += 1;
  return count % 2 === 1;
}
