import { decodeByEvidence } from '../charset/index.ts';
import type { DecodedMarc, Field, MarcRecord, Subfield, UnreadableMarc } from '../types.ts';
import { LEADER_LENGTH } from './directory.ts';
import type { ReadOptions } from './options.ts';

/** System number, tag, indicators, perhaps the letter of the alphabet, content. */
const LINE = /^(\d{1,20}) ([0-9A-Za-z]{3})(.)(.) (?:[A-Z] )?(.*)$/s;
/** A line without content. */
const BARE_LINE = /^(\d{1,20}) ([0-9A-Za-z]{3})(.?)(.?)\s*[A-Z]?$/s;
const POSITIONAL = /^(?:LDR|00[678])$/;

interface Line {
  readonly tag: string;
  readonly ind1: string;
  readonly ind2: string;
  readonly content: string;
}

/**
 * Aleph sequential files (the form of Aleph's own loads and exports): a line for each field, headed by
 * the record's system number, subfields marked `$$a`, blanks of fixed fields written `^`. Lines that are
 * none are warnings on the record they stand in, or an UnreadableMarc where they stand in none.
 */
export function* readAlephSequential(
  bytes: Uint8Array,
  options: ReadOptions = { charset: 'auto' },
): Generator<DecodedMarc | UnreadableMarc> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let start = 0;
  let number: string | null = null;
  for (let at = 0; at < file.length; ) {
    const found = file.indexOf(0x0a, at);
    const next = found < 0 ? file.length : found + 1;
    const lineNumber = systemNumber(file, at);
    if (lineNumber !== null && lineNumber !== number) {
      if (at > start) yield* readGroup(file.subarray(start, at), options);
      start = at;
      number = lineNumber;
    }
    at = next;
  }
  if (start < file.length) yield* readGroup(file.subarray(start), options);
}

/** The digits before the first blank of a line, or null. */
function systemNumber(file: Buffer, at: number): string | null {
  const head = file.toString('latin1', at, Math.min(at + 21, file.length));
  return /^\d{1,20}(?= )/.exec(head)?.[0] ?? null;
}

function* readGroup(raw: Buffer, options: ReadOptions): Generator<DecodedMarc | UnreadableMarc> {
  const { text, charset, warnings } = decodeByEvidence(raw, options.charset, null);
  const lines: Line[] = [];
  const problems: string[] = [];
  for (const written of text.split(/\r?\n/)) {
    if (written.trim() === '') continue;
    const [, , tag, ind1, ind2, content = ''] = LINE.exec(written) ?? BARE_LINE.exec(written) ?? [];
    if (tag === undefined) problems.push(`A line is no field ("${written.slice(0, 40)}").`);
    else lines.push({ tag, ind1: ind1 || ' ', ind2: ind2 || ' ', content });
  }
  if (lines.length > 0) {
    const marc = recordOf(lines, problems);
    yield { marc, raw, charset, warnings: [...warnings, ...problems] };
  } else if (problems.length > 0) yield { raw, problem: problems[0] as string };
}

function recordOf(lines: readonly Line[], warnings: string[]): MarcRecord {
  const leaders = lines.filter((line) => line.tag === 'LDR');
  const leader = fixedValue('LDR', leaders[0]?.content ?? '');
  if (leader.length !== LEADER_LENGTH) {
    warnings.push(`The leader has ${leader.length} characters instead of 24.`);
  }
  return {
    leader: leader.slice(0, LEADER_LENGTH).padEnd(LEADER_LENGTH),
    fields: lines.filter((line) => line.tag !== 'LDR').map((line) => fieldOf(line, warnings)),
  };
}

function fieldOf({ tag, ind1, ind2, content }: Line, warnings: string[]): Field {
  const [before = '', ...parts] = content.split('$$');
  if (parts.length === 0 && (/^00/.test(tag) || /^[A-Z]{3}$/.test(tag))) {
    return { tag, value: fixedValue(tag, content) };
  }
  const subfields: Subfield[] = [];
  if (before.trim() !== '') {
    warnings.push(`Field ${tag} has text before its first subfield; it was kept as $a.`);
    subfields.push({ code: 'a', value: before });
  }
  for (const part of parts) {
    if (part === '') warnings.push(`Field ${tag} has a subfield delimiter with nothing after it.`);
    else subfields.push({ code: part[0] as string, value: part.slice(1) });
  }
  return { tag, ind1, ind2, subfields };
}

function fixedValue(tag: string, content: string): string {
  return POSITIONAL.test(tag) ? content.replaceAll('^', ' ') : content;
}
