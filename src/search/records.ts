import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Item } from '../marc/record.ts';
import { readingOf, withFieldsOnDemand } from '../members/bytes-record.ts';
import type { Clock } from '../members/guards/clock.ts';
import type { SourceRecord } from '../members/types.ts';
import type { Query } from '../query/types.ts';
import type { MergedRecord } from './types.ts';

/** A record line as remembered under its id. */
export interface KeptLine {
  readonly record: MergedRecord;
  readonly sources: readonly SourceRecord[];
}

/** Where a source record was found: enough to ask for it again. */
export interface RecordPlace {
  readonly library: string;
  readonly localId: string;
  readonly position: number;
}

/** What is remembered of a line when its records are let go. */
export interface LinePlaces {
  readonly places: readonly RecordPlace[];
  readonly reasons: readonly string[];
  /** The query whose answers had the records there; shared by all lines of one search. */
  readonly query: Query;
}

export interface RecordStore {
  /**
   * The same record with its parts shared with an equal one seen before, so that a record found by
   * many searches stands in memory once.
   */
  keep(record: SourceRecord): SourceRecord;
  source(library: string, localId: string): SourceRecord | undefined;
  keepLine(line: KeptLine, query: Query): void;
  line(id: string): KeptLine | undefined;
  /** Remembered longer than the line itself. */
  places(id: string): LinePlaces | undefined;
}

/** Records by `{ library, localId }` and merged lines by id, bounded by bytes and by age. */
export function createRecordStore(
  limits: { maxBytes: number; keepMs: number; maxPlaces: number },
  clock: Clock,
): RecordStore {
  const perf = { now: () => clock.now() };
  const half = Math.floor(limits.maxBytes / 2);
  const sources = new LRUCache<string, SourceRecord>({
    maxSize: half,
    sizeCalculation: sourceBytes,
  });
  const lines = new LRUCache<string, KeptLine>({
    maxSize: half,
    sizeCalculation: lineBytes,
    ttl: limits.keepMs,
    ttlResolution: 0,
    perf,
  });
  const places = new LRUCache<string, LinePlaces>({
    maxSize: limits.maxPlaces,
    sizeCalculation: (line) => Math.max(1, line.places.length),
    ttl: limits.keepMs,
    ttlResolution: 0,
    perf,
  });
  return {
    keep(record) {
      const key = memberKey(record);
      const known = sources.get(key);
      if (known === undefined || !isSame(known, record)) {
        sources.set(key, record);
        return record;
      }
      if (known.position === record.position) return known;
      return atPlace(known, record.position);
    },
    source: (library, localId) => sources.get(memberKey({ library, localId })),
    keepLine(line, query) {
      if (lines.peek(line.record.id)?.record === line.record) return;
      lines.set(line.record.id, { ...line, sources: line.sources.map(withOwnBytes) });
      places.set(line.record.id, {
        places: line.sources.map(({ library, localId, position }) => ({
          library,
          localId,
          position,
        })),
        reasons: line.record.mergedBecause,
        query,
      });
    },
    line: (id) => lines.get(id),
    places: (id) => places.get(id),
  };
}

/** The key of a source record among all libraries' records. No id of a library holds a NUL. */
export function memberKey(record: Pick<SourceRecord, 'library' | 'localId'>): string {
  return `${record.library}\u0000${record.localId}`;
}

/**
 * The key a merged line's id is made from: library and number, or the bytes where the library gives
 * its records no number, since a place in a list names another record tomorrow.
 */
export function contentKey(record: SourceRecord): string {
  if (isNumbered(record)) return `${record.library}:${record.localId}`;
  const content = record.raw.length > 0 ? record.raw : JSON.stringify(record.record);
  return `${record.library}:${hash('sha256', content, 'base64url')}`;
}

/** Whether the library itself gave the record its number. */
export function isNumbered(record: SourceRecord): boolean {
  return record.localId !== `${record.library}:${record.position}`;
}

/** Whether two records are the very same bytes; never so for those whose bytes were not kept. */
export function sameBytes(a: SourceRecord, b: SourceRecord): boolean {
  return a.raw.length > 0 && a.raw.length === b.raw.length && Buffer.compare(a.raw, b.raw) === 0;
}

function isSame(known: SourceRecord, record: SourceRecord): boolean {
  return (
    known.syntax === record.syntax &&
    known.charset === record.charset &&
    sameBytes(known, record) &&
    sameCopies(known.record.items, record.record.items)
  );
}

/** Copies may come beside a record's bytes (the OPAC syntax), and change while those do not. */
function sameCopies(a: readonly Item[], b: readonly Item[]): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => isSameItem(item, b[i] as Item)));
}

/** Bytes that arrive together stand in one buffer, which any one of them would hold. */
const largestShare = 16_384;

/** The record with bytes of its own, since those that arrived with it may be forgotten before it. */
function withOwnBytes(source: SourceRecord): SourceRecord {
  if (source.raw.buffer.byteLength <= largestShare) return source;
  const raw = Buffer.allocUnsafeSlow(source.raw.length);
  raw.set(source.raw);
  const reading = readingOf(source);
  if (reading === null) return { ...source, raw };
  const { library, localId, position, record, syntax, charset, warnings } = source;
  const described = { library, localId, position, record, raw, syntax, charset, warnings };
  return withFieldsOnDemand(described, reading);
}

function isSameItem(a: Item, b: Item): boolean {
  return (
    a.callNumber === b.callNumber &&
    a.volume === b.volume &&
    a.location === b.location &&
    a.barcode === b.barcode &&
    a.status === b.status &&
    a.dueDate === b.dueDate &&
    a.lendable === b.lendable &&
    a.lendableWhy === b.lendableWhy
  );
}

/** The same record at another place of its library's list. `marc` may be decoded when it is read. */
function atPlace(record: SourceRecord, position: number): SourceRecord {
  const { library, localId, record: described, raw, syntax, charset, warnings } = record;
  return withFieldsOnDemand(
    { library, localId, position, record: described, raw, syntax, charset, warnings },
    readingOf(record) ?? { fields: () => record.marc },
  );
}

/** Records of Z39.50 keep their bytes and are decoded again when somebody wants their fields. */
const z3950Syntax = '1.2.840.10003.5.';

/**
 * What a record costs in memory, estimated from real ones: 3 kB described, its bytes with what is left of
 * their network buffer and their text in UTF-16, of which the described strings are parts; and, where
 * they are kept, a MARC record's fields at eight times its bytes.
 */
export function sourceBytes({ raw, record, syntax }: SourceRecord): number {
  const isMarc = record.dialect !== 'dc' && record.dialect !== 'mods';
  return 3000 + raw.length * (isMarc && !syntax.startsWith(z3950Syntax) ? 12 : 4);
}

function lineBytes(line: KeptLine): number {
  return line.sources.reduce((sum, source) => sum + sourceBytes(source), 1000);
}
