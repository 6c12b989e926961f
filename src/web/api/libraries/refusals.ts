import type { FastifyRequest } from 'fastify';
import {
  RegistrationError,
  type RegistrationErrorCode,
} from '../../../members/registration/errors.ts';
import { languageOf } from '../../language.ts';
import { ProblemError, type ProblemType } from '../../problem.ts';
import { problemOf } from '../loans/refusals.ts';

const answers = {
  not_found: { status: 404, type: 'not-found' },
  forbidden: { status: 403, type: 'forbidden' },
  conflict: { status: 409, type: 'conflict' },
  stale: { status: 412, type: 'precondition-failed' },
  invalid: { status: 400, type: 'bad-input' },
} as const satisfies Record<RegistrationErrorCode, { status: number; type: ProblemType }>;

/** What the registry or the store refuses as a problem document; any other error as it is. */
export function refusalOf(error: unknown, request: FastifyRequest): unknown {
  if (!(error instanceof RegistrationError)) return problemOf(error, request);
  const { status, type } = answers[error.code];
  const errors = error.problems.map(({ pointer, message }) => ({ pointer, message }));
  return new ProblemError(status, type, error.sentence[languageOf(request)], { errors });
}
