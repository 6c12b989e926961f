import type { FastifyRequest } from 'fastify';
import { LoanError, type LoanErrorCode } from '../../../loans/errors.ts';
import { isAway, StoreError } from '../../../store/errors.ts';
import { languageOf } from '../../language.ts';
import { ProblemError, type ProblemType } from '../../problem.ts';

/** How what the loan core refuses is said over HTTP. */
const answers = {
  not_found: { status: 404, type: 'not-found' },
  forbidden: { status: 403, type: 'forbidden' },
  invalid: { status: 400, type: 'bad-input' },
  refused: { status: 409, type: 'refused-by-rule' },
  not_open: { status: 409, type: 'not-open' },
  stale: { status: 412, type: 'precondition-failed' },
  taken: { status: 409, type: 'conflict' },
  not_signed_in: { status: 401, type: 'unauthorized' },
  throttled: { status: 429, type: 'rate-limited' },
  busy: { status: 503, type: 'overloaded' },
} as const satisfies Record<LoanErrorCode, { status: number; type: ProblemType }>;

const away = {
  zh: '数据库暂时不可用，请稍后再试。',
  en: 'The database is away for the moment; nothing is lost, try again soon.',
};
const awaySeconds = 5;

/** An error of the loan core or its store as a problem document; any other error as it is. */
export function problemOf(error: unknown, request: FastifyRequest): unknown {
  const language = languageOf(request);
  if (error instanceof LoanError) {
    const { status, type } = answers[error.code];
    const over = error.pointer === '/volumes' && error.rule !== null;
    const wait = error.retryAfterSeconds ?? (status === 503 ? 1 : null);
    const said = over ? ({ status: 409, type: 'over-limit' } as const) : { status, type };
    return new ProblemError(said.status, said.type, error.sentence[language], {
      rule: error.rule,
      errors: error.faults.map((fault) => ({
        pointer: fault.pointer,
        message: fault[language],
        ...(fault.rule === null ? {} : { rule: fault.rule }),
      })),
      headers: {
        ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
        ...(wait === null ? {} : { 'retry-after': String(wait) }),
      },
    });
  }
  if (isAway(error)) {
    request.log.warn({ err: error }, 'the database is away');
    const headers = { 'retry-after': String(awaySeconds) };
    return new ProblemError(503, 'unavailable', away[language], { headers });
  }
  if (!(error instanceof StoreError)) return error;
  if (error.code === 'idempotency_running') {
    const headers = { 'retry-after': '1' };
    return new ProblemError(409, 'key-running', error.message, { headers });
  }
  if (error.code === 'idempotency_mismatch') {
    return new ProblemError(422, 'key-reused', error.message);
  }
  return error;
}
