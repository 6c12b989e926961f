import type { BrowsedLibrary } from '../../search/browse.ts';
import type { LibraryAnswer } from '../../search/types.ts';
import { element, type Xml } from './xml.ts';

/** Namespace of what these answers say beyond the standard. */
const federationNamespace = 'info:guanji/sru/federation-v1';

/** How far the count can be believed, in the words of SRU 2.0 (resultCountPrecision). */
export type Precision = 'exact' | 'minimum' | 'unknown';

/** The precision for versions that have no element of their own for it. */
export function precisionElement(precision: Precision): Xml {
  return element('resultCountPrecision', precision, { xmlns: federationNamespace });
}

/** How each library answered. One that gave no count has no `hits`, and never a nought. */
export function federationElement(libraries: readonly LibraryAnswer[]): Xml {
  return element('federation', libraries.map(libraryElement), { xmlns: federationNamespace });
}

/** How each library answered a scan, and how many terms it gave. */
export function browsedElement(libraries: readonly BrowsedLibrary[]): Xml {
  const elements = libraries.map(({ id, state, cause, terms, message }) =>
    element(
      'library',
      [
        element('message', message.zh, { 'xml:lang': 'zh' }),
        element('message', message.en, { 'xml:lang': 'en' }),
      ],
      { id, state, terms, cause },
    ),
  );
  return element('federation', elements, { xmlns: federationNamespace });
}

function libraryElement(library: LibraryAnswer): Xml {
  const { id, state, hits, fetched, cause, retryable, sorted, simplified, message } = library;
  return element(
    'library',
    [
      element('message', message.zh, { 'xml:lang': 'zh' }),
      element('message', message.en, { 'xml:lang': 'en' }),
      ...simplified.map(({ code, en }) => element('simplified', en, { code })),
    ],
    { id, state, hits: hits ?? null, fetched, cause, retryable, sorted },
  );
}
