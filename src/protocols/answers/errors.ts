import type { ConnectorErrorCode } from '../../members/errors.ts';

/**
 * An answer that is none in its protocol: a web page, another protocol's document, text without the shape
 * the library's document promises, a refusal. `reason` is for logs and metrics, `message` one English
 * sentence.
 */
export class AnswerError extends Error {
  readonly reason: string;
  readonly code: ConnectorErrorCode;

  constructor(reason: string, message: string, code: ConnectorErrorCode = 'malformed') {
    super(message);
    this.name = 'AnswerError';
    this.reason = reason;
    this.code = code;
  }
}
