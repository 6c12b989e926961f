import type { Diagnostic } from './apdu/diagnostics.ts';
import type { NamedRecord, PresentResponse, SearchResponse } from './apdu/index.ts';
import { resultSetStatuses } from './apdu/search.ts';
import { diagnosticSets } from './oid.ts';

/** What a Search response says. */
export interface SearchFinding {
  readonly hits: number;
  /** False for an estimate, a part, or a count that cannot be. */
  readonly exact: boolean;
  /** Records that came with it, from the first. */
  readonly records: readonly NamedRecord[];
  /** Why records that were asked for did not come; the search itself succeeded. */
  readonly presentDiagnostic: Diagnostic | null;
  /** Set where the library searched only in part: its diagnostic, if it gave one. Or its count cannot be. */
  readonly partial: Diagnostic | 'unexplained' | 'impossible' | null;
}

/** More hits than any catalogue has: a count beyond is a fault, not a number. */
export const mostHits = 2_000_000_000;

/** Reads a Search response; a failed search is its diagnostic. */
export function readSearch(response: SearchResponse): SearchFinding | { failed: Diagnostic } {
  const { records, resultSetStatus } = response;
  const came = records?.kind === 'records' ? records.records : [];
  const diagnostic = records?.kind === 'diagnostics' ? (records.diagnostics[0] ?? null) : null;
  const inPart =
    resultSetStatus === resultSetStatuses.subset || resultSetStatus === resultSetStatuses.interim;
  if (!response.searchStatus && !inPart) return { failed: diagnostic ?? unspecified };
  const count = response.resultCount;
  const hits = Math.min(Math.max(count, came.length), mostHits);
  return {
    hits,
    exact: hits === count && !inPart && resultSetStatus !== resultSetStatuses.estimate,
    records: came,
    presentDiagnostic: response.searchStatus ? diagnostic : null,
    partial: response.searchStatus
      ? count < 0
        ? 'impossible'
        : null
      : (diagnostic ?? 'unexplained'),
  };
}

/** Reads a Present response: records, or why there are none. */
export function readPresent(
  response: PresentResponse,
): readonly NamedRecord[] | { failed: Diagnostic } {
  const { records } = response;
  if (records?.kind === 'records') return records.records;
  const [first] = records?.diagnostics ?? [];
  if (first !== undefined) return { failed: first };
  return response.presentStatus === presentFailure ? { failed: unspecified } : [];
}

const presentFailure = 5;

const unspecified: Diagnostic = { set: diagnosticSets.bib1, condition: 100, addinfo: '' };

/** Conditions of bib-1 that a Present can go on after. */
export const outOfRange = 13;
export const resultSetGone: readonly number[] = [27, 30];
export const syntaxRefused: readonly number[] = [227, 238, 239];
/** The server does not have the syntax at all. */
export const syntaxUnknown = 239;
export const tooMuchAtOnce: readonly number[] = [16, 17, 31];
export const elementSetRefused: readonly number[] = [24, 25, 26];
/** Result set naming is not supported, or not so. */
export const namingRefused: readonly number[] = [21, 22, 128];

/** The diagnostic that stands in the place of every record; null where one place differs. */
export function commonSurrogate(records: readonly NamedRecord[]): Diagnostic | null {
  const [first] = records;
  if (first?.kind !== 'diagnostic') return null;
  const { condition } = first.diagnostic;
  const isSame = (one: NamedRecord) =>
    one.kind === 'diagnostic' && one.diagnostic.condition === condition;
  return records.every(isSame) ? first.diagnostic : null;
}

/** True where both lists hold the same records: a server that ignores the start position. */
export function isRepeated(before: readonly NamedRecord[], now: readonly NamedRecord[]): boolean {
  if (now.length < 2 || before.length < now.length) return false;
  return now.every((one, at) => {
    const other = before[at];
    return (
      one.kind === 'record' &&
      other?.kind === 'record' &&
      Buffer.compare(one.record.content, other.record.content) === 0
    );
  });
}
