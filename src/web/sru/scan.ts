import { selectLibraries } from '../../members/selection.ts';
import { resolveIndex } from '../../query/index.ts';
import { literalTerm } from '../../query/term.ts';
import type { IndexName } from '../../query/types.ts';
import type { BrowseAnswer } from '../../search/browse.ts';
import { OverloadedError } from '../../search/errors.ts';
import type { WebContext } from '../context.ts';
import { SruDiagnostic } from './diagnostics.ts';
import { echoElement, envelope } from './envelope.ts';
import { readQuestion } from './query.ts';
import { type Manner, readScanParameters, type ScanParameters } from './request.ts';
import { type Caller, shareOfWait } from './search-retrieve.ts';
import { browsedElement } from './status.ts';
import { element, nothing, optional, type Xml } from './xml.ts';

/** Terms given when a client names no number, and the most that are given. */
const defaultTerms = 20;
const maximumTerms = 100;
/** Scans under way at once; each asks every chosen library. */
const maxScans = 50;

let scans = 0;

/** Answers a scan request from the indexes of the libraries; throws SruDiagnostic and OverloadedError. */
export async function scan(
  parameters: URLSearchParams,
  manner: Manner,
  context: WebContext,
  { gone, pay }: Caller,
): Promise<string> {
  const asked = readScanParameters(parameters, { terms: maximumTerms, defaultTerms });
  const clause = clauseOf(asked.clause);
  const libraries = chosen(asked, context);
  const { running, maxRunning } = context.engine.load();
  if (scans >= maxScans || running >= maxRunning) throw new OverloadedError(running + scans);
  pay(libraries.length);
  scans += 1;
  try {
    const { count, position } = asked;
    const waitMs = Math.round(context.settings.search.waitMs * shareOfWait);
    const answer = await context.engine.browse(
      { ...clause, count, position, libraries, waitMs },
      gone,
    );
    refuseUnanswered(answer);
    return envelope(manner, [
      answer.terms.length === 0 ? nothing : element('terms', answer.terms.map(termElement)),
      echoElement(manner, parameters),
      element('extraResponseData', [browsedElement(answer.libraries)]),
    ]);
  } finally {
    scans -= 1;
  }
}

/** A scan clause is one clause of CQL (SRU 1.2, scan). */
function clauseOf(cql: string): { readonly index: IndexName; readonly term: string } {
  const question = readQuestion({ query: cql, queryType: 'cql', sortKeys: '' });
  if (question.kind !== 'search') throw new SruDiagnostic(16, cql.slice(0, 100));
  const { node } = question.query;
  if (node.type !== 'clause') throw new SruDiagnostic(48, 'a scan clause has one term');
  const index = node.index === null ? 'any' : resolveIndex(node.index);
  if (index === null) throw new SruDiagnostic(16, node.index ?? '');
  return { index, term: literalTerm(node.term).trim() };
}

function chosen({ libraries }: ScanParameters, context: WebContext): readonly string[] {
  const selected = selectLibraries(libraries, context.directory, context.selection);
  if ('ids' in selected) return selected.ids;
  const problems = selected.problems.map(({ message }) => message).join('; ');
  throw new SruDiagnostic(6, `x-libraries: ${problems}`);
}

/** When no library has answered nothing is known of their indexes: that is no empty list. */
function refuseUnanswered({ libraries }: BrowseAnswer): void {
  if (libraries.some(({ state }) => state === 'answered' || state === 'empty')) return;
  const states = libraries.map(({ id, state, cause }) => `${id} ${cause ?? state}`).join(', ');
  const isUnsupported =
    libraries.length > 0 && libraries.every(({ state }) => state === 'unsupported');
  if (isUnsupported && libraries.every(({ cause }) => cause === 'browse')) {
    throw new SruDiagnostic(4, `scan: ${states}`);
  }
  throw new SruDiagnostic(isUnsupported ? 16 : 2, states || 'no library is there to be asked');
}

function termElement({ text, records }: BrowseAnswer['terms'][number]): Xml {
  return element('term', [
    element('value', text),
    optional('numberOfRecords', records),
    element('displayTerm', text),
  ]);
}
