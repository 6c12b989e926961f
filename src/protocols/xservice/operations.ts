import type { LibraryDocument, XserviceSettings } from '../../members/document.ts';
import type { ConnectorError } from '../../members/errors.ts';
import type { SourceRecord } from '../../members/types.ts';
import { ByteStore, createElementSlicer, wholeBody } from '../answers/bytes.ts';
import { httpFailure, knownFailure } from '../failures.ts';
import type { ConnectorDependencies, EgressCall } from '../types.ts';
import { createPresentReader, type PresentRecord } from './answer.ts';
import { type DocumentAvailability, decodePublishAvail } from './availability.ts';
import { readDocument, readInto, type XserviceDocument } from './document.ts';
import {
  type CircStatusEntry,
  decodeCircStatus,
  decodeItemData,
  decodeReadItem,
  type ItemDataEntry,
  nextStartPoint,
  type ReadItem,
} from './items.ts';
import {
  decodeBorAuth,
  decodeBorInfo,
  decodeHoldReq,
  decodeHoldReqCancel,
  decodeRenew,
  type Patron,
  type PatronAccount,
  type PlacedHold,
  type Renewal,
  type Reply,
} from './patrons.ts';
import { toSourceRecord } from './present.ts';
import { encodeOperation, type Parameters, pad } from './request.ts';

/** A copy by its barcode or by its place in the administrative library. */
export type ItemKey =
  | { readonly barcode: string }
  | { readonly admDocument: string; readonly itemSequence: string };

/**
 * The operations beside search. A server's own refusal is a Reply; everything that keeps an answer from
 * coming or from being read rejects with ConnectorError. Operations that change something are never sent
 * twice, whatever happens to the connection.
 */
export interface XserviceOperations {
  circStatus(base: string, document: string, call: EgressCall): Promise<Reply<CircStatusEntry[]>>;
  itemData(base: string, document: string, call: EgressCall): Promise<Reply<ItemDataEntry[]>>;
  /**
   * The same for documents with more copies than one answer holds (some 990): asks on from each
   * `start-point` until there is none, or until a bound far above what libraries have.
   */
  circStatusAll(
    base: string,
    document: string,
    call: EgressCall,
  ): Promise<Reply<CircStatusEntry[]>>;
  itemDataAll(base: string, document: string, call: EgressCall): Promise<Reply<ItemDataEntry[]>>;
  /** One document by its number; an unreadable one is a refusal. */
  findDocument(base: string, document: string, call: EgressCall): Promise<Reply<SourceRecord>>;
  /** How the copies of several documents stand, in one answer for a hundred of them. */
  availability(
    base: string,
    documents: readonly string[],
    call: EgressCall,
  ): Promise<Reply<DocumentAvailability[]>>;
  readItem(item: ItemKey, call: EgressCall): Promise<Reply<ReadItem>>;
  borAuth(borId: string, verification: string, call: EgressCall): Promise<Reply<Patron>>;
  borInfo(borId: string, call: EgressCall): Promise<Reply<PatronAccount>>;
  holdReq(item: ItemKey, borId: string, call: EgressCall): Promise<Reply<PlacedHold>>;
  holdReqCancel(hold: HoldKey, call: EgressCall): Promise<Reply<null>>;
  renew(item: ItemKey, borId: string, call: EgressCall): Promise<Reply<Renewal>>;
}

export interface HoldKey {
  readonly admDocument: string;
  readonly itemSequence: string;
  /** The Z37 sequence that placing the hold gave. */
  readonly sequence: string;
}

