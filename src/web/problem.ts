import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { OverloadedError } from '../search/errors.ts';
import { type Bilingual, languageOf } from './language.ts';

export interface BadInput {
  /** JSON Pointer into the body, or `/name` of a query parameter. */
  readonly pointer: string;
  readonly message: string;
  /** The rule behind it, where a rule decided. */
  readonly rule?: string;
}

export const problemTypes = {
  'bad-input': { zh: '请求内容有误', en: 'The request is not right' },
  unauthorized: { zh: '需要身份凭证', en: 'A token is needed' },
  forbidden: { zh: '没有权限', en: 'Not allowed' },
  'not-found': { zh: '没有找到', en: 'Not found' },
  conflict: { zh: '与当前状态冲突', en: 'In conflict with the present state' },
  'not-open': { zh: '当前不能进行此操作', en: 'This action is not open now' },
  'refused-by-rule': { zh: '规则不允许', en: 'A rule does not allow this' },
  'over-limit': { zh: '超过规定的数量', en: 'More than the rules allow' },
  'foreign-origin': { zh: '请求来自其他网站', en: 'The request came from another site' },
  'key-reused': {
    zh: 'Idempotency-Key 已用于其他请求',
    en: 'The Idempotency-Key was used for another request',
  },
  'key-running': { zh: '同一请求正在处理', en: 'The same request is being handled' },
  'precondition-failed': { zh: '内容已被他人修改', en: 'Changed by somebody else meanwhile' },
  'precondition-required': { zh: '需要 If-Match', en: 'If-Match is needed' },
  overloaded: { zh: '系统繁忙，请稍后再试', en: 'Too busy now, try again later' },
  unavailable: { zh: '服务暂时不可用', en: 'Not available for the moment' },
  'rate-limited': { zh: '请求过于频繁', en: 'Too many requests' },
  'library-failed': { zh: '图书馆未能应答', en: 'The library gave no answer' },
  internal: { zh: '系统内部错误', en: 'Something went wrong on our side' },
  http: { zh: '请求无法处理', en: 'The request cannot be handled' },
} as const satisfies Record<string, Bilingual>;
export type ProblemType = keyof typeof problemTypes;

/** An answer that is a problem document (RFC 9457). */
export class ProblemError extends Error {
  readonly status: number;
  readonly type: ProblemType;
  readonly errors: readonly BadInput[];
  readonly headers: Readonly<Record<string, string>>;
  /** The rule that decided, or null. */
  readonly rule: string | null;

  constructor(
    status: number,
    type: ProblemType,
    detail: string,
    more: {
      errors?: readonly BadInput[];
      headers?: Readonly<Record<string, string>>;
      rule?: string | null;
    } = {},
  ) {
    super(detail);
    this.name = 'ProblemError';
    this.status = status;
    this.type = type;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
    this.rule = more.rule ?? null;
  }
}

export function badInput(errors: readonly BadInput[]): ProblemError {
  const detail = errors.map(({ pointer, message }) => `${pointer}: ${message}`).join('; ');
  return new ProblemError(400, 'bad-input', detail, { errors });
}

export function notFound(what: string): ProblemError {
  return new ProblemError(404, 'not-found', what);
}

/** What cannot be done now, and when the caller may try again. */
export function busy(detail: string, retryAfterSeconds: number): ProblemError {
  return new ProblemError(503, 'overloaded', detail, {
    headers: { 'retry-after': String(retryAfterSeconds) },
  });
}

/** Begins work at libraries, or tells the caller to come back when there is too much of it. */
export function unlessOverloaded<T>(begin: () => T): T {
  try {
    return begin();
  } catch (error) {
    if (!(error instanceof OverloadedError)) throw error;
    const seconds = Math.max(1, Math.ceil(error.retryAfterMs / 1000));
    throw busy('too many searches are in progress', seconds);
  }
}

export const problemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    instance: Type.String({ description: 'The request id' }),
    rule: Type.Optional(Type.String({ description: 'The rule that decided' })),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String(),
          message: Type.String(),
          rule: Type.Optional(Type.String()),
        }),
      ),
    ),
  },
  { title: 'Problem', description: 'RFC 9457 problem document' },
);

/** What a route refuses with, as its description says. */
export const problems = { content: { 'application/problem+json': { schema: problemSchema } } };

/** Turns every error into a problem document; what is not ours to explain stays inside. */
export function registerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | ProblemError, request, reply) => {
    if (error instanceof ProblemError) return sendProblem(request, reply, error);
    if ((error as FastifyError).validation) {
      const { validation = [], validationContext } = error as FastifyError;
      const errors = validation.map((fault) => ({
        pointer: `${fault.instancePath}${missingKey(fault.params)}` || `/${validationContext}`,
        message: fault.message ?? 'is not right',
      }));
      return sendProblem(request, reply, badInput(errors));
    }
    const status = error.statusCode ?? 500;
    if (status >= 500 && status !== 503) {
      request.log.error({ err: error }, 'unexpected error');
      return sendProblem(request, reply, new ProblemError(status, 'internal', ''));
    }
    const type =
      status === 503
        ? 'overloaded'
        : status === 429
          ? 'rate-limited'
          : status === 404
            ? 'not-found'
            : 'http';
    return sendProblem(request, reply, new ProblemError(status, type, error.message));
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, notFound(`nothing is at ${request.method} ${pathOf(request)}`)),
  );
}

function missingKey(params: Record<string, unknown>): string {
  return typeof params.missingProperty === 'string' ? `/${params.missingProperty}` : '';
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: ProblemError,
): FastifyReply {
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .type('application/problem+json; charset=utf-8')
    .send(problemBody(request, problem));
}

/** The document itself, in the language of the request. */
export function problemBody(request: FastifyRequest, problem: ProblemError): object {
  const titles: Bilingual = problemTypes[problem.type];
  const title =
    problem.type === 'http'
      ? (STATUS_CODES[problem.status] ?? titles.en)
      : titles[languageOf(request)];
  return {
    type: `/problems/${problem.type}`,
    title,
    status: problem.status,
    ...(problem.message ? { detail: problem.message } : {}),
    instance: request.id,
    ...(problem.rule === null ? {} : { rule: problem.rule }),
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
  };
}
