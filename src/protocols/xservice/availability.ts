import type { ItemStatus } from '../../marc/record.ts';
import { childrenOf, firstChild, textOf, type XmlElement } from '../../marc/xml/tree.ts';
import { own, type XserviceDocument } from './document.ts';

/** How the copies of one document in one sub-library stand: an AVA field of `publish-avail`. */
export interface AvailableCopies {
  /** Code of the administrative library ($a). */
  readonly library: string | null;
  /** Sub-library ($b) and collection ($c). */
  readonly location: string | null;
  readonly callNumber: string | null;
  /** `unknown` where the server says to look at the holdings. */
  readonly status: ItemStatus;
  /** As written: `available`, `unavailable`, `check_holdings`, or a code of the library's own. */
  readonly written: string | null;
  /** Copies, and how many of them are out, where the server counts them. */
  readonly items: number | null;
  readonly lent: number | null;
}

/** One document of a `publish-avail` answer. */
export interface DocumentAvailability {
  /** Number in the bibliographic base, zeros kept. */
  readonly document: string;
  /** Null where the base has no such document. */
  readonly copies: readonly AvailableCopies[] | null;
}

/** Most documents taken from one answer, and most AVA fields of a document. */
const maxDocuments = 1000;
const maxCopies = 500;

/** The documents of an answer, in its order: OAI-PMH records whose MARCXML has AVA fields. */
export function decodePublishAvail({ root }: XserviceDocument): DocumentAvailability[] {
  const lists = childrenOf(root, 'OAI-PMH').flatMap((pmh) => childrenOf(pmh, 'ListRecords'));
  const records = lists.flatMap((list) => childrenOf(list, 'record')).slice(0, maxDocuments);
  return records.flatMap((record) => {
    const header = firstChild(record, 'header');
    const document = documentOf(header === null ? null : own(header, 'identifier'));
    return document === null ? [] : [{ document, copies: copiesOf(record) }];
  });
}

/** `aleph-publish:000196220`, with or without the base before the number. */
function documentOf(identifier: string | null): string | null {
  return /(\d{9})$/.exec(identifier ?? '')?.[1] ?? null;
}

function copiesOf(record: XmlElement): AvailableCopies[] | null {
  const metadata = firstChild(record, 'metadata');
  const marc = metadata === null ? null : firstChild(metadata, 'record');
  if (marc === null) return null;
  return childrenOf(marc, 'datafield')
    .filter(({ attributes }) => attributes.tag === 'AVA')
    .slice(0, maxCopies)
    .map(availableCopies);
}

const statuses: Readonly<Record<string, ItemStatus>> = {
  available: 'available',
  unavailable: 'unavailable',
};

function availableCopies(field: XmlElement): AvailableCopies {
  const subfields = new Map<string, string>();
  for (const subfield of childrenOf(field, 'subfield')) {
    const { code = '' } = subfield.attributes;
    const text = textOf(subfield).trim();
    if (text !== '' && !subfields.has(code)) subfields.set(code, text);
  }
  const of = (code: string) => subfields.get(code) ?? null;
  const written = of('e');
  const place = [of('b'), of('c')].filter((part) => part !== null);
  return {
    library: of('a'),
    location: place.join(' ') || null,
    callNumber: of('d'),
    status: statuses[written?.toLowerCase() ?? ''] ?? 'unknown',
    written,
    items: countOf(of('f')),
    lent: countOf(of('g')),
  };
}

function countOf(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
