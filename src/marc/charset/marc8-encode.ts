import { UnmappableError } from './errors.ts';
import { type CodeSet, iso5426Set, marc8Tables, SECOND_HALF } from './marc8-tables.ts';

/** Where a character stands: the final of its set and its code (24 bits in EACC). */
interface Place {
  readonly final: string;
  readonly code: number;
  readonly combining: boolean;
}

const ASCII = 'B';
const RIGHT = 'E';
const EACC = '1';
/** Marks over two letters, with the code of the second half, which stands before the second letter. */
const MARC8_DOUBLES: DoubleMarks = new Map([
  [0x0361, 0xec],
  [0x0360, 0xfb],
]);
const ISO5426_DOUBLES: DoubleMarks = new Map([[0x0360, 0xdf]]);
/** Looked through in this order, so that a character in several sets takes the simplest. */
const SET_ORDER = ['E', 'g', 'b', 'p', '2', 'N', 'Q', 'S', '3', '4'];
const MAX_MARKS = 16;

type DoubleMarks = ReadonlyMap<number, number>;
type WriteUnmapped = (character: number, bytes: number[]) => void;

let marc8Places: ReadonlyMap<number, Place> | null = null;
let iso5426Places: ReadonlyMap<number, Place> | null = null;

/**
 * Text as MARC-8. Sets are designated to G0 and given back to ASCII at the end of each run and before
 * every control character; what MARC-8 does not have becomes `&#xNNNN;`, its own lossless form.
 */
export function encodeMarc8(text: string): Uint8Array {
  marc8Places ??= invertMarc8();
  return encodeMarks(text, marc8Places, MARC8_DOUBLES, (character, bytes) => {
    const code = character.toString(16).toUpperCase().padStart(4, '0');
    for (const letter of `&#x${code};`) bytes.push(letter.charCodeAt(0));
  });
}

/** Text as ISO 5426; throws UnmappableError for what it does not have. */
export function encodeIso5426(text: string): Uint8Array {
  iso5426Places ??= invertSets(new Map([[RIGHT, iso5426Set()]]), [RIGHT]);
  return encodeMarks(text, iso5426Places, ISO5426_DOUBLES, (character) => {
    throw new UnmappableError(String.fromCodePoint(character), 'iso-5426');
  });
}

function encodeMarks(
  text: string,
  places: ReadonlyMap<number, Place>,
  doubles: DoubleMarks,
  writeUnmapped: WriteUnmapped,
): Uint8Array {
  const bytes: number[] = [];
  const state = { final: ASCII };
  const characters = decomposeWhereNeeded(text, places);
  let secondHalf = 0;
  for (let at = 0; at < characters.length; ) {
    const base = characters[at] as number;
    let next = at + 1;
    if (places.get(base)?.combining !== true) {
      while (next - at <= MAX_MARKS && places.get(characters[next] ?? -1)?.combining) next += 1;
    }
    if (secondHalf !== 0) bytes.push(secondHalf);
    secondHalf = 0;
    for (let mark = at + 1; mark < next; mark += 1) {
      writePlace(places.get(characters[mark] as number) as Place, state, bytes);
      secondHalf = doubles.get(characters[mark] as number) ?? secondHalf;
    }
    writeCharacter(base, places, state, bytes, writeUnmapped);
    at = next;
  }
  designate(ASCII, state, bytes);
  return Uint8Array.from(bytes);
}

function writeCharacter(
  character: number,
  places: ReadonlyMap<number, Place>,
  state: { final: string },
  bytes: number[],
  writeUnmapped: WriteUnmapped,
): void {
  if (character < 0x80) {
    // A blank is the same byte in every set, but controls end every designation.
    if (character !== 0x20) designate(ASCII, state, bytes);
    bytes.push(character);
    return;
  }
  const place = places.get(character);
  if (place !== undefined) writePlace(place, state, bytes);
  else {
    designate(ASCII, state, bytes);
    writeUnmapped(character, bytes);
  }
}

function writePlace(place: Place, state: { final: string }, bytes: number[]): void {
  if (place.final === RIGHT) {
    // ANSEL stays designated on the right, and its codes are told apart by their high bit.
    bytes.push(place.code | 0x80);
    return;
  }
  designate(place.final, state, bytes);
  if (place.final === EACC) {
    bytes.push(place.code >> 16, (place.code >> 8) & 0xff, place.code & 0xff);
  } else bytes.push(place.code);
}

function designate(final: string, state: { final: string }, bytes: number[]): void {
  if (state.final === final) return;
  bytes.push(0x1b);
  if (final === EACC) bytes.push(0x24);
  else if (final === ASCII && 'gbp'.includes(state.final)) bytes.push(0x73);
  else if (!'gbp'.includes(final)) bytes.push(0x28);
  if (!(final === ASCII && 'gbp'.includes(state.final))) bytes.push(final.charCodeAt(0));
  state.final = final;
}

/** Characters in NFC, each taken apart only if the set has it in no other way. */
function decomposeWhereNeeded(text: string, places: ReadonlyMap<number, Place>): number[] {
  const characters: number[] = [];
  for (const character of text.normalize('NFC')) {
    const code = character.codePointAt(0) as number;
    if (code < 0x80 || places.has(code)) characters.push(code);
    else {
      const parts = Array.from(character.normalize('NFD'), (part) => part.codePointAt(0) as number);
      const known = parts.every((part) => part < 0x80 || places.has(part));
      characters.push(...(known ? parts : [code]));
    }
  }
  return characters;
}

function invertMarc8(): ReadonlyMap<number, Place> {
  const tables = marc8Tables();
  const places = invertSets(tables.sets, SET_ORDER);
  const addEacc = (character: number, code: number) => {
    if (character >= 0x80 && !places.has(character)) {
      places.set(character, { final: EACC, code, combining: false });
    }
  };
  for (let row = 0; row < tables.eacc.length; row += 1) {
    const cells = tables.eacc[row];
    if (cells === undefined) continue;
    const lead = ((Math.floor(row / 96) + 32) << 16) | (((row % 96) + 32) << 8);
    for (let cell = 0; cell < 96; cell += 1) addEacc(cells[cell] as number, lead | (cell + 32));
  }
  for (const [code, character] of tables.eaccBeyondBmp) addEacc(character, code);
  return places;
}

function invertSets(
  sets: ReadonlyMap<string, CodeSet>,
  order: readonly string[],
): Map<number, Place> {
  const places = new Map<number, Place>();
  for (const final of order) {
    sets.get(final)?.forEach((value, code) => {
      const character = Math.abs(value);
      if (character < 0x80 || character >= SECOND_HALF || places.has(character)) return;
      places.set(character, { final, code, combining: value < 0 });
    });
  }
  return places;
}
