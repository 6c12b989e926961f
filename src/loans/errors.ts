/** Text for people, in both languages. */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

export const loanErrorCodes = [
  /** Not there, or not the caller's to know about. */
  'not_found',
  /** The caller's roles do not allow it. */
  'forbidden',
  /** Fields are missing or wrong; every one of them is listed. */
  'invalid',
  /** A rule of policy says no. */
  'refused',
  /** The action is not open in this state. */
  'not_open',
  /** The caller acted on an older version. */
  'stale',
  /** Something else has it already: a copy, a card, a slot. */
  'taken',
  /** Nobody is signed in, or the name and the secret do not belong together. */
  'not_signed_in',
  /** Tried too often; `retryAfterSeconds` says when to come back. */
  'throttled',
  /** Too much at once for this gateway. */
  'busy',
] as const;
export type LoanErrorCode = (typeof loanErrorCodes)[number];

/** One field at fault. */
export interface FieldFault extends Sentence {
  /** JSON pointer into the input. */
  readonly pointer: string;
  /** The rule of policy behind it, or null for plain syntax. */
  readonly rule: string | null;
}

export interface LoanErrorDetails {
  /** The rule or constraint that decided. */
  readonly rule?: string | null;
  readonly pointer?: string;
  readonly faults?: readonly FieldFault[];
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** What the loan core refuses, in words a reader understands. */
export class LoanError extends Error {
  readonly code: LoanErrorCode;
  readonly rule: string | null;
  readonly sentence: Sentence;
  readonly pointer: string | null;
  readonly faults: readonly FieldFault[];
  readonly retryAfterSeconds: number | null;

  constructor(code: LoanErrorCode, sentence: Sentence, details: LoanErrorDetails = {}) {
    super(sentence.en, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'LoanError';
    this.code = code;
    this.rule = details.rule ?? null;
    this.sentence = sentence;
    this.pointer = details.pointer ?? null;
    this.faults = details.faults ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
  }
}

/** The same answer for what is not there and for what the caller may not see. */
export function notFound(zh = '没有这份申请单。', en = 'There is no such request.'): LoanError {
  return new LoanError('not_found', { zh, en });
}

/** Throws one error with every fault, if there is any. */
export function refuseFaults(faults: readonly FieldFault[]): void {
  const [first] = faults;
  if (first === undefined) return;
  const more = faults.length - 1;
  const sentence =
    more === 0
      ? { zh: first.zh, en: first.en }
      : { zh: `${first.zh}（另有${more}处）`, en: `${first.en} (and ${more} more)` };
  throw new LoanError('invalid', sentence, { faults, rule: first.rule, pointer: first.pointer });
}
