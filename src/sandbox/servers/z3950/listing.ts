import { encodeRecordText } from '../../../marc/charset/index.ts';
import type {
  ScanRequest,
  ScanResponse,
  SortRequest,
  SortResponse,
} from '../../../protocols/z3950/apdu/index.ts';
import { type SortBy, sorted } from '../../search/order.ts';
import type { Association } from './association.ts';
import { asDiagnostic, Bib1Diagnostic } from './diagnostics.ts';
import { fieldOf, termText } from './rpn.ts';

/** Entries of an index around a term. */
export function scan(session: Association, request: ScanRequest): ScanResponse {
  const { settings, searcher } = session.server;
  try {
    const field = fieldOf(request.attributes, settings);
    const from = termText(request.term, session.charset);
    const wanted = Math.min(100, Math.max(0, request.numberOfTermsRequested));
    const before = (request.preferredPositionInResponse ?? 1) - 1;
    const { terms, position } = searcher.scan(field, from, before, wanted);
    const charset = session.charset;
    return {
      type: 'scanResponse',
      referenceId: request.referenceId,
      stepSize: 0,
      // Partial-5: fewer terms than asked for, because the index ends.
      scanStatus: terms.length < wanted ? 5 : 0,
      numberOfEntriesReturned: terms.length,
      positionOfTerm: position,
      entries: terms.map((term) => ({
        kind: 'term',
        term: {
          kind: 'general',
          octets: encodeRecordText(term.display, charset === 'ascii' ? 'utf-8' : charset),
        },
        occurrences: term.count,
      })),
    };
  } catch (error) {
    if (!(error instanceof Bib1Diagnostic)) throw error;
    return {
      type: 'scanResponse',
      referenceId: request.referenceId,
      scanStatus: 6,
      numberOfEntriesReturned: 0,
      diagnostics: [asDiagnostic(error)],
    };
  }
}

/** Sorts a result set onto itself or another. */
export function sort(session: Association, request: SortRequest): SortResponse {
  const { settings } = session.server;
  try {
    const [input = ''] = request.inputResultSetNames;
    const found = session.sets.get(input);
    if (found === undefined) throw new Bib1Diagnostic(30, input);
    const keys = request.keys.map(({ key, relation }): SortBy => {
      if (relation > 1) throw new Bib1Diagnostic(214, String(relation));
      if (key.kind === 'other') throw new Bib1Diagnostic(207, '');
      const field =
        key.kind === 'attributes' ? fieldOf(key.attributes, settings) : fieldNamed(key.field);
      if (field !== 'title' && field !== 'author' && field !== 'year') {
        throw new Bib1Diagnostic(207, field);
      }
      return { key: field, descending: relation === 1 };
    });
    session.sets.set(request.sortedResultSetName, sorted(found, keys));
    return { type: 'sortResponse', referenceId: request.referenceId, sortStatus: 0 };
  } catch (error) {
    if (!(error instanceof Bib1Diagnostic)) throw error;
    return {
      type: 'sortResponse',
      referenceId: request.referenceId,
      sortStatus: 2,
      diagnostics: [asDiagnostic(error)],
    };
  }
}

function fieldNamed(name: string): string {
  const lower = name.toLowerCase();
  return lower === 'date' ? 'year' : lower;
}