export function createXserviceOperations(
  library: LibraryDocument<XserviceSettings>,
  { egress, secret }: ConnectorDependencies,
): XserviceOperations {
  const settings = library.connector;
  const adm = settings.admLibrary;

  async function askWith<T>(
    op: string,
    parameters: Parameters,
    call: EgressCall,
    read: (bytes: Uint8Array) => T,
  ): Promise<T> {
    try {
      const answer = await egress.request(encodeOperation(settings, op, parameters, secret), call);
      const failure = httpFailure(library.id, answer);
      if (failure !== null) {
        answer.discard();
        throw failure;
      }
      return read(await wholeBody(answer.body));
    } catch (error) {
      throw asConnectorError(library.id, error);
    }
  }

  const run = (op: string, parameters: Parameters, call: EgressCall) =>
    askWith(op, parameters, call, (bytes) => readDocument(op, bytes));

  /** Every answer of an operation that continues at a start point. */
  async function runAll<T>(
    op: string,
    parameters: Parameters,
    call: EgressCall,
    decode: (answer: XserviceDocument) => T[],
  ): Promise<Reply<T[]>> {
    const entries: T[] = [];
    let start: string | undefined;
    for (let answers = 0; answers < maxAnswers; answers += 1) {
      const start_point = start === undefined ? undefined : pad.document(start);
      const answer = await run(op, { ...parameters, start_point }, call);
      const more = decode(answer);
      if (entries.length === 0 && more.length === 0) return entriesOr(answer, more);
      entries.push(...more);
      const next = nextStartPoint(answer);
      // A start point that does not move on would be followed for ever.
      if (next === null || more.length === 0 || Number(next) <= Number(start ?? 0)) break;
      start = next;
    }
    return { ok: true, value: entries };
  }

  return {
    async circStatus(base, document, call) {
      const parameters = { library: base, sys_no: pad.document(document) };
      const answer = await run('circ-status', parameters, call);
      return entriesOr(answer, decodeCircStatus(answer));
    },
    async itemData(base, document, call) {
      const parameters = { base, doc_number: pad.document(document) };
      const answer = await run('item-data', parameters, call);
      return entriesOr(answer, decodeItemData(answer));
    },
    circStatusAll(base, document, call) {
      const parameters = { library: base, sys_no: pad.document(document) };
      return runAll('circ-stat-m', parameters, call, decodeCircStatus);
    },
    itemDataAll(base, document, call) {
      const parameters = { base, doc_number: pad.document(document) };
      return runAll('item-data-multi', parameters, call, decodeItemData);
    },
    async findDocument(base, document, call) {
      const number = pad.document(document);
      const parameters = { base, doc_num: number, format: settings.format };
      return await askWith('find-doc', parameters, call, (bytes) =>
        foundDocument(library, base, number, bytes),
      );
    },
    async availability(base, documents, call) {
      const found: DocumentAvailability[] = [];
      for (let at = 0; at < documents.length; at += documentsAtOnce) {
        const numbers = documents.slice(at, at + documentsAtOnce).map(pad.document);
        const parameters = { library: base, doc_num: numbers.join(',') };
        const answer = await run('publish-avail', parameters, call);
        const more = decodePublishAvail(answer);
        if (more.length === 0 && answer.errors.length > 0) return entriesOr(answer, more);
        found.push(...more);
      }
      return { ok: true, value: found };
    },
    async readItem(item, call) {
      const answer = await run('read-item', { library: adm, ...itemParameters(item) }, call);
      return valueOr(answer, decodeReadItem(answer));
    },
    async borAuth(borId, verification, call) {
      const answer = await run('bor-auth', { library: adm, bor_id: borId, verification }, call);
      return valueOr(answer, answer.errors.length > 0 ? null : decodeBorAuth(answer));
    },
    async borInfo(borId, call) {
      const answer = await run('bor-info', { library: adm, bor_id: borId }, call);
      return valueOr(answer, answer.errors.length > 0 ? null : decodeBorInfo(answer));
    },
    async holdReq(item, borId, call) {
      const parameters = { library: adm, ...itemParameters(item), bor_id: borId };
      return decodeHoldReq(await run('hold-req', parameters, call));
    },
    async holdReqCancel(hold, call) {
      const parameters = {
        library: adm,
        doc_number: pad.document(hold.admDocument),
        item_sequence: pad.sequence(hold.itemSequence),
        sequence: hold.sequence,
      };
      return decodeHoldReqCancel(await run('hold-req-cancel', parameters, call));
    },
    async renew(item, borId, call) {
      const parameters = { library: adm, ...itemParameters(item), bor_id: borId };
      return decodeRenew(await run('renew', parameters, call));
    },
  };
}

/** Answers that one list of copies may take: ten thousand copies and more. */
const maxAnswers = 20;

/** Documents whose availability is asked for at once. */
const documentsAtOnce = 100;

function foundDocument(
  library: LibraryDocument<XserviceSettings>,
  base: string,
  number: string,
  bytes: Uint8Array,
): Reply<SourceRecord> {
  const found: PresentRecord[] = [];
  const reader = readInto(bytes, () => {
    found.length = 0;
    return createPresentReader('find-doc', (record) => found.push(record));
  });
  const [first] = found;
  const reasons = reader.errors().filter((text) => text !== '');
  if (first === undefined)
    return { ok: false, reasons: reasons.length > 0 ? reasons : ['no answer'] };
  const docNumber = first.docNumber ?? number;
  const store = new ByteStore();
  store.append(bytes);
  const raw = createElementSlicer(store, 'metadata').next();
  const record = toSourceRecord(library, base, { ...first, docNumber }, 1, raw, false);
  return record === null
    ? { ok: false, reasons: ['The record cannot be read.'] }
    : { ok: true, value: record };
}

function itemParameters(item: ItemKey): Parameters {
  if ('barcode' in item) return { item_barcode: item.barcode };
  return {
    doc_number: pad.document(item.admDocument),
    item_sequence: pad.sequence(item.itemSequence),
  };
}

/** A list may be empty; it is a refusal only where the server gave a reason for that. */
function entriesOr<T>(answer: XserviceDocument, entries: T[]): Reply<T[]> {
  if (entries.length === 0 && answer.errors.length > 0)
    return { ok: false, reasons: answer.errors };
  return { ok: true, value: entries };
}

function valueOr<T>(answer: XserviceDocument, value: T | null): Reply<T> {
  if (value !== null) return { ok: true, value };
  return { ok: false, reasons: answer.errors.length > 0 ? answer.errors : ['no answer'] };
}

function asConnectorError(libraryId: string, error: unknown): ConnectorError {
  const known = knownFailure(libraryId, error);
  if (known === null) throw error;
  return known;
}
