import { UnmappableError } from '../../marc/charset/index.ts';
import { ConnectorError, type ConnectorErrorCode } from '../../members/errors.ts';
import { UnsupportedQueryError } from '../../query/index.ts';
import { knownFailure } from '../failures.ts';
import { failureOf } from './diagnostics.ts';
import {
  type AssociationEnd,
  AssociationEndedError,
  DiagnosticError,
  InitRefusedError,
  Z3950Error,
} from './errors.ts';

const codesOfEnds: Readonly<Record<AssociationEnd, ConnectorErrorCode>> = {
  connect_reset: 'unreachable',
  close_finished: 'unreachable',
  close_shutdown: 'unreachable',
  close_systemProblem: 'unreachable',
  close_costLimit: 'busy',
  close_resources: 'busy',
  close_securityViolation: 'refused',
  close_protocolError: 'malformed',
  close_lackOfActivity: 'unreachable',
  close_peerAbort: 'unreachable',
  close_unspecified: 'unreachable',
};

/** Whatever ended a search as the connector's own error. What is none of these is a bug and is thrown on. */
export function toConnectorError(
  libraryId: string,
  error: unknown,
  hits: number | null,
): ConnectorError {
  const known = knownFailure(libraryId, error, hits);
  if (known !== null) return known;
  const { code, reason, message } = describe(error);
  return new ConnectorError(libraryId, code, message, {
    cause: error,
    reason,
    ...(hits === null ? {} : { hits }),
  });
}

function describe(error: unknown): { code: ConnectorErrorCode; reason: string; message: string } {
  if (error instanceof DiagnosticError) return failureOf(error.diagnostic);
  if (error instanceof InitRefusedError) return refusal(error);
  if (error instanceof AssociationEndedError) {
    return { code: codesOfEnds[error.reason], reason: error.reason, message: error.message };
  }
  if (error instanceof Z3950Error) {
    return { code: 'malformed', reason: error.reason, message: error.message };
  }
  if (error instanceof UnsupportedQueryError) {
    return { code: 'unsupported', reason: 'query', message: error.en };
  }
  if (error instanceof UnmappableError) {
    return { code: 'unsupported', reason: 'unmappable_term', message: error.message };
  }
  throw error;
}

/** A refusal without a reason is one of access; with one, it may only be a busy hour. */
function refusal(error: InitRefusedError) {
  const [diagnostic] = error.diagnostics;
  if (diagnostic === undefined) {
    return { code: 'refused', reason: 'init_refused', message: error.message } as const;
  }
  const failure = failureOf(diagnostic);
  return failure.code === 'busy' ? failure : ({ ...failure, code: 'refused' } as const);
}
