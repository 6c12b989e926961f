import { errors } from 'undici';

export const egressReasons = [
  'forbidden_address',
  'forbidden_url',
  'bad_request',
  'dns',
  'connect_refused',
  'connect_reset',
  'connect_timeout',
  'no_route',
  'tls',
  'deadline',
  'stopped',
  'queue_full',
  'closed',
  'http_protocol',
  'bad_encoding',
  'body_cut',
  'body_too_large',
  'body_ratio',
  'body_too_slow',
  'redirect',
] as const;
export type EgressReason = (typeof egressReasons)[number];

/**
 * Why a connection was not made or an answer not taken. `reason` is for deciding, logs and metrics;
 * `message` is one English sentence for librarians and never holds what the other side sent.
 */
export class EgressError extends Error {
  readonly reason: EgressReason;

  constructor(reason: EgressReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'EgressError';
    this.reason = reason;
  }
}

const reasonsByErrno: Readonly<Record<string, EgressReason>> = {
  ECONNREFUSED: 'connect_refused',
  ECONNRESET: 'connect_reset',
  EPIPE: 'connect_reset',
  ECONNABORTED: 'connect_reset',
  UND_ERR_SOCKET: 'connect_reset',
  ETIMEDOUT: 'connect_timeout',
  EHOSTUNREACH: 'no_route',
  ENETUNREACH: 'no_route',
  EHOSTDOWN: 'no_route',
  ENETDOWN: 'no_route',
  EADDRNOTAVAIL: 'no_route',
  EACCES: 'no_route',
  EPERM: 'no_route',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
  UND_ERR_HEADERS_OVERFLOW: 'http_protocol',
  UND_ERR_INVALID_ARG: 'bad_request',
};

/** The code of a system error; the first one of several attempts made side by side. */
function errnoOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error instanceof AggregateError && error.errors.length > 0) return errnoOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Any error of the socket, TLS or HTTP layer as an EgressError; `otherwise` where its code says nothing. */
export function toEgressError(error: unknown, otherwise: EgressReason): EgressError {
  if (error instanceof EgressError) return error;
  const unparsed = error instanceof errors.HTTPParserError;
  const reason = unparsed ? 'http_protocol' : (reasonsByErrno[errnoOf(error)] ?? otherwise);
  return new EgressError(reason, sentences[reason], error);
}

export const sentences: Readonly<Record<EgressReason, string>> = {
  forbidden_address: 'The address is not one that this gateway may connect to.',
  forbidden_url: 'The URL is not one that this gateway may ask.',
  bad_request: 'The request cannot be written as HTTP.',
  dns: 'The host name could not be resolved.',
  connect_refused: 'The server refused the connection.',
  connect_reset: 'The server broke the connection off.',
  connect_timeout: 'The server did not take the connection in time.',
  no_route: 'There is no route to the server.',
  tls: 'The TLS handshake failed.',
  deadline: 'The deadline passed.',
  stopped: 'The call was stopped.',
  queue_full: 'Too many calls are waiting for a connection to this server.',
  closed: 'The gateway is shutting down.',
  http_protocol: 'The server did not answer in HTTP.',
  bad_encoding: 'The answer is encoded in a way that was not asked for.',
  body_cut: 'The answer ended before it was complete.',
  body_too_large: 'The answer is larger than allowed.',
  body_ratio: 'The answer unpacks to far more than was sent.',
  body_too_slow: 'The answer came too slowly.',
  redirect: 'The server redirects to a place that was not approved.',
};
