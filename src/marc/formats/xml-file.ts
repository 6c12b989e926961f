import { TextDecoder } from 'node:util';
import type { DecodedMarc, UnreadableMarc } from '../types.ts';
import { sniffXmlEncoding } from '../xml/encoding.ts';
import { XmlError, type XmlHandler, type XmlLimits, XmlReader } from '../xml/reader.ts';
import { repairXml } from '../xml/repair.ts';
import type { XmlRecord } from './xml-records.ts';

/** Makes the handler of a format. */
export type StartHandler = (onRecord: (record: XmlRecord) => void) => XmlHandler;

/** A file is read by somebody who has it; the depth and shape limits of answers stay. */
const FILE_LIMITS: Partial<XmlLimits> = {
  maxBytes: 2 ** 30,
  maxElements: 2 ** 28,
};
const CHUNK_BYTES = 64 * 1024;

/**
 * All records of an XML file, in order, whatever they are wrapped in. Where the file is not well-formed,
 * the records from there on are read each by itself, repaired if need be: one bad record costs no other.
 * Never throws.
 */
export function* readXmlRecords(
  bytes: Uint8Array,
  recordName: string,
  startHandler: StartHandler,
): Generator<DecodedMarc | UnreadableMarc> {
  const found: DecodedMarc[] = [];
  const encoding = sniffXmlEncoding(bytes, null, true) ?? 'utf-8';
  const source = decodeSource(bytes, encoding);
  let start = 0;
  let count = 0;
  const handler = startHandler(({ marc, warnings }) => {
    const raw = Buffer.from(source.slice(start, reader.position));
    found.push({ marc, raw, charset: 'utf-8', warnings });
  });
  const reader = new XmlReader(watched(handler, recordName, noteStart), FILE_LIMITS);
  function noteStart(): void {
    start = source.lastIndexOf('<', reader.position - 2);
  }
  try {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      reader.write(bytes.subarray(at, at + CHUNK_BYTES));
      count += found.length;
      yield* found.splice(0);
    }
    reader.end();
    count += found.length;
    yield* found.splice(0);
    if (count === 0) yield { raw: bytes, problem: `The document has no element "${recordName}".` };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    count += found.length;
    yield* found.splice(0);
    yield* readOneByOne(source, count, recordName, startHandler, error);
  }
}

function decodeSource(bytes: Uint8Array, encoding: string): string {
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

function watched(handler: XmlHandler, recordName: string, onStart: () => void): XmlHandler {
  return {
    open(name, attributes, namespace) {
      if (name === recordName) onStart();
      handler.open(name, attributes, namespace);
    },
    text: (text) => handler.text(text),
    close: (name) => handler.close(name),
  };
}

function* readOneByOne(
  source: string,
  alreadyRead: number,
  recordName: string,
  startHandler: StartHandler,
  failure: XmlError,
): Generator<DecodedMarc | UnreadableMarc> {
  const segments = recordSegments(source, recordName);
  if (segments.length <= alreadyRead) {
    // With every record read, what is broken is only what stands around them.
    if (alreadyRead === 0) yield { raw: Buffer.from(source), problem: failure.message };
    return;
  }
  for (const segment of segments.slice(alreadyRead))
    yield readOne(segment, recordName, startHandler);
}

/** The text from each record's beginning to the next one's, without elements that wrap a record. */
function recordSegments(source: string, recordName: string): string[] {
  const opening = new RegExp(`<(?:[\\w.-]{1,40}:)?${recordName}(?=[\\s/>])`, 'g');
  const starts = Array.from(source.matchAll(opening), (match) => match.index);
  const segments = starts.map((start, n) => source.slice(start, starts[n + 1]));
  return segments.filter((segment, n) => n === segments.length - 1 || !isWrapper(segment));
}

/** Whether the segment has no field and no end of its own. */
function isWrapper(segment: string): boolean {
  return !/<(?:[\w.-]{1,40}:)?(?:leader|controlfield|datafield|fixfield|varfield)[\s>]/.test(
    segment,
  );
}

/** One record that begins the text; what follows its end is not looked at. */
function readOne(
  text: string,
  recordName: string,
  startHandler: StartHandler,
): DecodedMarc | UnreadableMarc {
  const closing = Array.from(
    text.matchAll(new RegExp(`</(?:[\\w.-]{1,40}:)?${recordName}\\s{0,9}>`, 'g')),
  ).at(-1);
  const source = closing === undefined ? text : text.slice(0, closing.index + closing[0].length);
  const raw = Buffer.from(source);
  const strict = tryDocument(raw, startHandler);
  if ('marc' in strict) return { ...strict, raw, charset: 'utf-8' };
  const repaired = tryDocument(repairXml(raw), startHandler);
  if (!('marc' in repaired)) return { raw, problem: strict.problem };
  const warnings = ['The record was not well-formed XML and was repaired.', ...repaired.warnings];
  return { marc: repaired.marc, raw, charset: 'utf-8', warnings };
}

function tryDocument(
  bytes: Uint8Array,
  startHandler: StartHandler,
): XmlRecord | { problem: string } {
  const records: XmlRecord[] = [];
  const reader = new XmlReader(startHandler((record) => records.push(record)));
  try {
    reader.write(bytes);
    reader.end();
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return { problem: error.message };
  }
  return records[0] ?? { problem: 'The document has no record.' };
}
