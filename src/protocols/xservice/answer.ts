import type { XmlRecord } from '../../marc/formats/marcxml.ts';
import { OaiMarcHandler } from '../../marc/formats/oaimarc.ts';
import type { XmlHandler } from '../../marc/xml/reader.ts';
import { checkRoot, own, type XserviceDocument } from './document.ts';

/** A result set at the server; disposable, since servers clear them. */
export interface FoundSet {
  readonly setNumber: string;
  /** Records that match; null where the server's count is no number. */
  readonly records: number | null;
  /** Records of the set that can be presented; a large set is cut. */
  readonly entries: number;
}

export type FindAnswer =
  | { readonly kind: 'found'; readonly set: FoundSet }
  | { readonly kind: 'empty' }
  | { readonly kind: 'error'; readonly texts: readonly string[] };

/** What `find` said; no hits is an error with the text "empty set". */
export function decodeFind({ root, errors }: XserviceDocument): FindAnswer {
  const setNumber = /^\w+/.exec(own(root, 'set_number') ?? own(root, 'set-number') ?? '')?.[0];
  const records = countOf(own(root, 'no_records'));
  if (errors.some((text) => /empty set/i.test(text)) || records === 0) return { kind: 'empty' };
  if (setNumber === undefined) return { kind: 'error', texts: errors };
  const entries = countOf(own(root, 'no_entries')) ?? records ?? uncountedEntries;
  return {
    kind: 'found',
    set: { setNumber, records, entries: Math.min(entries, records ?? entries) },
  };
}

/** Entries asked for of a set whose size the server did not say: until it gives none. */
const uncountedEntries = 1000;

/** Zero-padded numbers, with whatever a careless server puts behind them; null for anything else. */
function countOf(text: string | null): number | null {
  const digits = /^\d{1,15}(?![\d.,])/.exec(text ?? '')?.[0];
  return digits === undefined ? null : Number(digits);
}

/** One record of a present answer. */
export interface PresentRecord {
  /** Number in the bibliographic base, zeros kept; null where the answer has none. */
  readonly docNumber: string | null;
  /** Null for a record without a readable `oai_marc`. */
  readonly record: XmlRecord | null;
}

export interface PresentReader extends XmlHandler {
  /** Texts of `error` elements beside or in place of records. */
  errors(): readonly string[];
}

/** Reads `present` or `find-doc` and hands over each record when its element ends. */
export function createPresentReader(
  op: 'present' | 'find-doc',
  onRecord: (record: PresentRecord) => void,
): PresentReader {
  const errors: string[] = [];
  let depth = 0;
  let text = '';
  let docNumber: string | null = null;
  let found: XmlRecord | null = null;
  const marc = new OaiMarcHandler((record) => {
    found ??= record;
  });
  return {
    open(name, attributes) {
      if (depth === 0) checkRoot(op, name);
      depth += 1;
      text = '';
      if (depth === 2 && name === 'record') {
        docNumber = null;
        found = null;
      }
      if (depth > 2) marc.open(name, attributes);
    },
    text(piece) {
      text += piece;
      if (depth > 2) marc.text(piece);
    },
    close(name) {
      if (depth > 2) marc.close();
      depth -= 1;
      if (depth === 2 && (name === 'doc_number' || name === 'doc-number')) {
        docNumber = text.trim() || null;
      }
      if (depth === 1 && name === 'record') onRecord({ docNumber, record: found });
      if (depth === 1 && name === 'error') errors.push(text.trim());
      text = '';
    },
    errors: () => errors,
  };
}
