import type { DecodedMarc, UnreadableMarc } from '../types.ts';
import { MarcError } from './errors.ts';
import { marcFromJson } from './json.ts';

/**
 * The records of a file of MARC-in-JSON: one record, a list of records, or one record a line (where
 * each line may also be a result of `records --to jsonl`, with the record as its `marc`). A value or line
 * that is none is reported, and the next one is read. Never throws.
 */
export function* readMarcJson(bytes: Uint8Array): Generator<DecodedMarc | UnreadableMarc> {
  const text = new TextDecoder().decode(bytes).trim();
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  // One record over many lines that is no JSON is one fault, not one for each line.
  if (lines.length < 2 || lines.slice(0, 2).every((line) => 'problem' in parsed(line))) {
    yield* readWhole(text, bytes);
    return;
  }
  for (const line of lines) {
    const raw = Buffer.from(line);
    const one = parsed(line);
    yield 'value' in one ? readValue(one.value, raw) : { raw, problem: one.problem };
  }
}

function* readWhole(text: string, raw: Uint8Array): Generator<DecodedMarc | UnreadableMarc> {
  const strict = parsed(text);
  const read = 'value' in strict ? strict : parsed(withEscapes(text));
  if ('problem' in read) {
    yield { raw, problem: read.problem };
    return;
  }
  const warnings =
    strict === read
      ? []
      : ['The text was not JSON, as its strings hold line breaks; it was repaired.'];
  for (const value of Array.isArray(read.value) ? read.value : [read.value]) {
    yield readValue(value, Buffer.from(JSON.stringify(value)), warnings);
  }
}

/** The text with the control characters inside strings escaped, as JSON asks (RFC 8259, section 7). */
function withEscapes(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/gs, (string) =>
    Array.from(string, (character) =>
      character < ' ' ? JSON.stringify(character).slice(1, -1) : character,
    ).join(''),
  );
}

function parsed(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: `The text is not JSON: ${(error as SyntaxError).message}.` };
  }
}

function readValue(
  value: unknown,
  raw: Uint8Array,
  warnings: readonly string[] = [],
): DecodedMarc | UnreadableMarc {
  const inner = (value as { marc?: unknown } | null)?.marc ?? value;
  try {
    return { marc: marcFromJson(inner), raw, charset: 'utf-8', warnings };
  } catch (error) {
    if (!(error instanceof MarcError)) throw error;
    return { raw, problem: error.message };
  }
}
