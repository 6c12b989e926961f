import { decodeByEvidence } from '../charset/index.ts';
import type { DecodedMarc, Field, MarcRecord, Subfield, UnreadableMarc } from '../types.ts';
import { LEADER_LENGTH } from './directory.ts';
import type { ReadOptions } from './options.ts';

/** `LDR`, or three digits; what stands before the content is read by `readField`. */
const HEAD = /^(?:(LDR|LEADER|00[0-9])[ \t]+(?=\S)|([0-9]{3})(?=[ \t\d#_|$‡▼▾]))(.*)$/su;
/** What catalogue pages and yaz-marcdump write for the subfield delimiter. */
const DELIMITER = /[$|‡▼▾](?=[0-9A-Za-z])/u;
const BLANK_INDICATORS = /[#_\\]/g;

interface Line {
  readonly tag: string;
  readonly content: string;
}

/**
 * Records as catalogues show them and yaz-marcdump prints them (its `line` format): a line for each
 * field, `200 1  $aTitle`, with `$`, `|`, `‡` or `▼` before a subfield's code, and a line that begins
 * with no tag going on with the field above. A leader or an empty line begins the next record. What
 * stands before the first field is a warning. Never throws.
 */
export function* readMarcText(
  bytes: Uint8Array,
  options: ReadOptions = { charset: 'auto' },
): Generator<DecodedMarc | UnreadableMarc> {
  const { text, charset, warnings } = decodeByEvidence(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    options.charset,
    null,
  );
  for (const written of textsOfRecords(text)) {
    const raw = Buffer.from(written);
    const { lines, strays } = linesOf(written);
    if (lines.length === 0) yield { raw, problem: `No line is a field ("${strays[0] ?? ''}").` };
    else yield { ...recordOf(lines, [...warnings, ...strays.map(strayWarning)]), raw, charset };
  }
}

/** Whether a text begins as such a record does: a leader, or fields whose subfields begin at once. */
export function looksLikeMarcText(text: string): boolean {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const delimited = lines.filter((line) =>
    /^[0-9]{3}[ \t]?[\d#_ ]{0,3}[$|‡▼▾][0-9a-z]/u.test(line),
  );
  return delimited.length >= 2;
}

function textsOfRecords(text: string): string[] {
  const texts: string[] = [];
  let current: string[] = [];
  const end = () => {
    if (current.some((line) => line.trim() !== '')) texts.push(current.join('\n'));
    current = [];
  };
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const begins = isLeader(line) && current.some((earlier) => HEAD.test(earlier));
    if (begins || line.trim() === '') end();
    if (line.trim() !== '') current.push(line);
  }
  end();
  return texts;
}

function isLeader(line: string): boolean {
  return /^(?:LDR|LEADER|000)[ \t]/.test(line) || /^\d{5}[a-z]{2}/.test(line);
}

function linesOf(text: string): { lines: Line[]; strays: string[] } {
  const lines: { tag: string; content: string }[] = [];
  const strays: string[] = [];
  for (const written of text.split('\n')) {
    if (/^\d{5}[a-z]{2}[a-z0-9# ]/.test(written) && lines.length === 0) {
      lines.push({ tag: 'LDR', content: written });
      continue;
    }
    const [, control, tag, content = ''] = HEAD.exec(written) ?? [];
    const found = control === 'LEADER' || control === '000' ? 'LDR' : (control ?? tag);
    const last = lines.at(-1);
    if (found !== undefined) lines.push({ tag: found, content });
    else if (last === undefined) strays.push(written.slice(0, 60));
    else last.content += written.trimStart();
  }
  return { lines, strays };
}

const strayWarning = (line: string) => `A line is no field ("${line}").`;

function recordOf(
  lines: readonly Line[],
  warnings: string[],
): { marc: MarcRecord; warnings: readonly string[] } {
  const written = (lines.find(({ tag }) => tag === 'LDR')?.content ?? '').trimEnd();
  if (written.length !== LEADER_LENGTH) {
    warnings.push(`The leader has ${written.length} characters instead of 24.`);
  }
  const fields = lines.filter(({ tag }) => tag !== 'LDR').map((line) => readField(line, warnings));
  return { marc: { leader: leaderOf(written), fields }, warnings };
}

/** Pages show a leader without its lengths; type and level, which say most, come with the letters. */
function leaderOf(written: string): string {
  if (written.length === LEADER_LENGTH) return written;
  const status = /^\d{0,5}([a-z][a-z]{2}[a-z0 ])/.exec(written)?.[1];
  return (status === undefined ? written : `     ${status}`)
    .slice(0, LEADER_LENGTH)
    .padEnd(LEADER_LENGTH);
}

function readField({ tag, content }: Line, warnings: string[]): Field {
  if (/^00/.test(tag)) return { tag, value: content.trimEnd().normalize('NFC') };
  const first = content.search(DELIMITER);
  const before = first < 0 ? content : content.slice(0, first);
  const [ind1 = ' ', ind2 = ' '] = indicatorsOf(before);
  const stray = first < 0 ? content.trim() : before.slice(1).trim().slice(2).trim();
  const subfields: Subfield[] = [];
  if (stray !== '') {
    warnings.push(`Field ${tag} has text outside its subfields; it was kept as $a.`);
    subfields.push({ code: 'a', value: stray.normalize('NFC') });
  }
  const parts = first < 0 ? [] : content.slice(first + 1).split(new RegExp(DELIMITER, 'u'));
  for (const part of parts) {
    subfields.push({ code: part[0] as string, value: part.slice(1).trimEnd().normalize('NFC') });
  }
  return { tag, ind1, ind2, subfields };
}

/** `200 1  $a`, `2001 $a`, `200 1_$a`: at most one blank parts the tag from its indicators. */
function indicatorsOf(before: string): string {
  const blanked = before.replaceAll('\t', ' ').replace(BLANK_INDICATORS, ' ');
  const trimmed = blanked.startsWith(' ') ? blanked.slice(1) : blanked;
  return trimmed.padEnd(2).slice(0, 2);
}
