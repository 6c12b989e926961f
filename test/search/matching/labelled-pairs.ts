import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { toBibRecord } from '../../../src/marc/dialects/index.ts';
import { marcFromJson } from '../../../src/marc/formats/json.ts';
import type { BibRecord } from '../../../src/marc/record.ts';
import { corpus } from '../../support/requirements.ts';

export interface LabelledPair {
  readonly a: BibRecord;
  readonly b: BibRecord;
  readonly same: boolean;
}

/** The labelled pairs of the corpus: MARC-in-JSON a line in a zip file, and which belong together. */
export function readLabelledPairs(): readonly LabelledPair[] {
  const records = new Map<string, BibRecord>();
  const text = onlyFileOf(readFileSync(corpus('dedupe', 'goldfinch', 'goldfinch_val.json.zip')));
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const record = toBibRecord(marcFromJson(JSON.parse(line)), { dialect: 'auto' });
    records.set(record.controlNumber ?? '', record);
  }
  const labels = readFileSync(corpus('dedupe', 'goldfinch', 'goldfinch_val_labels.csv'), 'utf8');
  return labels
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [one = '', two = '', label = ''] = line.trim().split(',');
      const a = records.get(one);
      const b = records.get(two);
      if (a === undefined || b === undefined) throw new Error(`no record for the pair ${line}`);
      return { a, b, same: label === '1' };
    });
}

/** The text of a zip file with one deflated member (APPNOTE 4.3.7: local header, then data). */
function onlyFileOf(zip: Buffer): string {
  const directory = zip.lastIndexOf(Buffer.from('PK\x01\x02'));
  const size = zip.readUInt32LE(directory + 20);
  const header = zip.readUInt32LE(directory + 42);
  const data = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  return inflateRawSync(zip.subarray(data, data + size)).toString('utf8');
}
