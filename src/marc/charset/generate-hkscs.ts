/**
 * Makes the table of what Big5-HKSCS has beyond the platform's Big5, from a character map of that
 * charset in POSIX form (`<U55BA> /x9d/xf6`; the GNU C library publishes one of HKSCS-2008):
 *
 *   node src/marc/charset/generate-hkscs.ts BIG5-HKSCS [FOLDER]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TextDecoder } from 'node:util';
import { deflateRawSync, gunzipSync } from 'node:zlib';
import { big5Pointer } from './big5.ts';

const ENTRY = /^(?:%IRREVERSIBLE%)?<U([0-9A-F]{4,8})>\s+\/x([0-9a-f]{2})\/x([0-9a-f]{2})\s/;

const [path, folder = join(import.meta.dirname, 'tables')] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write('usage: generate-hkscs.ts BIG5-HKSCS [FOLDER]\n');
  process.exit(2);
}
const file = readFileSync(path);
const text = (file[0] === 0x1f ? gunzipSync(file) : file).toString('utf8');
const platform = new TextDecoder('big5');
const characters = new Map<number, number>();
for (const line of text.split('\n')) {
  const [, ucs, lead, trail] = ENTRY.exec(line) ?? [];
  if (ucs === undefined || lead === undefined || trail === undefined) continue;
  const bytes = Uint8Array.of(Number.parseInt(lead, 16), Number.parseInt(trail, 16));
  const known = platform.decode(bytes);
  if (known.includes('\ufffd') || (known >= '\ue000' && known <= '\uf8ff')) {
    characters.set(big5Pointer(bytes[0] as number, bytes[1] as number), Number.parseInt(ucs, 16));
  }
}

/** Three columns of bytes: steps between pointers, then the change of character, high and low. */
const steps: number[] = [];
const changes: number[][] = [[], [], []];
let previousPointer = -1;
let previousCharacter = 0;
for (const [pointer, character] of [...characters].sort(([a], [b]) => a - b)) {
  let step = pointer - previousPointer - 1;
  for (; step > 0x7f; step >>>= 7) steps.push((step & 0x7f) | 0x80);
  steps.push(step);
  const change = (character - previousCharacter) & 0xffffff;
  for (let n = 0; n < 3; n += 1) changes[n]?.push((change >> (16 - 8 * n)) & 0xff);
  previousPointer = pointer;
  previousCharacter = character;
}

const pack = (bytes: readonly number[] | undefined) =>
  deflateRawSync(Buffer.from(bytes ?? []), { level: 9 }).toString('base64');
const table = {
  source: 'Big5-HKSCS-2008',
  count: characters.size,
  steps: pack(steps),
  changes: changes.map(pack),
};
writeFileSync(join(folder, 'hkscs.json'), `${JSON.stringify(table, null, 1)}\n`);
