import { hasHan } from '../../marc/text.ts';
import type { MaskedTerm, Piece } from '../term.ts';
import { unsupportedMask } from './words.ts';

/** A term with masks as dialects without inner masks can say it. */
export interface Truncated {
  readonly text: string;
  readonly left: boolean;
  readonly right: boolean;
  /** True where the term was made wider: it still finds all that the masks would. */
  readonly isWidened: boolean;
}

/**
 * Masks as truncation. One run of text between `*` says exactly what was meant; of any other pattern the
 * longest text is kept and left open at the sides where something stood, which loses no hit.
 */
export function truncate(term: MaskedTerm): Truncated {
  const { pieces } = term;
  const best = longestText(pieces);
  if (best === null) throw unsupportedMask();
  const before = pieces.slice(0, best.at);
  const after = pieces.slice(best.at + 1);
  const isExact = isOpen(before) && isOpen(after);
  if (!isExact && best.text.length < 2 && !hasHan(best.text)) throw unsupportedMask();
  return {
    text: best.text,
    left: before.length > 0,
    right: after.length > 0,
    isWidened: !isExact,
  };
}

function isOpen(pieces: readonly Piece[]): boolean {
  return pieces.length === 0 || (pieces.length === 1 && pieces[0]?.kind === 'many');
}

function longestText(pieces: readonly Piece[]): { text: string; at: number } | null {
  let best: { text: string; at: number } | null = null;
  for (const [at, piece] of pieces.entries()) {
    if (piece.kind !== 'text') continue;
    if (best === null || piece.text.length > best.text.length) best = { text: piece.text, at };
  }
  return best;
}
