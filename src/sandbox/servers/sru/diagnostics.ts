/** An SRU diagnostic: number in info:srw/diagnostic/1, and details. */
export class SruDiagnostic extends Error {
  readonly number: number;
  readonly details: string;

  constructor(number: number, details: string) {
    super(messages[number] ?? 'General system error');
    this.name = 'SruDiagnostic';
    this.number = number;
    this.details = details;
  }
}

const messages: Readonly<Record<number, string>> = {
  1: 'General system error',
  4: 'Unsupported operation',
  5: 'Unsupported version',
  6: 'Unsupported parameter value',
  7: 'Mandatory parameter not supplied',
  10: 'Query syntax error',
  15: 'Unsupported context set',
  16: 'Unsupported index',
  19: 'Unsupported relation',
  20: 'Unsupported relation modifier',
  27: 'Empty term unsupported',
  28: 'Masking character not supported',
  31: 'Anchoring character in unsupported position',
  37: 'Unsupported boolean operator',
  61: 'First record position out of range',
  66: 'Unknown schema for retrieval',
  71: 'Unsupported record packing',
  80: 'Sort not supported',
  82: 'Unsupported sort sequence',
};
