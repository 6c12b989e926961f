import { ConnectorError, type ConnectorErrorCode } from '../members/errors.ts';
import { EgressError, type EgressReason } from './egress/errors.ts';

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

/** A failure on the way to or from a library as the connector's own error; null for anything else. */
export function egressFailure(
  libraryId: string,
  error: unknown,
  hits: number | null,
): ConnectorError | null {
  if (error instanceof ConnectorError) return error;
  if (!(error instanceof EgressError)) return null;
  return new ConnectorError(libraryId, codes[error.reason], error.message, {
    cause: error,
    reason: error.reason,
    ...(hits === null ? {} : { hits }),
  });
}
