import type { CloseReason } from './apdu/close.ts';
import type { Diagnostic } from './apdu/diagnostics.ts';

/**
 * What can be wrong with bytes on a Z39.50 association. A closed vocabulary, since it goes into logs
 * and metrics as the cause of a failed answer.
 */
export type Z3950Fault =
  | 'not_z3950'
  | 'pdu_too_large'
  | 'pdu_truncated'
  | 'ber_depth'
  | 'ber_elements'
  | 'ber_length'
  | 'ber_tag'
  | 'ber_truncated'
  | 'ber_value'
  | 'apdu_malformed'
  | 'apdu_unexpected'
  | 'record_malformed';

/** The only error that framer, BER reader and APDU decoders throw. */
export class Z3950Error extends Error {
  readonly reason: Z3950Fault;

  constructor(reason: Z3950Fault, message: string) {
    super(message);
    this.name = 'Z3950Error';
    this.reason = reason;
  }
}

/** Why an association ended: the socket went, or a Close came with one of its reasons. */
export type AssociationEnd = 'connect_reset' | `close_${CloseReason}`;

/** An association ended while an answer was awaited. */
export class AssociationEndedError extends Error {
  readonly reason: AssociationEnd;

  constructor(reason: AssociationEnd, message: string) {
    super(message);
    this.name = 'AssociationEndedError';
    this.reason = reason;
  }
}

/** The library refused the association in its Init response. */
export class InitRefusedError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, diagnostics: readonly Diagnostic[]) {
    super(message);
    this.name = 'InitRefusedError';
    this.diagnostics = diagnostics;
  }
}

/** The library answered a request with a diagnostic in the place of what was asked for. */
export class DiagnosticError extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(`Diagnostic ${diagnostic.condition}.`);
    this.name = 'DiagnosticError';
    this.diagnostic = diagnostic;
  }
}
