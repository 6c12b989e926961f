import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import Type, { type TObject, type TSchema } from 'typebox';
import { visitor } from '../../../loans/access/roles.ts';
import type { Actor } from '../../../loans/actor.ts';
import { problemsOf } from '../../../members/faults.ts';
import { type BadInput, badInput, ProblemError, problems } from '../../problem.ts';

/** Who may use a route at all; what of it they may do is decided by the loan core. */
export type Audience = 'anyone' | 'signed-in' | 'reader' | 'staff';

export interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly actor: Actor;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

export interface LoanRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  /** What programs know the route by, wherever it moves. */
  readonly operationId: string;
  readonly who: Audience;
  readonly summary: string;
  readonly tag: 'readers' | 'requests' | 'desks' | 'rules';
  readonly params?: TObject;
  readonly query?: TObject;
  /** Calls from one address within a time; none but the gateway's own without it. */
  readonly limit?: { readonly max: number; readonly timeWindow: number };
  readonly headers?: TObject;
  readonly body?: TSchema;
  /**
   * `shape`: the body is checked against its schema here. `keys`: only for keys nobody knows; the
   * loan core reads the rest and names every fault in the reader's language.
   */
  readonly checked?: 'shape' | 'keys';
  /** A form of parts (RFC 7578) in place of JSON; the handler reads it. */
  readonly form?: TObject;
  /** Status and body of the answer; a body of null for none. */
  readonly answers: Readonly<Record<number, TSchema | null>>;
  readonly run: (call: Call) => Promise<unknown>;
}

export type Seats = (request: FastifyRequest, reply: FastifyReply) => Promise<Actor | null>;

const problemStatuses = [400, 401, 403, 404, 409, 412, 422, 428, 429, 503];

/** Registers one route with its description, so that none can be there without one. */
export function addRoute(app: FastifyInstance, seats: Seats, route: LoanRoute): void {
  const { method, url, who, run } = route;
  app.route({
    method,
    url,
    schema: describe(route),
    config: { who, ...(route.limit && { rateLimit: route.limit }) },
    // Before the input is looked at: what is wrong with it is nothing for strangers.
    preValidation: async (request, reply) => {
      admitted.set(request, admit(who, await seats(request, reply)));
    },
    handler: async (request, reply) => {
      return await run({
        request,
        reply,
        actor: admitted.get(request) ?? visitor,
        params: (request.params ?? {}) as Record<string, string>,
        query: (request.query ?? {}) as Record<string, string | undefined>,
        body: request.body,
      });
    },
  });
}

const admitted = new WeakMap<FastifyRequest, Actor>();

function admit(who: Audience, actor: Actor | null): Actor {
  if (actor === null) {
    if (who === 'anyone') return visitor;
    throw new ProblemError(401, 'unauthorized', 'sign in first: POST /api/v1/sessions', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  if (who === 'reader' && actor.kind !== 'reader') {
    throw new ProblemError(403, 'forbidden', 'this is for readers');
  }
  if (who === 'staff' && actor.kind !== 'staff') {
    throw new ProblemError(403, 'forbidden', 'this is for staff of the libraries');
  }
  return actor;
}

function describe(route: LoanRoute): FastifySchema {
  const { who, operationId, summary, tag, params, query, headers, body, form, answers } = route;
  const response = Object.fromEntries([
    ...Object.entries(answers).map(([status, schema]) => [
      status,
      schema === null ? { type: 'null', description: 'Nothing' } : answerOf(schema),
    ]),
    ...problemStatuses.map((status) => [status, problems]),
  ]);
  return {
    tags: [tag],
    operationId,
    summary,
    ...(params && { params }),
    ...(query && { querystring: query }),
    ...(headers && { headers: readByHandler(headers) }),
    ...(body && { body: checkedAs(body, route.checked ?? 'shape') }),
    // Describes the form; the parts are read as they come, so there is no body to check.
    ...(form && { consumes: ['multipart/form-data'], body: checkedAs(form, 'keys') }),
    security: who === 'anyone' ? [] : [{ session: [] }, { cookie: [] }],
    response,
  } as FastifySchema;
}

/** Bytes are images here; everything else is JSON. */
function answerOf(schema: TSchema): object {
  const isImage = 'format' in schema && schema.format === 'binary';
  return isImage ? { description: 'A photo', content: { 'image/jpeg': { schema } } } : schema;
}

const lenient = new WeakSet<object>();

function checkedAs(schema: TSchema, checked: 'shape' | 'keys'): TSchema {
  if (checked === 'keys') lenient.add(schema);
  return schema;
}

const handled = new WeakSet<object>();

/** Headers are read where they are used, which answers 400, 412 or 428 with a sentence of its own. */
function readByHandler(headers: TObject): TObject {
  handled.add(headers);
  return headers;
}

/** Checks every part of a request against its schema and lists all that is wrong at once. */
export function compileCheck({ schema }: { schema: unknown }): (value: unknown) => Checked {
  if (handled.has(schema as object)) return (value) => ({ value });
  const problems = lenient.has(schema as object)
    ? unknownKeys(schema as TObject)
    : problemsOf(schema as TSchema);
  return (value) => {
    const faults = problems(value ?? {});
    return faults.length === 0 ? { value } : { error: badInput(faults) };
  };
}

type Checked = { readonly value: unknown } | { readonly error: Error };

function unknownKeys(schema: TObject): (value: unknown) => readonly BadInput[] {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return [{ pointer: '', message: 'must be an object' }];
    }
    return Object.keys(value)
      .filter((key) => !Object.hasOwn(schema.properties, key))
      .map((key) => ({ pointer: `/${key}`, message: 'is not a known key' }));
  };
}

export const closedObject = <P extends Type.TProperties>(properties: P, title?: string) =>
  Type.Object(properties, { additionalProperties: false, ...(title && { title }) });

/** The version that `If-Match` names; 428 without the header, 412 for what is no version of ours. */
export function ifMatch(request: FastifyRequest): number {
  const condition = request.headers['if-match'];
  if (condition === undefined) {
    throw new ProblemError(428, 'precondition-required', 'send If-Match with the ETag you read');
  }
  const version = /^"(\d{1,15})"$/.exec(condition)?.[1];
  if (version === undefined) {
    throw new ProblemError(412, 'precondition-failed', 'If-Match must be an ETag of this resource');
  }
  return Number(version);
}

export const ifMatchHeader = Type.Object({
  'if-match': Type.String({ description: 'The ETag that was read: the version in quotes' }),
});
