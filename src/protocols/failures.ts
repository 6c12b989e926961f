import { XmlError } from '../marc/xml/reader.ts';
import { ConnectorError, type ConnectorErrorCode } from '../members/errors.ts';
import { UnsupportedQueryError } from '../query/errors.ts';
import { AnswerError } from './answers/errors.ts';
import { EgressError, type EgressReason } from './egress/errors.ts';
import type { HttpAnswer } from './types.ts';

const codes: Readonly<Record<EgressReason, ConnectorErrorCode>> = {
  forbidden_address: 'unreachable',
  forbidden_url: 'unreachable',
  bad_request: 'malformed',
  dns: 'unreachable',
  connect_refused: 'unreachable',
  connect_reset: 'unreachable',
  connect_timeout: 'unreachable',
  no_route: 'unreachable',
  tls: 'unreachable',
  deadline: 'timeout',
  stopped: 'stopped',
  queue_full: 'busy',
  closed: 'stopped',
  http_protocol: 'malformed',
  bad_encoding: 'malformed',
  body_cut: 'malformed',
  body_too_large: 'malformed',
  body_ratio: 'malformed',
  body_too_slow: 'timeout',
  redirect: 'malformed',
};

/**
 * Whatever went wrong between the gateway and a library as the connector's own error: the way there, the
 * shape of the XML, a query that cannot be said. Null for anything else, which is a bug and must be thrown.
 */
export function knownFailure(
  libraryId: string,
  error: unknown,
  hits: number | null = null,
): ConnectorError | null {
  const known = hits === null ? {} : { hits };
  if (error instanceof ConnectorError) {
    if (hits === null || error.hits !== null) return error;
    return new ConnectorError(libraryId, error.code, error.message, {
      cause: error.cause ?? error,
      reason: error.reason,
      ...(error.retryAfterMs === null ? {} : { retryAfterMs: error.retryAfterMs }),
      hits,
    });
  }
  if (error instanceof EgressError) {
    const details = { cause: error, reason: error.reason, ...known };
    return new ConnectorError(libraryId, codes[error.reason], error.message, details);
  }
  if (error instanceof XmlError || error instanceof AnswerError) {
    const code = error instanceof AnswerError ? error.code : 'malformed';
    const details = { cause: error, reason: error.reason, ...known };
    return new ConnectorError(libraryId, code, error.message, details);
  }
  if (error instanceof UnsupportedQueryError) {
    return new ConnectorError(libraryId, 'unsupported', error.message, {
      cause: error,
      reason: 'query',
    });
  }
  return null;
}

/** Longest wait a server may ask for; what it says beyond is taken as this. */
const maxRetryAfterMs = 600_000;

/** What an HTTP status says about a library (RFC 9110 section 15); null for 2xx. */
export function httpFailure(libraryId: string, answer: HttpAnswer): ConnectorError | null {
  const { status } = answer;
  if (status >= 200 && status < 300) return null;
  const reason = `http_${status}`;
  const fail = (code: ConnectorErrorCode, message: string, retryAfterMs?: number) =>
    new ConnectorError(libraryId, code, message, {
      reason,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  if (status === 401 || status === 403) return fail('refused', 'The server refused access.');
  if (status === 429 || status === 503) {
    const wait = retryAfter(answer.headers['retry-after'], Date.now());
    return fail('busy', 'The server said it is busy.', wait);
  }
  if (status >= 500) return fail('unreachable', `The server failed with HTTP ${status}.`);
  if (status >= 300 && status < 400) {
    return fail('malformed', 'The server redirects to another place.');
  }
  return fail('malformed', `The server answered HTTP ${status}.`);
}

/** Retry-After in seconds or as a date (RFC 9110 section 10.2.3), in milliseconds from now. */
function retryAfter(value: string | string[] | undefined, now: number): number | undefined {
  const text = String(value ?? '').trim();
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  if (Number.isNaN(waitMs)) return undefined;
  return Math.min(Math.max(waitMs, 0), maxRetryAfterMs);
}
