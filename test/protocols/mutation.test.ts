import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
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
import { readDocument } from '../../src/protocols/xservice/document.ts';
import {
  decodeCircStatus,
  decodeItemData,
  decodeReadItem,
} from '../../src/protocols/xservice/items.ts';
import { decodeBorInfo, decodeHoldReq, decodeRenew } from '../../src/protocols/xservice/patrons.ts';
import { mutate, seeded } from './mutation.ts';
import { answerXml, dataRecord, marcRecord } from './sru/answers.ts';

/** Rounds for each answer; a longer run sets the number (`GUANJI_MUTATIONS=10000`). */
const rounds = Number(process.env.GUANJI_MUTATIONS ?? 400);

const fixtures = join(import.meta.dirname, '../fixtures');
const fixture = (...path: string[]) => readFileSync(join(fixtures, ...path));

/** Reads mutations of an answer; anything but the protocols' own errors ends the test. */
function survives(name: string, bytes: Uint8Array, read: (mutated: Uint8Array) => unknown): string {
  const random = seeded(name.length * 7919 + bytes.length);
  for (let round = 0; round < rounds; round += 1) {
    const mutated = mutate(bytes, random);
    try {
      read(mutated);
    } catch (error) {
      if (error instanceof XmlError || error instanceof AnswerError) continue;
      return `round ${round}: ${error instanceof Error ? error.stack : error}`;
    }
  }
  return 'fine';
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

t.test('no mutation of an SRU answer does more than fail', (t) => {
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
  const answer = answerXml({ hits: 5, records, diagnostics: [[16, 'dc.x']] });
  t.equal(survives('sru', Buffer.from(answer), readSru), 'fine');
  const explain = `<explainResponse><record><recordData><explain><indexInfo><index><map><name set="dc">title</name></map></index></indexInfo><configInfo><default type="numberOfRecords">10</default></configInfo></explain></recordData></record></explainResponse>`;
  t.equal(survives('explain', Buffer.from(explain), decodeExplain), 'fine');
  const scan =
    '<scanResponse><terms><term><value>x</value><numberOfRecords>1</numberOfRecords></term></terms></scanResponse>';
  t.equal(survives('scan', Buffer.from(scan), decodeScan), 'fine');
  t.end();
});

t.test('no mutation of an X-Service answer does more than fail', (t) => {
  const decoders: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
    'find.xml': (bytes) => decodeFind(readDocument('find', bytes)),
    'circ-status.xml': (bytes) => decodeCircStatus(readDocument('circ-status', bytes)),
    'item-data.xml': (bytes) => decodeItemData(readDocument('item-data', bytes)),
    'read-item.xml': (bytes) => decodeReadItem(readDocument('read-item', bytes)),
    'bor-info.xml': (bytes) => decodeBorInfo(readDocument('bor-info', bytes)),
    'hold-req.xml': (bytes) => decodeHoldReq(readDocument('hold-req', bytes)),
    'renew-refused.xml': (bytes) => decodeRenew(readDocument('renew', bytes)),
    'present.xml': (bytes) => {
      const xml = new XmlReader(createPresentReader('present', () => undefined));
      xml.write(bytes);
      xml.end();
    },
  };
  for (const [name, decode] of Object.entries(decoders)) {
    t.equal(survives(name, fixture('xservice', name), decode), 'fine', name);
  }
  t.end();
});

t.test('no mutation of a catalogue’s answer does more than fail', (t) => {
  const settingsOf = (file: string): HttpSettings => {
    const checked = checkLibraryFile(fixture('http', file).toString(), file, {});
    if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
    return checked.library.connector as HttpSettings;
  };
  const answers = [
    ['huiwen-json.yaml', 'huiwen-search.json', 'json'],
    ['html-opac.yaml', 'html-list.html', 'html'],
    ['xml-opac.yaml', 'xml-page-1.xml', 'xml'],
  ] as const;
  for (const [profile, file, kind] of answers) {
    const settings = settingsOf(profile);
    const read = (bytes: Uint8Array) =>
      decodeAnswer(settings, readPage(bytes, kind, 'auto', undefined));
    t.equal(survives(file, fixture('http', file), read), 'fine', file);
  }
  t.end();
});

t.test('every X-Service fixture is read by the operation it is named after', (t) => {
  const ops = ['hold-req-cancel', 'circ-status', 'item-data', 'read-item', 'bor-auth', 'bor-info'];
  ops.push('hold-req', 'renew', 'find', 'present');
  for (const file of readdirSync(join(fixtures, 'xservice'))) {
    const op = ops.find((name) => file.startsWith(name));
    if (op !== undefined) t.type(readDocument(op, fixture('xservice', file)).root, 'object', file);
  }
  t.end();
});
