import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { decodeIso2709 } from '../../marc/formats/iso2709.ts';
import type { MarcRecord, RecordCharset } from '../../marc/types.ts';
import {
  type DescribedRecord,
  type Reading,
  withFieldsOnDemand,
} from '../../members/bytes-record.ts';
import type { Outcome, SourceRecord } from '../../members/types.ts';
import { SharedStoreError } from './connection.ts';

/**
 * Answers as bytes: one byte that names this form, then, deflated, frames of at most so many records.
 * A frame is two lengths, JSON, and the records' own bytes one behind the other. Gateways of another
 * version read nothing they do not know: a form they cannot read is an answer they do not have.
 */
const form = 2;
const recordsPerFrame = 100;
const maxDecodedBytes = 67_108_864;

const deflated = promisify(deflateRaw);
const inflated = promisify(inflateRaw);

export interface PackedAnswer {
  readonly outcome: Outcome;
  readonly records: readonly SourceRecord[];
}

type PlainRecord = Omit<SourceRecord, 'marc' | 'raw'> & {
  /** `raw`: read again from the record's own bytes (ISO 2709). */
  readonly marc: MarcRecord | 'raw' | null;
  readonly length: number;
};

/** Any JSON value and records beside it; encoded a portion at a time, so that the loop is never held. */
export async function pack(head: unknown, records: readonly SourceRecord[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < records.length; at += recordsPerFrame) {
    if (at > 0) await turn();
    const portion = records.slice(at, at + recordsPerFrame);
    const json = Buffer.from(
      JSON.stringify({ ...(at === 0 ? { head } : {}), records: portion.map(plain) }),
    );
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(json.length, 0);
    lengths.writeUInt32BE(
      portion.reduce((sum, { raw }) => sum + raw.length, 0),
      4,
    );
    parts.push(lengths, json, ...portion.map(({ raw }) => raw));
  }
  return Buffer.concat([Buffer.of(form), await deflated(Buffer.concat(parts), { level: 1 })]);
}

/** Throws SharedStoreError for bytes of another form or none. */
export async function unpack(
  bytes: Uint8Array,
): Promise<{ head: unknown; records: readonly SourceRecord[] }> {
  if (bytes[0] !== form) throw unreadable('another form');
  try {
    const body = await inflated(bytes.subarray(1), { maxOutputLength: maxDecodedBytes });
    const records: SourceRecord[] = [];
    let head: unknown;
    for (let at = 0; at < body.length; ) {
      if (at > 0) await turn();
      const jsonEnd = at + 8 + body.readUInt32BE(at);
      const end = jsonEnd + body.readUInt32BE(at + 4);
      const frame = JSON.parse(body.toString('utf8', at + 8, jsonEnd)) as {
        readonly head?: unknown;
        readonly records: readonly PlainRecord[];
      };
      head ??= frame.head;
      let from = jsonEnd;
      for (const record of frame.records) {
        records.push(sourceOf(record, body.subarray(from, from + record.length)));
        from += record.length;
      }
      if (from !== end) throw unreadable('lengths that do not add up');
      at = end;
    }
    return { head, records };
  } catch (error) {
    if (error instanceof SharedStoreError) throw error;
    throw unreadable('damaged bytes', error);
  }
}

export function packAnswer({ outcome, records }: PackedAnswer): Promise<Buffer> {
  return pack(outcome, records);
}

export async function unpackAnswer(bytes: Uint8Array): Promise<PackedAnswer> {
  const { head, records } = await unpack(bytes);
  if (typeof (head as Outcome | undefined)?.hits !== 'number') throw unreadable('no outcome');
  return { outcome: head as Outcome, records };
}

function plain(source: SourceRecord): PlainRecord {
  const { library, localId, position, record, raw, syntax, charset, warnings } = source;
  const marc = isIso2709(source) ? 'raw' : source.marc;
  return {
    library,
    localId,
    position,
    record,
    syntax,
    charset,
    warnings,
    marc,
    length: raw.length,
  };
}

function sourceOf(
  { length: _length, marc, ...plainRecord }: PlainRecord,
  raw: Uint8Array,
): SourceRecord {
  if (marc !== 'raw') return { ...plainRecord, marc, raw };
  return withFieldsOnDemand({ ...plainRecord, raw }, fieldsAgain);
}

const fieldsAgain: Reading = {
  fields: ({ raw, charset, record }: DescribedRecord): MarcRecord =>
    decodeIso2709(raw, { charset: charset as RecordCharset, dialect: record.dialect }).marc,
};

/** A record whose fields can be read from its bytes again: a length, an entry map, a terminator. */
function isIso2709({ raw, record }: SourceRecord): boolean {
  if (record.dialect === 'dc' || record.dialect === 'mods' || raw.length < 26) return false;
  const leader = Buffer.from(raw.buffer, raw.byteOffset, 24).toString('latin1');
  return /^\d{5}.{12}\d{5}/s.test(leader) && raw[raw.length - 1] === 0x1d;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function unreadable(what: string, cause?: unknown): SharedStoreError {
  return new SharedStoreError('unreadable', `The shared store holds ${what}.`, cause);
}
