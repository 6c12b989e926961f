import type { LibraryDocument, XserviceSettings } from '../../members/document.ts';
import type { ConnectorError } from '../../members/errors.ts';
import { wholeBody } from '../answers/bytes.ts';
import { httpFailure, knownFailure } from '../failures.ts';
import type { ConnectorDependencies, EgressCall } from '../types.ts';
import { readDocument, type XserviceDocument } from './document.ts';
import {
  type CircStatusEntry,
  decodeCircStatus,
  decodeItemData,
  decodeReadItem,
  type ItemDataEntry,
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

  async function run(op: string, parameters: Parameters, call: EgressCall) {
    try {
      const answer = await egress.request(encodeOperation(settings, op, parameters, secret), call);
      const failure = httpFailure(library.id, answer);
      if (failure !== null) {
        answer.discard();
        throw failure;
      }
      return readDocument(op, await wholeBody(answer.body));
    } catch (error) {
      throw asConnectorError(library.id, error);
    }
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
