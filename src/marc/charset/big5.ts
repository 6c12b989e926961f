import { TextDecoder } from 'node:util';
import { inflateRawSync } from 'node:zlib';
import hkscsTable from './tables/hkscs.json' with { type: 'json' };

const FIRST_LEAD = 0x81;
const LAST_LEAD = 0xfe;
const TRAILS = 157;
const REPLACEMENT = 0xfffd;
/** The four codes that are a letter and a mark (HKSCS-2008). */
const PAIRS: ReadonlyMap<number, string> = new Map([
  [0x8862, '\u00ca\u0304'],
  [0x8864, '\u00ca\u030c'],
  [0x88a3, '\u00ea\u0304'],
  [0x88a5, '\u00ea\u030c'],
]);

let characters: Uint32Array | null = null;

/** A cell's place in the table, or -1 where the second byte can be none. */
export function big5Pointer(lead: number, trail: number): number {
  if (lead < FIRST_LEAD || lead > LAST_LEAD) return -1;
  if (trail >= 0x40 && trail <= 0x7e) return (lead - FIRST_LEAD) * TRAILS + trail - 0x40;
  return trail >= 0xa1 && trail <= 0xfe ? (lead - FIRST_LEAD) * TRAILS + trail - 0x62 : -1;
}

/** The text of a two-byte cell of Big5-HKSCS, or null. */
export function big5Cell(lead: number, trail: number): string | null {
  const pair = PAIRS.get((lead << 8) | trail);
  if (pair !== undefined) return pair;
  const pointer = big5Pointer(lead, trail);
  characters ??= readCharacters();
  const character = pointer < 0 ? 0 : (characters[pointer] as number);
  return character === 0 ? null : String.fromCodePoint(character);
}

/**
 * Big5 with what Hong Kong added, which the platform gives as private characters. A pair that means
 * nothing becomes U+FFFD, and an ASCII byte behind it is kept.
 */
export function decodeBig5(bytes: Uint8Array): string {
  characters ??= readCharacters();
  const units = new Uint16Array(bytes.length + 1);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const lead = bytes[at] as number;
    if (lead < 0x80) {
      units[length++] = lead;
      continue;
    }
    const trail = at + 1 < bytes.length ? (bytes[at + 1] as number) : 0;
    const pointer = big5Pointer(lead, trail);
    const character = pointer < 0 ? 0 : (characters[pointer] as number);
    const pair = character === 0 ? PAIRS.get((lead << 8) | trail) : undefined;
    if (pair !== undefined) {
      units[length++] = pair.charCodeAt(0);
      units[length++] = pair.charCodeAt(1);
    } else if (character > 0xffff) {
      units[length++] = 0xd7c0 + (character >> 10);
      units[length++] = 0xdc00 + (character & 0x3ff);
    } else units[length++] = character === 0 ? REPLACEMENT : character;
    if (trail >= 0x80 || character !== 0 || pair !== undefined) at += 1;
  }
  return Buffer.from(units.buffer, 0, length * 2).toString('utf16le');
}

function readCharacters(): Uint32Array {
  const table = new Uint32Array((LAST_LEAD - FIRST_LEAD + 1) * TRAILS);
  const platform = new TextDecoder('big5');
  for (let lead = FIRST_LEAD; lead <= LAST_LEAD; lead += 1) {
    const cells: number[] = [];
    for (let n = 0; n < TRAILS; n += 1) cells.push(lead, n < 63 ? n + 0x40 : n + 0x62, 0x0a);
    platform
      .decode(Uint8Array.from(cells))
      .split('\n')
      .slice(0, TRAILS)
      .forEach((character, n) => {
        const code = character.length === 1 ? character.charCodeAt(0) : REPLACEMENT;
        const usable = code !== REPLACEMENT && (code < 0xe000 || code > 0xf8ff);
        if (usable) table[(lead - FIRST_LEAD) * TRAILS + n] = code;
      });
  }
  const inflate = (column: string) => inflateRawSync(Buffer.from(column, 'base64'));
  const steps = inflate(hkscsTable.steps);
  const [high, middle, low] = hkscsTable.changes.map(inflate) as [Buffer, Buffer, Buffer];
  let at = 0;
  let pointer = -1;
  let character = 0;
  for (let n = 0; n < hkscsTable.count; n += 1) {
    let step = 0;
    let shift = 0;
    for (; (steps[at] ?? 0) > 0x7f; at += 1, shift += 7) step |= ((steps[at] ?? 0) & 0x7f) << shift;
    step |= (steps[at] ?? 0) << shift;
    at += 1;
    pointer += step + 1;
    const change = ((high[n] ?? 0) << 16) | ((middle[n] ?? 0) << 8) | (low[n] ?? 0);
    character = (character + change) & 0xffffff;
    table[pointer] = character;
  }
  return table;
}
