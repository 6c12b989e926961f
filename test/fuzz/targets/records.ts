import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { bibFromText, toBibRecord } from '../../../src/marc/dialects/index.ts';
import { readXmlBibs } from '../../../src/marc/dialects/xml-file.ts';
import { readAlephSequential } from '../../../src/marc/formats/alephseq.ts';
import {
  decodeIso2709Text,
  encodeIso2709,
  readIso2709,
} from '../../../src/marc/formats/iso2709.ts';
import { marcToJson } from '../../../src/marc/formats/json.ts';
import { readMarcJson } from '../../../src/marc/formats/json-file.ts';
import { printMarcXml, readMarcXml } from '../../../src/marc/formats/marcxml.ts';
import { printOaiMarc, readOaiMarc } from '../../../src/marc/formats/oaimarc.ts';
import { readMarcText } from '../../../src/marc/formats/text-lines.ts';
import type {
  DecodedMarc,
  MarcRecord,
  RecordCharset,
  UnreadableMarc,
} from '../../../src/marc/types.ts';
import { XmlError } from '../../../src/marc/xml/reader.ts';
import { marc } from '../../support/catalogue.ts';
import { corpus } from '../../support/requirements.ts';
import { type FuzzTarget, maxInputBytes } from '../target.ts';

/** The charsets of records, with the seeds that can be written in them. */
const charsets: readonly (readonly [RecordCharset, readonly MarcRecord[]])[] = [
  ['utf-8', [latin(), simplified(), traditional()]],
  ['marc-8', [latin(), traditional()]],
  ['gb18030', [simplified(), latin()]],
  ['big5', [traditional()]],
  ['iso-5426', [latin()]],
];

/** Files of records: nothing in them may throw, an unreadable record is an entry of its own. */
export function recordTargets(): FuzzTarget[] {
  const damaged = sharedFiles('malformed');
  return [
    ...charsets.map(
      ([charset, records]): FuzzTarget => ({
        name: `iso2709-${charset}`,
        kind: 'binary',
        seeds: [...records.map((record) => encodeIso2709(record, charset)), ...damaged],
        read: (bytes) => describeIso2709(bytes, charset),
        isExpected: () => false,
      }),
    ),
    {
      name: 'iso2709-auto',
      kind: 'binary',
      seeds: [encodeIso2709(simplified(), 'gb18030'), encodeIso2709(latin(), 'marc-8'), ...damaged],
      read: (bytes) => describeIso2709(bytes, 'auto'),
      isExpected: () => false,
    },
    {
      name: 'marcxml',
      kind: 'markup',
      seeds: [latin(), simplified()].map((record) => Buffer.from(printMarcXml(record))),
      read: (bytes) => describe(readMarcXml(bytes)),
      isExpected: (error) => error instanceof XmlError,
    },
    {
      name: 'oai-marc',
      kind: 'markup',
      seeds: [latin(), simplified()].map((record) => Buffer.from(printOaiMarc(record))),
      read: (bytes) => describe(readOaiMarc(bytes)),
      isExpected: (error) => error instanceof XmlError,
    },
    {
      name: 'aleph-sequential',
      kind: 'binary',
      seeds: [
        Buffer.from(
          '000000001 LDR   L 00000nam^^2200000^^^4500\n000000001 24510 L $$aTitle$$cName\n',
        ),
      ],
      read: (bytes) => describe(readAlephSequential(bytes)),
      isExpected: () => false,
    },
    {
      name: 'marc-in-json',
      kind: 'binary',
      seeds: [latin(), simplified()].map((record) =>
        Buffer.from(JSON.stringify(marcToJson(record))),
      ),
      read: (bytes) => describe(readMarcJson(bytes)),
      isExpected: () => false,
    },
    {
      name: 'marc-text',
      kind: 'binary',
      seeds: [Buffer.from('LDR nam0 22 / 450\n001    1\n200 1  $a化学工程$f李明\n210    |d2014\n')],
      read: (bytes) => describe(readMarcText(bytes)),
      isExpected: () => false,
    },
    {
      name: 'dublin-core-file',
      kind: 'markup',
      seeds: [
        Buffer.from(
          '<r><dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>化学</dc:title></dc></r>',
        ),
      ],
      read: (bytes) => {
        for (const _ of readXmlBibs(bytes));
      },
      isExpected: () => false,
    },
  ];
}

/** Reads on to the description, as a search does. */
function describe(read: Iterable<DecodedMarc | UnreadableMarc>): void {
  for (const one of read) if ('marc' in one) toBibRecord(one.marc, { dialect: 'auto' });
}

/** A record is the same described from its text as described from its fields. */
function describeIso2709(bytes: Uint8Array, charset: RecordCharset): void {
  for (const one of readIso2709(bytes, { charset })) {
    if (!('marc' in one)) continue;
    const fromFields = toBibRecord(one.marc, { dialect: 'auto' });
    const fromText = bibFromText(decodeIso2709Text(one.raw, { charset }), { dialect: 'auto' }, []);
    if (fromText !== null && JSON.stringify(fromText) !== JSON.stringify(fromFields)) {
      throw new Error('The text describes another record than its fields.');
    }
  }
}

function latin(): MarcRecord {
  return marc('00000nam a2200000 a 4500', [
    '001 fuzz1',
    '008 260101s2014    xx            000 0 eng  ',
    '020   $a9787312033896$qpaperback',
    '100 1 $aMüller, Jörg,$d1940-',
    '245 10$aChemical engineering :$bexperiments /$cJörg Müller.',
    '260   $aLeipzig :$bVerlag,$c2014.',
    '852   $aLIB$hTQ016$i.58',
  ]);
}

function simplified(): MarcRecord {
  return marc('00000nam0 2200000   450 ', [
    '001 fuzz2',
    '010   $a978-7-312-03389-6$b精装$dCNY45.00',
    '100   $a20140301d2014    em y0chiy50      ea',
    '200 1 $a化学工程实验$9hua xue gong cheng shi yan$d= Chemical engineering experiments$f冯红艳主编',
    '210   $a合肥$c中国科学技术大学出版社$d2014.2',
    '606 0 $a化学工程$x化学实验',
    '701  0$a冯红艳$4主编',
    '905   $a341010$b000123$dTQ016$e58',
  ]);
}

function traditional(): MarcRecord {
  return marc('00000nam a2200000 a 4500', [
    '001 fuzz3',
    '100 1 $6880-01$aFeng, Hongyan',
    '245 10$6880-02$aHua xue gong cheng shi yan',
    '880 1 $6100-01/$1$a馮紅艷',
    '880 10$6245-02/$1$a化學工程實驗',
  ]);
}

function sharedFiles(folder: string): Uint8Array[] {
  const path = corpus(folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`))
    .filter((bytes) => bytes.length <= maxInputBytes);
}
