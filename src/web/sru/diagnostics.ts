/**
 * A diagnostic of SRU (info:srw/diagnostic/1/N; SRU 1.2 diagnostics list, SRU 2.0 appendix C): what
 * stands in an answer in place of records. `details` is what the list says belongs to that number.
 */
export class SruDiagnostic extends Error {
  readonly number: DiagnosticNumber;
  readonly details: string;

  constructor(number: DiagnosticNumber, details = '') {
    super(messages[number]);
    this.name = 'SruDiagnostic';
    this.number = number;
    this.details = details;
  }
}

const messages = {
  1: 'General system error',
  2: 'System temporarily unavailable',
  4: 'Unsupported operation',
  5: 'Unsupported version',
  6: 'Unsupported parameter value',
  7: 'Mandatory parameter not supplied',
  8: 'Unsupported parameter',
  10: 'Query syntax error',
  11: 'Unsupported query type',
  12: 'Too many characters in query',
  13: 'Invalid or unsupported use of parentheses',
  14: 'Invalid or unsupported use of quotes',
  15: 'Unsupported context set',
  16: 'Unsupported index',
  19: 'Unsupported relation',
  27: 'Empty term unsupported',
  38: 'Too many boolean operators in query',
  48: 'Query feature unsupported',
  51: 'Result set does not exist',
  55: 'Combination of result sets with search terms not supported',
  61: 'First record position out of range',
  64: 'Record temporarily unavailable',
  66: 'Unknown schema for retrieval',
  71: 'Unsupported record packing',
  72: 'XPath retrieval unsupported',
  84: 'Too many sort keys to sort',
  88: 'Unsupported path for sort',
  90: 'Unsupported direction',
  91: 'Unsupported case',
  92: 'Unsupported missing value action',
  120: 'Response position out of range',
} as const;

export type DiagnosticNumber = keyof typeof messages;

/** The number a query's fault has in the list; a syntax error for those the list has no words for. */
export function knownNumber(number: number): DiagnosticNumber {
  return Object.hasOwn(messages, number) ? (number as DiagnosticNumber) : 10;
}

export function messageOf(number: DiagnosticNumber): string {
  return messages[number];
}
