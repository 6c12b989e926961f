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

/** The error for a well-formed document of another kind, by the name of its root. */
export function otherDocument(root: string, reason: string): AnswerError {
  return root.toLowerCase() === 'html'
    ? new AnswerError('html_answer', 'The server answered with a web page.')
    : new AnswerError(reason, 'The server answered with another kind of document.');
}
