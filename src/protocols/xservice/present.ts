import type { MarcRecord } from '../../marc/types.ts';
import type { LibraryDocument, XserviceSettings } from '../../members/document.ts';
import type { SourceRecord } from '../../members/types.ts';
import { type ByteStore, createElementSlicer } from '../answers/bytes.ts';
import { AnswerError } from '../answers/errors.ts';
import { createHandover } from '../answers/handover.ts';
import { readXmlBody } from '../answers/xml.ts';
import { marcSourceRecord } from '../records.ts';
import {
  createPresentReader,
  type FoundSet,
  type PresentReader,
  type PresentRecord,
} from './answer.ts';
import { encodeOperation, pad } from './request.ts';
import { type Progress, send, type XserviceSearch } from './search.ts';

/** Entries of one `present`; servers give up on more. */
const maxEntriesAsked = 99;
/** Presents for one ask, against a server that gives one record at a time. */
const maxPresents = 200;

export interface PresentWish {
  readonly base: string;
  readonly set: FoundSet;
  /** Entries of the set, from 1, both included. */
  readonly first: number;
  readonly last: number;
  /** Records of the bases before this one. */
  readonly positionOffset: number;
  /** The same search again, for a set that the server has cleared meanwhile. */
  readonly findAgain: () => Promise<FoundSet | null>;
}

/**
 * Presents entries until the wanted ones are there or the server gives no more; the number of the last
 * entry that came.
 */
export async function presentEntries(
  search: XserviceSearch,
  progress: Progress,
  wish: PresentWish,
): Promise<number> {
  let { set } = wish;
  let next = wish.first;
  let foundAgain = false;
  for (let n = 0; n < maxPresents && next <= Math.min(wish.last, set.entries); n += 1) {
    const last = Math.min(wish.last, set.entries, next + maxEntriesAsked - 1);
    const { seen, errors } = await presentOnce(search, progress, { ...wish, set }, next, last);
    next += seen;
    if (seen > 0) continue;
    // A set of unknown size ends where the server gives nothing more.
    if (set.records === null) return next - 1;
    const again = foundAgain || errors.length === 0 ? null : await wish.findAgain();
    if (again === null) {
      progress.incomplete = 'The server counts more records than it gives.';
      return next - 1;
    }
    foundAgain = true;
    set = again;
  }
  if (next <= wish.last && set.records !== null) {
    progress.incomplete ??= 'The server keeps only the first records of a large result.';
  }
  return next - 1;
}

const repairedWarning = 'The answer was not well-formed XML and was repaired.';

async function presentOnce(
  search: XserviceSearch,
  progress: Progress,
  wish: PresentWish,
  first: number,
  last: number,
): Promise<{ seen: number; errors: readonly string[] }> {
  const { library, dependencies, ask, onRecords } = search;
  const parameters = {
    set_number: wish.set.setNumber,
    set_entry: `${pad.document(first)}-${pad.document(last)}`,
    format: library.connector.format,
  };
  const { secret } = dependencies;
  const asked = encodeOperation(library.connector, 'present', parameters, secret, 'present');
  const answer = await send(search, asked);

  let reader: PresentReader | null = null;
  const handover = createHandover({
    count: last - first + 1,
    earlierHead: [],
    onRecords(records, unreadable) {
      progress.fetched += records.length;
      progress.unreadable += unreadable;
      if (records.length > 0) onRecords(records, progress.hits);
    },
  });
  const start = (store: ByteStore, repaired: boolean) => {
    const slicer = createElementSlicer(store, 'metadata');
    handover.begin();
    reader = createPresentReader('present', (record) => {
      const raw = slicer.next();
      handover.next(raw, (at) => {
        const position = wish.positionOffset + first + at - 1;
        return toSourceRecord(library, wish.base, record, position, raw, repaired);
      });
    });
    return reader;
  };
  const { trace } = ask;
  try {
    await readXmlBody(answer, start, { trace, phase: 'present', onProgress: handover.flush });
  } finally {
    handover.end();
  }
  if (reader === null) throw new AnswerError('not_xservice', 'The server gave no document.');
  return { seen: handover.taken, errors: (reader as PresentReader).errors() };
}

/** Fields that Aleph keeps for itself: cataloguing history, links, items, deletion marks, sort keys. */
const internalTags: ReadonlySet<string> = new Set([
  'CAT',
  'LKR',
  'DEL',
  'SYS',
  'UPD',
  'SID',
  'STA',
]);

/** Null for a record that cannot be read. */
export function toSourceRecord(
  library: LibraryDocument<XserviceSettings>,
  base: string,
  { docNumber, record }: PresentRecord,
  position: number,
  raw: Uint8Array | null,
  repaired: boolean,
): SourceRecord | null {
  if (record === null || record.marc.fields.length === 0) return null;
  const marc: MarcRecord = {
    leader: record.marc.leader,
    fields: record.marc.fields.filter(({ tag }) => !internalTags.has(tag)),
  };
  const decoded = {
    marc,
    raw: raw ?? new Uint8Array(0),
    charset: 'utf-8',
    warnings: [...(repaired ? [repairedWarning] : []), ...record.warnings],
  };
  return marcSourceRecord(library, decoded, {
    position,
    localId: docNumber === null ? null : localId(library, base, docNumber),
    syntax: 'oai_marc',
    dialect: library.connector.records,
    items: [],
  });
}

/** Documents of several bases may have the same number; Aleph itself writes the base before it then. */
function localId(
  { connector }: LibraryDocument<XserviceSettings>,
  base: string,
  docNumber: string,
): string {
  return connector.bases.length > 1 ? `${base.toUpperCase()}${docNumber}` : docNumber;
}
