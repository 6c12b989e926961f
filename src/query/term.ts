/**
 * Terms as CQL means them (CQL 1.2 section 4): `*` is any run of characters, `?` one character, `^` at
 * an end anchors, and a backslash makes the next character itself.
 */

/** A stretch of literal text, or a mask. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'many' }
  | { readonly kind: 'one' };

export interface MaskedTerm {
  readonly anchoredStart: boolean;
  readonly anchoredEnd: boolean;
  /** Texts and masks in order; neither two texts nor two `many` stand side by side. */
  readonly pieces: readonly Piece[];
}

/** Reads a raw term: masks and anchors found, backslashes taken off, control characters made blanks. */
export function readTerm(raw: string): MaskedTerm {
  const pieces: Piece[] = [];
  let text = '';
  let anchoredStart = false;
  let anchoredEnd = false;
  const flush = () => {
    if (text !== '') pieces.push({ kind: 'text', text });
    text = '';
  };
  for (let position = 0; position < raw.length; position += 1) {
    const character = raw.charAt(position);
    if (character === '\\' && position + 1 < raw.length) {
      position += 1;
      text += printable(raw.charAt(position));
    } else if (character === '*' || character === '?') {
      flush();
      const kind = character === '*' ? 'many' : 'one';
      // Two stars beside each other say no more than one.
      if (kind === 'one' || pieces.at(-1)?.kind !== 'many') pieces.push({ kind });
    } else if (character === '^' && (position === 0 || position === raw.length - 1)) {
      if (position === 0) anchoredStart = true;
      else anchoredEnd = true;
    } else {
      text += printable(character);
    }
  }
  flush();
  return { anchoredStart, anchoredEnd, pieces };
}

/** The term as plain text, masks and anchors taken as the characters they are. */
export function literalTerm(raw: string): string {
  return raw.replace(/\\([\s\S])/g, '$1').replace(/[\p{Cc}\p{Cs}]/gu, ' ');
}

/** The words of a raw term, each still raw. */
export function wordsOf(raw: string): readonly string[] {
  return raw.split(/[\s\p{Cc}\u3000]+/u).filter((word) => word !== '');
}

/** Text as a raw term that means just that text. */
export function escapeTerm(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}]/gu, ' ').replace(/[\\"*?^]/g, '\\$&');
}

/** The text of a term without masks; null when it has one. */
export function plainText(term: MaskedTerm): string | null {
  if (term.pieces.some((piece) => piece.kind !== 'text')) return null;
  return term.pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');
}

/** The term as CQL writes it between quotation marks; it can never end them. */
export function printTerm(term: MaskedTerm): string {
  const body = term.pieces.map((piece) => {
    return piece.kind === 'text' ? escapeTerm(piece.text) : piece.kind === 'many' ? '*' : '?';
  });
  return `${term.anchoredStart ? '^' : ''}${body.join('')}${term.anchoredEnd ? '^' : ''}`;
}

function printable(character: string): string {
  return /\p{Cc}/u.test(character) ? ' ' : character;
}
