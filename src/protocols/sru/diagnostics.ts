import { ConnectorError, type ConnectorErrorCode } from '../../members/errors.ts';

/** A diagnostic of SRU (`info:srw/diagnostic/1/N`). */
export interface SruDiagnostic {
  /** N of the standard's list, or null for another vocabulary. */
  readonly code: number | null;
  readonly details: string;
  readonly message: string;
}

/** Reads N out of a diagnostic URI; servers also write the bare number. */
export function diagnosticCode(uri: string): number | null {
  const match = /(?:^|\/)(\d{1,4})\s*$/.exec(uri.trim());
  return match === null ? null : Number(match[1]);
}

/** First record position out of range: the end of the list, not a failure. */
export const outOfRange = 61;

/** The diagnostic list by range (SRU diagnostics list; Z39.50 numbers above 100 as servers use them). */
const classes: readonly (readonly [first: number, last: number, code: ConnectorErrorCode])[] = [
  [1, 1, 'unreachable'],
  [2, 2, 'busy'],
  [3, 3, 'refused'],
  [4, 5, 'unsupported'],
  [10, 49, 'unsupported'],
  [55, 55, 'busy'],
  [60, 60, 'unsupported'],
  [63, 63, 'unreachable'],
  [68, 69, 'refused'],
  [80, 93, 'unsupported'],
  [236, 236, 'refused'],
  [1010, 1011, 'refused'],
  [1015, 1015, 'busy'],
  [1016, 1016, 'refused'],
];

/** The diagnostic as the connector's error. What it says is the library's text and is not repeated. */
export function diagnosticFailure(
  libraryId: string,
  diagnostic: SruDiagnostic,
  hits: number | null,
): ConnectorError {
  const { code } = diagnostic;
  const found = classes.find(([first, last]) => code !== null && code >= first && code <= last);
  const number = code === null ? 'of its own' : String(code);
  return new ConnectorError(
    libraryId,
    found?.[2] ?? 'malformed',
    `The server answered with SRU diagnostic ${number}.`,
    { reason: code === null ? 'sru_other' : `sru_${code}`, ...(hits === null ? {} : { hits }) },
  );
}
