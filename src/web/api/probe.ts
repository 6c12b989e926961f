import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { type ProbeTarget, ProbeTargetError, parseTarget } from '../../probe/index.ts';
import type { WebContext } from '../context.ts';
import { badInput, notFound, ProblemError, problemSchema } from '../problem.ts';
import { administratorOnly } from './libraries.ts';

const problems = { content: { 'application/problem+json': { schema: problemSchema } } };
const bilingual = Type.Object({ zh: Type.String(), en: Type.String() });

const reportSchema = Type.Object(
  {
    target: Type.String(),
    protocol: Type.String(),
    startedAt: Type.String(),
    elapsedMs: Type.Integer(),
    score: Type.Integer({ minimum: 0, maximum: 100 }),
    counts: Type.Object({ pass: Type.Integer(), warn: Type.Integer(), fail: Type.Integer() }),
    askedFrom: Type.Union([Type.String(), Type.Null()]),
    politeness: Type.Object({}, { additionalProperties: true }),
    phases: Type.Object({}, { additionalProperties: true }),
    probes: Type.Array(
      Type.Object({
        id: Type.String(),
        group: Type.String(),
        name: bilingual,
        verdict: Type.Enum(['pass', 'warn', 'fail']),
        evidence: bilingual,
        fix: Type.Union([bilingual, Type.Null()]),
      }),
    ),
    document: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()]),
  },
  { title: 'ProbeReport', description: 'A verdict for each probe, and a document that works' },
);

const bodySchema = Type.Object(
  {
    address: Type.Optional(
      Type.String({ maxLength: 2000, description: 'z3950://host:port/database or a URL' }),
    ),
    document: Type.Optional(Type.Object({}, { additionalProperties: true })),
  },
  { additionalProperties: false, description: 'An address, or a library document' },
);

/** Probes that run at once; each takes up to half a minute of a library's attention. */
const maxRunning = 2;

/** `POST /probe` and `POST /libraries/{id}/probe`, for administrators; everything goes through the egress. */
export function registerProbe(app: FastifyInstance, context: WebContext): void {
  const run = context.probe;
  if (run === undefined) return;
  let running = 0;
  const bounded = async (request: FastifyRequest, target: ProbeTarget) => {
    if (running >= maxRunning) {
      throw new ProblemError(503, 'overloaded', 'other probes are running', {
        headers: { 'retry-after': '30' },
      });
    }
    running += 1;
    const left = new AbortController();
    request.raw.socket?.once('close', () => left.abort());
    try {
      return await run(target, left.signal);
    } finally {
      running -= 1;
    }
  };
  const shared = {
    tags: ['libraries'],
    security: [{ administrator: [] }],
    response: { 200: reportSchema, 400: problems, 401: problems, 404: problems, 503: problems },
  };

  app.post(
    '/api/v1/probe',
    {
      schema: {
        ...shared,
        summary: 'Finds out what an address or a document not yet registered can do',
        body: bodySchema,
      },
    },
    async (request) => {
      administratorOnly(context, request);
      return bounded(request, targetOf(context, request.body as ProbeBody));
    },
  );

  app.post(
    '/api/v1/libraries/:id/probe',
    {
      schema: {
        ...shared,
        summary: 'Finds out what a registered library can do now',
        params: Type.Object({ id: Type.String() }),
      },
    },
    async (request) => {
      administratorOnly(context, request);
      const { id } = request.params as { id: string };
      const entry = context.directory.get(id);
      if (entry === undefined) throw notFound('no such library');
      return bounded(request, { kind: 'document', input: entry.input });
    },
  );
}

interface ProbeBody {
  readonly address?: string;
  readonly document?: unknown;
}

function targetOf(context: WebContext, { address, document }: ProbeBody): ProbeTarget {
  if ((address === undefined) === (document === undefined)) {
    throw badInput([{ pointer: '', message: 'needs either an address or a document' }]);
  }
  if (address !== undefined) {
    try {
      return parseTarget(address);
    } catch (error) {
      if (!(error instanceof ProbeTargetError)) throw error;
      throw badInput([{ pointer: '/address', message: error.message }]);
    }
  }
  const checked = context.check(document);
  if ('faults' in checked) {
    throw badInput(
      checked.faults.map(({ pointer, message }) => ({ pointer: `/document${pointer}`, message })),
    );
  }
  return { kind: 'document', input: checked.input };
}
