/**
 * What can be wrong with bytes on a Z39.50 association. A closed vocabulary, since it goes into logs
 * and metrics as the cause of a failed answer.
 */
export type Z3950Fault =
  | 'not_z3950'
  | 'pdu_too_large'
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
