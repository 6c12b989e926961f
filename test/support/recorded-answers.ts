import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlError, XmlReader } from '../../src/marc/xml/reader.ts';
import { checkLibraryFile } from '../../src/members/check.ts';
import type { HttpSettings } from '../../src/members/document.ts';
import { ByteStore, createElementSlicer } from '../../src/protocols/answers/bytes.ts';
import { AnswerError } from '../../src/protocols/answers/errors.ts';
import { decodeAnswer } from '../../src/protocols/http/answer.ts';
import { readPage } from '../../src/protocols/http/page.ts';
import { createSruAnswerReader } from '../../src/protocols/sru/answer.ts';
import { decodeExplain } from '../../src/protocols/sru/explain.ts';
import { decodeScan } from '../../src/protocols/sru/scan.ts';
import { createPresentReader, decodeFind } from '../../src/protocols/xservice/answer.ts';
import { decodePublishAvail } from '../../src/protocols/xservice/availability.ts';
import { readDocument } from '../../src/protocols/xservice/document.ts';
import {
  decodeCircStatus,
  decodeItemData,
  decodeReadItem,
} from '../../src/protocols/xservice/items.ts';
import {
  decodeBorAuth,
  decodeBorInfo,
  decodeHoldReq,
  decodeHoldReqCancel,
  decodeRenew,
} from '../../src/protocols/xservice/patrons.ts';
import { answerXml, dataRecord, marcRecord } from '../protocols/sru/answers.ts';
import { corpus } from './requirements.ts';

/** An answer over HTTP and how its protocol reads it. */
export interface RecordedAnswer {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly read: (bytes: Uint8Array) => unknown;
}

const fixtures = join(import.meta.dirname, '../fixtures');
const fixture = (...path: string[]) => readFileSync(join(fixtures, ...path));

/** Answers of SRU, X-Service and HTTP catalogues: ours, and the shared ones where they are present. */
export function recordedAnswers(): RecordedAnswer[] {
  return [...ownSru(), ...ownXservice(), ...ownHttp(), ...shared()];
}

/** True where reading the bytes ends well or with the errors that an answer may have. */
export function isRead({ read }: RecordedAnswer, bytes: Uint8Array): boolean {
  try {
    read(bytes);
    return true;
  } catch (error) {
    return error instanceof XmlError || error instanceof AnswerError;
  }
}

function readSru(bytes: Uint8Array): void {
  const store = new ByteStore();
  const slicer = createElementSlicer(store, 'recordData');
  const reader = createSruAnswerReader(() => slicer.next());
  const xml = new XmlReader(reader);
  for (let at = 0; at < bytes.length; at += 512) {
    store.append(bytes.subarray(at, at + 512));
    xml.write(bytes.subarray(at, at + 512));
  }
  xml.end();
  reader.answer();
}

function readPresent(op: 'present' | 'find-doc') {
  return (bytes: Uint8Array) => {
    const xml = new XmlReader(createPresentReader(op, () => undefined));
    xml.write(bytes);
    xml.end();
  };
}

function ownSru(): RecordedAnswer[] {
  const data =
    '<record><leader>x</leader><datafield tag="245"><subfield code="a">x</subfield></datafield></record>';
  const opac = `<opacRecord><bibliographicRecord>${data}</bibliographicRecord><holdings><holding><circulations><circulation><availableNow value="1"/></circulation></circulations></holding></holdings></opacRecord>`;
  const records = [
    marcRecord('a', 'One'),
    dataRecord(data.replaceAll('<', '&lt;')),
    dataRecord(opac),
    dataRecord('<dc xmlns="http://purl.org/dc/elements/1.1/"><title>x</title></dc>'),
    dataRecord(
      '<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>x</title></titleInfo></mods>',
    ),
  ];
  const search = answerXml({ hits: 5, records, diagnostics: [[16, 'dc.x']] });
  const explain =
    '<explainResponse><record><recordData><explain><indexInfo><index><map><name set="dc">title</name></map></index></indexInfo><configInfo><default type="numberOfRecords">10</default></configInfo></explain></recordData></record></explainResponse>';
  const scan =
    '<scanResponse><terms><term><value>x</value><numberOfRecords>1</numberOfRecords></term></terms></scanResponse>';
  return [
    { name: 'sru search', bytes: Buffer.from(search), read: readSru },
    { name: 'sru explain', bytes: Buffer.from(explain), read: decodeExplain },
    { name: 'sru scan', bytes: Buffer.from(scan), read: decodeScan },
  ];
}

function ownXservice(): RecordedAnswer[] {
  const decoders = {
    find: decodeFind,
    'circ-status': decodeCircStatus,
    'item-data': decodeItemData,
    'read-item': decodeReadItem,
    'bor-auth': decodeBorAuth,
    'bor-info': decodeBorInfo,
    'publish-avail': decodePublishAvail,
    'hold-req-cancel': decodeHoldReqCancel,
    'hold-req': decodeHoldReq,
    renew: decodeRenew,
  } as const;
  return readdirSync(join(fixtures, 'xservice')).map((file) => {
    const bytes = fixture('xservice', file);
    if (file === 'present.xml') return { name: file, bytes, read: readPresent('present') };
    const [op, decode] = Object.entries(decoders).find(([name]) => file.startsWith(name)) ?? [
      'find',
      decodeFind,
    ];
    return { name: file, bytes, read: (mutant) => decode(readDocument(op, mutant)) };
  });
}

function ownHttp(): RecordedAnswer[] {
  const answers = [
    ['huiwen-json.yaml', 'huiwen-search.json', 'json'],
    ['html-opac.yaml', 'html-list.html', 'html'],
    ['xml-opac.yaml', 'xml-page-1.xml', 'xml'],
  ] as const;
  return answers.map(([profile, file, kind]) => {
    const checked = checkLibraryFile(fixture('http', profile).toString(), profile, {});
    if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
    const settings = checked.library.connector as HttpSettings;
    const read = (bytes: Uint8Array) =>
      decodeAnswer(settings, readPage(bytes, kind, 'auto', undefined));
    return { name: file, bytes: fixture('http', file), read };
  });
}

/** Recorded exchanges and captured answers; large ones are left to the reader of whole files. */
function shared(): RecordedAnswer[] {
  if (!existsSync(corpus('sru-traces'))) return [];
  const traces = readdirSync(corpus('sru-traces'))
    .filter((file) => file.endsWith('.response.txt'))
    .map((file) => {
      const whole = readFileSync(corpus('sru-traces', file));
      const bytes = whole.subarray(whole.indexOf('\r\n\r\n') + 4);
      const read = file.includes('scan')
        ? decodeScan
        : /explain|noparams/.test(file)
          ? decodeExplain
          : readSru;
      return { name: file, bytes, read };
    });
  const folder = corpus('aleph', 'umd');
  const copies = readdirSync(folder).map((file) => {
    const op = file.startsWith('circ') ? 'circ-status' : 'read-item';
    const bytes = readFileSync(join(folder, file));
    return { name: file, bytes, read: (mutant: Uint8Array) => readDocument(op, mutant) };
  });
  const documents = readdirSync(corpus('aleph', 'basel', 'AlephX')).map((file) => ({
    name: file,
    bytes: readFileSync(corpus('aleph', 'basel', 'AlephX', file)),
    read: readPresent('find-doc'),
  }));
  return [...traces, ...copies, ...documents];
}
