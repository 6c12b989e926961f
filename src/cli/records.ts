import { toBibRecord } from '../marc/dialects/index.ts';
import { exportRecord, marcIn } from '../marc/exports/index.ts';
import { encodeIso2709, MarcError } from '../marc/formats/iso2709.ts';
import { marcToJson } from '../marc/formats/json.ts';
import { printMarcXml } from '../marc/formats/marcxml.ts';
import type { BibRecord } from '../marc/record.ts';
import {
  type Dialect,
  dialects,
  type MarcRecord,
  type RecordCharset,
  recordCharsets,
} from '../marc/types.ts';
import { mergeGroup } from '../search/merge.ts';
import { oneOf, readBytes } from './input.ts';
import { print, progressBar } from './output.ts';
import { type Found, guessFormat, readRecords, recordFormats } from './record-formats.ts';

export interface RecordsOptions {
  readonly to: string;
  readonly from?: string;
  readonly charset?: string;
  readonly dialect?: string;
}

const targets = ['json', 'jsonl', 'marcxml', 'iso2709', 'ris', 'bibtex'] as const;
type Target = (typeof targets)[number];

/** `guanji records`: reads records as a connector would and prints them in another form. Exits 1 if any was not ok. */
export async function recordsCommand(file: string, options: RecordsOptions): Promise<number> {
  const to = oneOf('--to', options.to, targets);
  const charset = oneOf<RecordCharset>('--charset', options.charset ?? 'auto', recordCharsets);
  const dialect = oneOf<Dialect | 'auto'>('--dialect', options.dialect ?? 'auto', [
    'auto',
    ...dialects,
  ]);
  const bytes = await readBytes(file);
  const from =
    options.from === undefined ? guessFormat(bytes) : oneOf('--from', options.from, recordFormats);
  const found = readRecords(bytes, from, charset, dialect);
  const failed = await printAll(found, bytes.length, to, dialect);
  return failed > 0 ? 1 : 0;
}

async function printAll(
  found: Iterable<Found>,
  totalBytes: number,
  to: Target,
  dialect: Dialect | 'auto',
): Promise<number> {
  const bar = progressBar(totalBytes);
  const frame = frames[to];
  let number = 0;
  let failed = 0;
  let printed = 0;
  let done = 0;
  await print(frame?.open ?? '');
  for (const record of found) {
    number += 1;
    done += record.raw.length;
    bar.at(done);
    const text = printOne(record, number, to, dialect);
    if ('problem' in record || text === null) failed += 1;
    if (text === null) continue;
    await print(printed > 0 ? (frame?.between ?? '') : '');
    await print(text);
    printed += 1;
  }
  await print(frame?.close ?? '');
  bar.end();
  return failed;
}

const frames: { readonly [T in Target]?: { open: string; between: string; close: string } } = {
  json: { open: '[\n', between: ',\n', close: '\n]\n' },
  marcxml: {
    open: '<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="http://www.loc.gov/MARC21/slim">\n',
    between: '\n',
    close: '\n</collection>\n',
  },
};

/** One record in the form asked for; null when it cannot be said in that form. */
function printOne(
  found: Found,
  number: number,
  to: Target,
  dialect: Dialect | 'auto',
): string | Uint8Array | null {
  if (to === 'json' || to === 'jsonl') {
    const line = JSON.stringify(describe(found, number, dialect));
    return to === 'jsonl' ? `${line}\n` : line;
  }
  if ('problem' in found) {
    report(number, found.problem);
    return null;
  }
  for (const warning of found.warnings) report(number, warning);
  const { record, marc } = described(found, dialect);
  try {
    if (to === 'marcxml') return printMarcXml(marc ?? marcIn({ record, marc }));
    if (to === 'iso2709') return encodeIso2709(marc ?? marcIn({ record, marc }), 'utf-8');
    const { body } = exportRecord({ record, marc }, to, {});
    return typeof body === 'string' ? `${body.trimEnd()}\n\n` : body;
  } catch (error) {
    if (!(error instanceof MarcError)) throw error;
    report(number, error.message);
    return null;
  }
}

function describe(found: Found, number: number, dialect: Dialect | 'auto') {
  if ('problem' in found) return { n: number, ok: false, warnings: [found.problem] };
  const { record, marc } = described(found, dialect);
  return {
    n: number,
    ok: true,
    marc: marc === null ? null : marcToJson(marc),
    record: lineOf(record, marc, found.warnings),
    warnings: found.warnings,
  };
}

/** The record as readers see it, and the MARC behind it, if it has any. */
function described(
  found: Exclude<Found, { problem: string }>,
  dialect: Dialect | 'auto',
): { record: BibRecord; marc: MarcRecord | null } {
  if ('record' in found) return { record: found.record, marc: null };
  return { record: toBibRecord(found.marc, { dialect }), marc: found.marc };
}

/** The record as a search answer shows it: a line with one holding. */
function lineOf(record: BibRecord, marc: MarcRecord | null, warnings: readonly string[]) {
  const localId = record.controlNumber ?? '';
  const evidence = { marc, raw: new Uint8Array(), charset: 'utf-8', warnings, syntax: '' };
  const source = { library: '', localId, position: 1, record, ...evidence };
  return mergeGroup({ key: localId, members: [source], reasons: [] });
}

function report(number: number, sentence: string): void {
  process.stderr.write(`record ${number}: ${sentence}\n`);
}
