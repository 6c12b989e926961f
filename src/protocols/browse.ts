import { ConnectorError } from '../members/errors.ts';
import type { Browse, Connector, IndexTerm, Outcome } from '../members/types.ts';

/** Hands the terms of an index over; no record comes with them. */
export function browsed({ onTerms }: Browse, terms: readonly IndexTerm[]): Outcome {
  onTerms(terms);
  return {
    hits: terms.length,
    exact: true,
    fetched: 0,
    unreadable: 0,
    sorted: true,
    simplified: [],
    incomplete: null,
  };
}

export function noIndex(libraryId: string): ConnectorError {
  return new ConnectorError(libraryId, 'unsupported', 'The library has no index to browse.', {
    reason: 'browse',
    sentence: { zh: '该馆不支持浏览索引', en: 'This library has no index to browse' },
  });
}

/** The same connector of a protocol that knows no browsing. */
export function unbrowsable(connector: Connector): Connector {
  return {
    ...connector,
    search(ask, signal, onRecords) {
      if (ask.browse !== undefined) return Promise.reject(noIndex(connector.library.id));
      return connector.search(ask, signal, onRecords);
    },
  };
}
