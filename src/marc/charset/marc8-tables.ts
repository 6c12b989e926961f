import { inflateRawSync } from 'node:zlib';
import iso5426Table from './tables/iso5426.json' with { type: 'json' };
import marc8Table from './tables/marc8.json' with { type: 'json' };

/**
 * A one-byte set: a character for each code without its high bit. Negative means that the character
 * combines with the one after it, 0 that the code is undefined, SECOND_HALF that it says nothing more
 * than the code before.
 */
export type CodeSet = Int32Array;

export const SECOND_HALF = 0x110000;

/** Rows of 96 characters by the first two bytes less 32; rows without characters are undefined. */
export type EaccRows = readonly (Uint16Array | undefined)[];

export interface Marc8Tables {
  /** By the final character of the escape sequence. */
  readonly sets: ReadonlyMap<string, CodeSet>;
  readonly ascii: CodeSet;
  readonly ansel: CodeSet;
  readonly eacc: EaccRows;
  /** EACC codes of characters beyond U+FFFF, as 24-bit numbers. */
  readonly eaccBeyondBmp: ReadonlyMap<number, number>;
}

/** Codes of Innovative Interfaces' own, met in records of libraries that used it; read, never written. */
const PRIVATE_EACC: ReadonlyMap<number, number> = new Map([
  [0x21203d, 0x2026],
  [0x212040, 0x201c],
  [0x7f2014, 0x2014],
  [0x7f2019, 0x2019],
  [0x7f2020, 0x201d],
  [0x7f2122, 0x2122],
]);

let marc8: Marc8Tables | null = null;
let iso5426: CodeSet | null = null;

/** The tables of MARC-8, unpacked at first use. */
export function marc8Tables(): Marc8Tables {
  marc8 ??= unpackMarc8();
  return marc8;
}

/** The right half of ISO 5426, unpacked at first use. */
export function iso5426Set(): CodeSet {
  iso5426 ??= unpackSet(iso5426Table.codes);
  return iso5426;
}

function unpackMarc8(): Marc8Tables {
  const ascii = new Int32Array(128);
  for (let code = 0; code < 128; code += 1) ascii[code] = code;
  const sets = new Map<string, CodeSet>([['B', ascii]]);
  for (const set of marc8Table.sets) sets.set(set.final, unpackSet(set.codes));
  const ansel = sets.get('E') ?? ascii;
  const eaccBeyondBmp = new Map<number, number>();
  for (const [code, character] of Object.entries(marc8Table.eacc.beyondBmp)) {
    eaccBeyondBmp.set(Number.parseInt(code, 16), Number.parseInt(character, 16));
  }
  return { sets, ascii, ansel, eacc: unpackEacc(marc8Table.eacc), eaccBeyondBmp };
}

function unpackSet(codes: string): CodeSet {
  const set = new Int32Array(128);
  for (const entry of codes.split(' ')) {
    const [code, character = ''] = entry.split('=');
    const value = character.startsWith('-') ? SECOND_HALF : Number.parseInt(character, 16);
    set[Number.parseInt(code ?? '', 16) & 0x7f] = character.endsWith('+') ? -value : value;
  }
  return set;
}

/** The reverse of `packEacc` in generate.ts. */
function unpackEacc(table: { count: number; steps: string; high: string; low: string }): EaccRows {
  const [steps, high, low] = [table.steps, table.high, table.low].map((column) =>
    inflateRawSync(Buffer.from(column, 'base64')),
  ) as [Buffer, Buffer, Buffer];
  const rows: (Uint16Array | undefined)[] = new Array(96 * 96);
  let at = 0;
  let cell = -1;
  let character = 0;
  for (let n = 0; n < table.count; n += 1) {
    let step = 0;
    let shift = 0;
    for (; (steps[at] ?? 0) > 0x7f; at += 1, shift += 7) step |= ((steps[at] ?? 0) & 0x7f) << shift;
    step |= (steps[at] ?? 0) << shift;
    at += 1;
    cell += step + 1;
    character = (character + ((high[n] ?? 0) << 8) + (low[n] ?? 0)) & 0xffff;
    const row = Math.floor(cell / 96);
    rows[row] ??= new Uint16Array(96);
    (rows[row] as Uint16Array)[cell % 96] = character;
  }
  return rows;
}

/**
 * The character of a three-byte EACC code, or 0. The private codes break the rule that all three bytes
 * are printable, so they are asked for last and by their whole value.
 */
export function eaccCharacter(tables: Marc8Tables, a: number, b: number, c: number): number {
  const character = b < 32 || c < 32 ? 0 : (tables.eacc[(a - 32) * 96 + b - 32]?.[c - 32] ?? 0);
  if (character !== 0) return character;
  const code = (a << 16) | (b << 8) | c;
  return tables.eaccBeyondBmp.get(code) ?? PRIVATE_EACC.get(code) ?? 0;
}
