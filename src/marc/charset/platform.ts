import { TextDecoder } from 'node:util';
import { UnmappableError } from './errors.ts';

const decoders = new Map<string, TextDecoder>();
const strictDecoders = new Map<string, TextDecoder>();
const inverses = new Map<string, ReadonlyMap<string, number>>();

/** Text by the platform's decoder; what is malformed becomes U+FFFD. Delimiters below 0x20 are never eaten. */
export function decodeWithPlatform(bytes: Uint8Array, charset: string): string {
  let decoder = decoders.get(charset);
  if (decoder === undefined) {
    decoder = new TextDecoder(charset, { ignoreBOM: true });
    decoders.set(charset, decoder);
  }
  return decoder.decode(bytes);
}

/** Text by the platform's decoder, or null where the bytes are not well-formed. */
export function decodeStrictly(bytes: Uint8Array, charset: string): string | null {
  let decoder = strictDecoders.get(charset);
  if (decoder === undefined) {
    decoder = new TextDecoder(charset, { ignoreBOM: true, fatal: true });
    strictDecoders.set(charset, decoder);
  }
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** True Latin-1; the platform's decoder of that name is windows-1252. */
export function decodeLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/**
 * Text in a single-byte charset; throws UnmappableError. A letter the charset lacks is tried as a letter
 * and a mark, which is how windows-1258 writes Vietnamese.
 */
export function encodeSingleByte(text: string, charset: string): Uint8Array {
  const codes = inverseOf(charset);
  const bytes: number[] = [];
  for (const character of text) {
    const code = codes.get(character);
    if (code !== undefined) bytes.push(code);
    else bytes.push(...splitLetter(character, codes, charset));
  }
  return Uint8Array.from(bytes);
}

function splitLetter(
  character: string,
  codes: ReadonlyMap<string, number>,
  charset: string,
): number[] {
  const [first = '', ...marks] = character.normalize('NFD');
  let base = first;
  const loose: string[] = [];
  for (const mark of marks) {
    const joined = (base + mark).normalize('NFC');
    if (codes.has(joined)) base = joined;
    else loose.push(mark);
  }
  return [base, ...loose].map((part) => {
    const code = codes.get(part);
    if (code === undefined) throw new UnmappableError(character, charset);
    return code;
  });
}

function inverseOf(charset: string): ReadonlyMap<string, number> {
  let inverse = inverses.get(charset);
  if (inverse === undefined) {
    const codes = new Map<string, number>();
    for (let code = 0; code < 256; code += 1) {
      const byte = Uint8Array.of(code);
      const character =
        charset === 'iso-8859-1' ? decodeLatin1(byte) : decodeWithPlatform(byte, charset);
      if (character !== '\ufffd') codes.set(character, code);
    }
    inverse = codes;
    inverses.set(charset, inverse);
  }
  return inverse;
}
