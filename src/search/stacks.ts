import { hash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { MarcRecord } from '../marc/types.ts';
import { type Reading, readingOf, withFieldsOnDemand } from '../members/bytes-record.ts';
import type { SourceRecord } from '../members/types.ts';

/** Records of one library put away: their bytes packed, to be described again when somebody reads them. */
export interface Parcel {
  readonly count: number;
  /** What it holds in memory, estimated. */
  readonly bytes: number;
  /** The very same records again, in the same order. */
  open(): readonly SourceRecord[];
}

/** Records that go into one parcel: packing or opening it is a millisecond or two. */
export const recordsPerParcel = 100;
const level = 1;
/** The largest parcel that is opened; a hundred records of the largest size there is. */
const maxParcelBytes = 64 * 1024 * 1024;
const parcelOverhead = 500;

/** What is kept of a record beside its bytes; places in the parcel's lists where many share a value. */
interface Facts {
  readonly position: number;
  readonly length: number;
  readonly syntax: number;
  readonly charset: number;
  readonly reading: number;
  readonly warnings?: readonly string[];
  /** Only of a record whose bytes do not say everything. */
  readonly described?: Pick<SourceRecord, 'localId' | 'record'> & {
    readonly marc?: MarcRecord | null;
  };
}

interface Head {
  readonly library: string;
  readonly words: readonly string[];
  readonly facts: readonly Facts[];
}

/** Parcels by what is in them, so that the same records stand there once for all who found them. */
const stacks = new Map<string, WeakRef<Parcel>>();
const emptied = new FinalizationRegistry<string>((name) => {
  if (stacks.get(name)?.deref() === undefined) stacks.delete(name);
});

/** Packs records of one library, at most `recordsPerParcel` of them. */
export function putAway(records: readonly SourceRecord[]): Parcel {
  const readings: (Reading | null)[] = [];
  const head = Buffer.from(JSON.stringify(headOf(records, readings)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  const whole = Buffer.concat([length, head, ...records.map(({ raw }) => raw)]);
  const name = `${hash('sha256', whole, 'base64url')} ${readings.map(numberOf).join()}`;
  const known = stacks.get(name)?.deref();
  if (known !== undefined) return known;
  const packed = zstdCompressSync(whole, {
    params: { [constants.ZSTD_c_compressionLevel]: level },
  });
  const parcel: Parcel = {
    count: records.length,
    bytes: packed.length + parcelOverhead,
    open: () => opened(packed, readings),
  };
  stacks.set(name, new WeakRef(parcel));
  emptied.register(parcel, name);
  return parcel;
}

/** Records in portions that fit into a parcel. */
export function* portionsOf(records: readonly SourceRecord[]): Iterable<readonly SourceRecord[]> {
  for (let at = 0; at < records.length; at += recordsPerParcel) {
    yield records.slice(at, at + recordsPerParcel);
  }
}

function headOf(records: readonly SourceRecord[], readings: (Reading | null)[]): Head {
  const words: string[] = [];
  const facts = records.map((source): Facts => {
    const { position, raw, syntax, charset, warnings, localId, record } = source;
    const reading = readingOf(source);
    return {
      position,
      length: raw.length,
      syntax: placeIn(words, syntax),
      charset: placeIn(words, charset),
      reading: placeIn(readings, reading),
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(reading?.describe === undefined
        ? { described: { localId, record, ...(reading === null ? { marc: source.marc } : {}) } }
        : {}),
    };
  });
  return { library: records[0]?.library ?? '', words, facts };
}

function placeIn<T>(list: T[], value: T): number {
  const place = list.indexOf(value);
  return place < 0 ? list.push(value) - 1 : place;
}

function opened(packed: Uint8Array, readings: readonly (Reading | null)[]): SourceRecord[] {
  const whole = zstdDecompressSync(packed, { maxOutputLength: maxParcelBytes });
  let at = 4 + whole.readUInt32BE(0);
  const { library, words, facts } = JSON.parse(whole.toString('utf8', 4, at)) as Head;
  return facts.map((fact) => {
    const raw = whole.subarray(at, at + fact.length);
    at += fact.length;
    const bytes = {
      position: fact.position,
      raw,
      syntax: words[fact.syntax] ?? '',
      charset: words[fact.charset] ?? '',
      warnings: fact.warnings ?? [],
    };
    const reading = readings[fact.reading] ?? null;
    if (fact.described === undefined && reading?.describe !== undefined)
      return reading.describe(bytes);
    const { marc = null, ...described } = fact.described as NonNullable<Facts['described']>;
    const source = { library, ...described, ...bytes };
    return reading === null ? { ...source, marc } : withFieldsOnDemand(source, reading);
  });
}

const numbers = new WeakMap<Reading, number>();
let lastNumber = 0;

/** Bytes read in another way are other records. */
function numberOf(reading: Reading | null): number {
  if (reading === null) return 0;
  const number = numbers.get(reading) ?? ++lastNumber;
  numbers.set(reading, number);
  return number;
}
