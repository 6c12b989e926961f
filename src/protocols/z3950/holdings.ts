import type { Item } from '../../marc/record.ts';
import type { LibraryDocument, Z3950Settings } from '../../members/document.ts';
import { ConnectorError } from '../../members/errors.ts';
import type { Ask, HoldingsAsk, OnRecords, SourceRecord } from '../../members/types.ts';
import { byNumber } from '../../query/by-number.ts';
import { recordSyntaxes } from './oid.ts';

type Z3950Library = LibraryDocument<Z3950Settings>;

/** A server that gave no OPAC record is asked for one again after this. */
const forgetMs = 600_000;

/** The same library asked in the syntax that carries copies. */
export function copiesDocument(library: Z3950Library): Z3950Library {
  const { connector } = library;
  const databases = connector.databases.map((one) => ({ ...one, syntax: 'opac' as const }));
  return { ...library, connector: { ...connector, databases } };
}

/**
 * The copies of one record, from the OPAC record that the library keeps with it. `unsupported` where it
 * gives none: what its own syntax says of copies is then for whoever asks for the record.
 */
export function createCopies(
  library: Z3950Library,
  search: (ask: Ask, signal: AbortSignal, onRecords: OnRecords) => Promise<unknown>,
) {
  let withoutUntil = 0;
  const unsupported = () =>
    new ConnectorError(library.id, 'unsupported', 'The library gives no OPAC records.', {
      reason: 'holdings',
    });
  return async (
    localId: string,
    ask: HoldingsAsk,
    signal: AbortSignal,
  ): Promise<readonly Item[] | null> => {
    if (performance.now() < withoutUntil) throw unsupported();
    const wish = { ...ask, query: byNumber(localId), start: 1, limit: 4, sort: null };
    const found: SourceRecord[] = [];
    await search(wish, signal, (records) => found.push(...records));
    const record = found.find((one) => one.localId === localId);
    if (record === undefined) return null;
    if (record.syntax === recordSyntaxes.opac) return record.record.items;
    withoutUntil = performance.now() + forgetMs;
    throw unsupported();
  };
}
