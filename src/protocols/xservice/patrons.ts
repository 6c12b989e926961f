import { readDate } from '../../marc/dialects/index.ts';
import { childrenOf, firstChild, type XmlElement } from '../../marc/xml/tree.ts';
import { own, tableOf, type XserviceDocument } from './document.ts';

type Table = Readonly<Record<string, string>>;

/** Most loans, holds and fines each that are taken from one account. */
const maxEntries = 2000;

/** A reader or an institution's card: global, address and local record. */
export interface Patron {
  readonly z303: Table;
  readonly z304: Table;
  readonly z305: Table;
}

/** Null where the server gave no patron: the id or the verification is wrong. */
export function decodeBorAuth({ root }: XserviceDocument): Patron | null {
  const patron = patronOf(root);
  return Object.keys(patron.z303).length === 0 ? null : patron;
}

export interface PatronLoan {
  readonly due: string | null;
  readonly dueDate: string | null;
  readonly dueHour: string | null;
  readonly z36: Table;
  readonly z30: Table;
  readonly z13: Table;
}

export interface PatronHold {
  readonly z37: Table;
  readonly z30: Table;
  readonly z13: Table;
}

export interface PatronFine {
  readonly z31: Table;
  readonly z30: Table;
  readonly z13: Table;
}

/** What a card has on loan, on hold and to pay. */
export interface PatronAccount extends Patron {
  readonly loans: readonly PatronLoan[];
  readonly holds: readonly PatronHold[];
  readonly fines: readonly PatronFine[];
  /** The balance as written, and its sign (`D` debit, `C` credit). */
  readonly balance: string | null;
  readonly sign: string | null;
}

export function decodeBorInfo({ root }: XserviceDocument): PatronAccount {
  const tables = (entry: XmlElement) => ({
    z30: tableOf(firstChild(entry, 'z30')),
    z13: tableOf(firstChild(entry, 'z13')),
  });
  return {
    ...patronOf(root),
    loans: childrenOf(root, 'item-l')
      .slice(0, maxEntries)
      .map((entry) => {
        const due = own(entry, 'due-date');
        return {
          due,
          dueDate: readDate(due ?? ''),
          dueHour: own(entry, 'due-hour'),
          z36: tableOf(firstChild(entry, 'z36')),
          ...tables(entry),
        };
      }),
    holds: childrenOf(root, 'item-h')
      .slice(0, maxEntries)
      .map((entry) => ({ z37: tableOf(firstChild(entry, 'z37')), ...tables(entry) })),
    fines: childrenOf(root, 'fine')
      .slice(0, maxEntries)
      .map((entry) => ({ z31: tableOf(firstChild(entry, 'z31')), ...tables(entry) })),
    balance: own(root, 'balance'),
    sign: own(root, 'sign'),
  };
}

function patronOf(root: XmlElement): Patron {
  return {
    z303: tableOf(firstChild(root, 'z303')),
    z304: tableOf(firstChild(root, 'z304')),
    z305: tableOf(firstChild(root, 'z305')),
  };
}

/** What became of an operation that changes something; a refusal is a result, not an error. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reasons: readonly string[] };

/**
 * `reply` says `ok`; operations of the update type say so in `error` instead ("… was updated
 * successfully"). Anything else is a refusal with the server's own reasons.
 */
function replyOf<T>({ root, errors }: XserviceDocument, value: () => T): Reply<T> {
  const reply = own(root, 'reply')?.toLowerCase() ?? '';
  const praised = errors.length > 0 && errors.every((text) => /success/i.test(text));
  if (reply === 'ok' || praised) return { ok: true, value: value() };
  return { ok: false, reasons: errors.length > 0 ? errors : [reply || 'no reply'] };
}

/** A hold that was placed: its Z37, whose sequence is what a cancellation names. */
export interface PlacedHold {
  readonly z37: Table;
  readonly sequence: string | null;
  readonly status: string | null;
}

export function decodeHoldReq(document: XserviceDocument): Reply<PlacedHold> {
  return replyOf(document, () => {
    const z37 = tableOf(firstChild(document.root, 'z37'));
    return {
      z37,
      sequence: z37['z37-sequence'] ?? z37.sequence ?? null,
      status: z37['z37-status'] ?? z37.status ?? null,
    };
  });
}

export function decodeHoldReqCancel(document: XserviceDocument): Reply<null> {
  return replyOf(document, () => null);
}

export interface Renewal {
  readonly due: string | null;
  readonly dueDate: string | null;
  readonly dueHour: string | null;
}

export function decodeRenew(document: XserviceDocument): Reply<Renewal> {
  return replyOf(document, () => {
    const due = own(document.root, 'due-date');
    return { due, dueDate: readDate(due ?? ''), dueHour: own(document.root, 'due-hour') };
  });
}
