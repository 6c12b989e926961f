import type { CharsetHint } from '../charset/index.ts';
import type { Dialect } from '../types.ts';
import type { FieldLayout } from './directory.ts';

/** UNIMARC 100 $a/26–29: the codes of character sets that are also ours. */
const UNIMARC_SETS: Readonly<Record<string, CharsetHint['charset']>> = {
  '03': 'iso-5426',
  '10': 'gb18030',
  '50': 'utf-8',
};

/**
 * What the record says about its own charset, or null. It is a hint only: leader/09 means something in
 * MARC 21 alone, and UNIMARC's 100 $a is copied from record to record whatever the bytes are.
 */
export function statedCharset(
  leader: string,
  layout: FieldLayout,
  dialect: Dialect | 'auto',
): CharsetHint | null {
  if (dialect === 'marc21' || (dialect === 'auto' && looksLikeMarc21(layout.tags))) {
    if (leader[9] === 'a') return { charset: 'utf-8', place: 'Leader/09', reliable: true };
    if (leader[9] === ' ') return { charset: 'marc-8', place: 'Leader/09', reliable: true };
    return null;
  }
  const codes = codedData(layout);
  for (const code of [codes.slice(26, 28), codes.slice(28, 30)]) {
    const charset = UNIMARC_SETS[code];
    if (charset !== undefined) return { charset, place: 'Field 100 $a', reliable: false };
  }
  return null;
}

function looksLikeMarc21(tags: readonly string[]): boolean {
  return !tags.includes('200') && (tags.includes('245') || tags.includes('008'));
}

/** The text of 100 $a of UNIMARC, which is ASCII whatever the record is. */
function codedData({ tags, data }: FieldLayout): string {
  const index = tags.indexOf('100');
  if (index < 0) return '';
  let start = 0;
  for (let n = 0; n < index; n += 1) {
    start = data.indexOf(0x1e, start) + 1;
    if (start === 0) return '';
  }
  const text = data.toString('latin1', start, Math.min(start + 60, data.length));
  return text.slice(2, 4) === '\u001fa' ? text.slice(4) : '';
}
