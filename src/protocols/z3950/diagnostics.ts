import type { ConnectorErrorCode } from '../../members/errors.ts';
import type { Diagnostic } from './apdu/diagnostics.ts';
import { diagnosticSets } from './oid.ts';

/** What a diagnostic means to the gateway. */
export interface DiagnosticFailure {
  readonly code: ConnectorErrorCode;
  /** `bib1_114`; for another diagnostic set `diagnostic_<condition>`. */
  readonly reason: string;
  /** One English sentence for librarians. */
  readonly message: string;
}

/** Conditions of bib-1 that librarians will see, in the words of the registry shortened to a sentence part. */
const meanings: Readonly<Record<number, string>> = {
  1: 'permanent system error',
  2: 'temporary system error',
  3: 'unsupported search',
  4: 'the terms are all stop words',
  11: 'too many characters in the term',
  12: 'too many records found',
  13: 'present request out of range',
  14: 'system error in presenting records',
  15: 'not authorised to present the records',
  17: 'the record is too large',
  25: 'unknown element set name',
  27: 'the result set is gone',
  29: 'the result set is in use',
  30: 'the result set does not exist',
  31: 'resources exhausted, no results available',
  100: 'unspecified error',
  101: 'access control failure',
  107: 'query type not supported',
  108: 'malformed query',
  109: 'database unavailable',
  110: 'operator not supported',
  113: 'attribute type not supported',
  114: 'Use attribute not supported',
  115: 'term value not supported for the Use attribute',
  116: 'a Use attribute is required',
  117: 'relation attribute not supported',
  118: 'structure attribute not supported',
  119: 'position attribute not supported',
  120: 'truncation attribute not supported',
  121: 'attribute set not supported',
  122: 'completeness attribute not supported',
  123: 'combination of attributes not supported',
  125: 'malformed search term',
  126: 'illegal term value for the attribute',
  207: 'cannot sort so',
  227: 'no data available in the record syntax',
  235: 'the database does not exist',
  236: 'access to the database is denied',
  238: 'the record is not available in the syntax',
  239: 'record syntax not supported',
  1010: 'unknown user id',
  1011: 'wrong user id or password',
  1012: 'no searches left',
  1014: 'authentication system error',
  1015: 'too many sessions for the user',
  1016: 'the address is blocked',
  1018: 'no resources left',
  1025: 'service not available for the database',
  1072: 'characters that cannot be translated',
};

const codes: Readonly<Record<Exclude<ConnectorErrorCode, 'malformed'>, readonly number[]>> = {
  busy: [2, 14, 28, 29, 31, 1012, 1015, 1018, 1019, 1020, 1074],
  refused: [15, 101, 236, 1010, 1011, 1014, 1016, 1017, 1021, 1022, 1023, 1055],
  unsupported: [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 18, 19, 20, 23, 107, 110, 111, 113, 114, 115, 116, 117, 118,
    119, 120, 122, 123, 124, 125, 126, 127, 129, 130, 131, 132, 201, 202, 203, 205, 206, 207, 208,
    209, 210, 211, 212, 213, 214, 215, 216, 228, 229, 232, 233, 240, 241, 243, 244, 245, 246, 247,
    1024, 1072, 1073,
  ],
  timeout: [],
  unreachable: [],
  suspended: [],
  maintenance: [],
  stopped: [],
};

const codeOfCondition = new Map<number, ConnectorErrorCode>(
  Object.entries(codes).flatMap(([code, conditions]) =>
    conditions.map((condition) => [condition, code as ConnectorErrorCode] as const),
  ),
);

/**
 * The failure that a diagnostic is. What stands in no list (a wrong database, a broken query of ours, an
 * error without a name) is a fault of the settings or of the server: `malformed`.
 */
export function failureOf(diagnostic: Diagnostic): DiagnosticFailure {
  const { condition } = diagnostic;
  const known = isBib1(diagnostic);
  const meaning = (known ? meanings[condition] : undefined) ?? `diagnostic ${condition}`;
  const detail = printable(diagnostic.addinfo);
  return {
    code: (known ? codeOfCondition.get(condition) : undefined) ?? 'malformed',
    reason: known ? `bib1_${condition}` : `diagnostic_${condition}`,
    message: `The library answered: ${meaning}${detail === '' ? '' : ` (${detail})`}.`,
  };
}

/** True for conditions of bib-1, which servers also send under no set or under diag-1. */
export function isBib1(diagnostic: Diagnostic): boolean {
  return diagnostic.set === diagnosticSets.bib1 || diagnostic.set === diagnosticSets.diag1;
}

/** What a server wrote, made fit for one line of a message. */
function printable(text: string): string {
  return text
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
