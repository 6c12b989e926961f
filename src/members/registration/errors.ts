import type { Problem } from '../faults.ts';

/** Text for people, in both languages. */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

export const registrationErrorCodes = [
  /** Not there, or not the caller's to know about. */
  'not_found',
  /** The caller may not do this. */
  'forbidden',
  /** Not possible as the entry stands. */
  'conflict',
  /** The caller acted on an older version. */
  'stale',
  /** The document or the wish has faults; all are listed. */
  'invalid',
] as const;
export type RegistrationErrorCode = (typeof registrationErrorCodes)[number];

/** What the registry refuses. Never holds a token, a code or a password. */
export class RegistrationError extends Error {
  readonly code: RegistrationErrorCode;
  readonly sentence: Sentence;
  readonly problems: readonly Problem[];

  constructor(
    code: RegistrationErrorCode,
    sentence: Sentence,
    problems: readonly Problem[] = [],
    options?: ErrorOptions,
  ) {
    super(sentence.en, options);
    this.name = 'RegistrationError';
    this.code = code;
    this.sentence = sentence;
    this.problems = problems;
  }
}

export function notRegistered(id: string): RegistrationError {
  return new RegistrationError('not_found', {
    zh: `没有登记过 id 为 ${id} 的图书馆。`,
    en: `No library is registered with the id ${id}.`,
  });
}

export function conflict(zh: string, en: string): RegistrationError {
  return new RegistrationError('conflict', { zh, en });
}

export function forbidden(zh: string, en: string): RegistrationError {
  return new RegistrationError('forbidden', { zh, en });
}
