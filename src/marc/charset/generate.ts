/**
 * Makes the tables of MARC-8 and ISO 5426 from published code tables in the form the Library of
 * Congress gives them (codeTables / codeTable / characterSet / code, with marc, ucs and isCombining):
 *
 *   node src/marc/charset/generate.ts MARC8-CODETABLES.xml ISO5426-CODETABLES.xml [FOLDER]
 *
 * The tables hold what the files say and nothing else; what the files leave out (private additions,
 * second halves of double marks) is code in marc8-decode.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { childrenOf, firstChild, parseXmlTree, textOf, type XmlElement } from '../xml/tree.ts';

interface Code {
  readonly marc: number;
  /** Null where the character is the second half of the one before it. */
  readonly ucs: number | null;
  readonly combining: boolean;
}

interface CharacterSet {
  readonly name: string;
  /** The final character of its escape sequence. */
  readonly final: string;
  readonly codes: readonly Code[];
}

interface EaccTable {
  readonly count: number;
  readonly steps: string;
  readonly high: string;
  readonly low: string;
  readonly beyondBmp: Readonly<Record<string, string>>;
}

function hex(element: XmlElement, name: string): number | null {
  const child = firstChild(element, name);
  const text = child === null ? '' : textOf(child).trim();
  return text === '' ? null : Number.parseInt(text, 16);
}

function readCode(element: XmlElement): Code[] {
  const marc = hex(element, 'marc');
  if (marc === null) return [];
  const combining = firstChild(element, 'isCombining');
  return [
    {
      marc,
      ucs: hex(element, 'ucs'),
      combining: combining !== null && textOf(combining).trim() === 'true',
    },
  ];
}

function readCharacterSets(path: string): CharacterSet[] {
  const root = parseXmlTree(readFileSync(path), { maxElements: 2_000_000 });
  return childrenOf(root, 'codeTable')
    .flatMap((table) => childrenOf(table, 'characterSet'))
    .map((set) => ({
      name: set.attributes.name ?? '',
      final: String.fromCharCode(Number.parseInt(set.attributes.ISOcode ?? '0', 16)),
      codes: [set, ...childrenOf(set, 'grouping')]
        .flatMap((group) => childrenOf(group, 'code'))
        .flatMap(readCode)
        .sort((a, b) => a.marc - b.marc),
    }));
}

/** `21=05D0 40=05B7+`: code, character, `+` where it combines; `-` is a second half. */
function printSet(set: CharacterSet): string {
  return set.codes
    .filter((code) => code.marc > 0x20)
    .map(({ marc, ucs, combining }) => {
      const character = ucs === null ? '-' : ucs.toString(16).toUpperCase().padStart(4, '0');
      return `${marc.toString(16).toUpperCase()}=${character}${combining ? '+' : ''}`;
    })
    .join(' ');
}

/**
 * EACC in three deflated columns, codes in order: the steps from code to code (a code is three digits of
 * base 96; varint), and the high and the low bytes of the steps from character to character. Characters
 * beyond U+FFFF stand apart, since there are three.
 */
function packEacc(codes: readonly Code[]): EaccTable {
  const steps: number[] = [];
  const high: number[] = [];
  const low: number[] = [];
  const beyondBmp: Record<string, string> = {};
  let previousCell = -1;
  let previousCharacter = 0;
  for (const { marc, ucs } of codes) {
    if (ucs === null) continue;
    if (ucs > 0xffff) {
      beyondBmp[marc.toString(16).toUpperCase()] = ucs.toString(16).toUpperCase();
      continue;
    }
    const cell = (((marc >> 16) - 32) * 96 + ((marc >> 8) & 0xff) - 32) * 96 + (marc & 0xff) - 32;
    let step = cell - previousCell - 1;
    for (; step > 0x7f; step >>>= 7) steps.push((step & 0x7f) | 0x80);
    steps.push(step);
    const change = (ucs - previousCharacter) & 0xffff;
    high.push(change >> 8);
    low.push(change & 0xff);
    previousCell = cell;
    previousCharacter = ucs;
  }
  return { count: high.length, steps: pack(steps), high: pack(high), low: pack(low), beyondBmp };
}

function pack(bytes: readonly number[]): string {
  return deflateRawSync(Buffer.from(bytes), { level: 9 }).toString('base64');
}

function write(name: string, value: unknown): void {
  writeFileSync(join(folder, name), `${JSON.stringify(value, null, 1)}\n`);
}

const [marc8Path, iso5426Path, folder = join(import.meta.dirname, 'tables')] =
  process.argv.slice(2);
if (marc8Path === undefined || iso5426Path === undefined) {
  process.stderr.write('usage: generate.ts MARC8-CODETABLES.xml ISO5426-CODETABLES.xml [FOLDER]\n');
  process.exit(2);
}
const marc8 = readCharacterSets(marc8Path);
const eacc = marc8.find((set) => set.final === '1');
if (eacc === undefined) throw new Error(`${marc8Path} has no EACC set (ISO code 31).`);
write('marc8.json', {
  source: 'MARC-8 to Unicode code tables, Library of Congress',
  sets: marc8
    .filter((set) => set !== eacc && set.final !== 'B')
    .map((set) => ({ name: set.name, final: set.final, codes: printSet(set) })),
  eacc: packEacc(eacc.codes),
});
const iso5426 = readCharacterSets(iso5426Path).find((set) => set.final === 'E');
if (iso5426 === undefined) throw new Error(`${iso5426Path} has no right half (ISO code 45).`);
write('iso5426.json', { source: 'ISO 5426 to Unicode code table', codes: printSet(iso5426) });
