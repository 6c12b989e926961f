import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ConnectorError } from '../../members/errors.ts';
import { answerStates, type SourceRecord } from '../../members/types.ts';
import type { WebContext } from '../context.ts';
import { badInput, notFound, ProblemError, problems } from '../problem.ts';
import { holdingSchema } from './answers.ts';

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const answer = Type.Object({
  state: Type.Enum([...answerStates]),
  elapsedMs: Type.Number(),
  cached: Type.Boolean(),
  ageMs: Type.Optional(Type.Number()),
  cause: orNull(Type.String()),
  retryable: Type.Boolean(),
  retryAfterMs: orNull(Type.Number()),
  message: Type.Object({ zh: Type.String(), en: Type.String() }),
});

export const holdingsAnswerSchema = Type.Object(
  {
    id: Type.String({ description: 'The record id asked for, or library/localId' }),
    state: Type.Enum(['complete', 'closed']),
    holdings: Type.Array(Type.Object({ ...holdingSchema.properties, answer })),
  },
  {
    title: 'LiveHoldings',
    description:
      'One holding for each source record, as its library gave it at `asOf`; `unknown` and ' +
      '`asOf: null` where it gave no answer, whatever the catalogue said before',
  },
);

const querystring = Type.Object({
  wait: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 60000, description: 'Deadline in ms; 8000' }),
  ),
});
const responses = { 200: holdingsAnswerSchema, 400: problems, 404: problems, 502: problems };
const unchecked = () => (value: unknown) => ({ value });

/** Where the copies are now: the libraries that hold a record are asked, all at once. */
export function registerHoldings(app: FastifyInstance, context: WebContext): void {
  const { engine } = context;

  const ask = async (
    id: string,
    line: string | null,
    sources: readonly SourceRecord[],
    request: FastifyRequest,
  ) => {
    const refresh = /\bno-cache\b/.test(request.headers['cache-control'] ?? '');
    const wish = { line, waitMs: waitOf(request, context), refresh };
    const holdings = await engine.holdings(sources, wish);
    const isCut = holdings.some((one) => one.answer.cause === 'deadline');
    return { id, state: isCut ? 'closed' : 'complete', holdings };
  };

  app.get(
    '/api/v1/records/:id/holdings',
    {
      validatorCompiler: unchecked,
      schema: {
        tags: ['records'],
        summary: 'Asks the libraries that hold a record where its copies are now',
        params: Type.Object({ id: Type.String({ maxLength: 80 }) }),
        querystring,
        response: responses as Readonly<Record<string, unknown>>,
      },
    },
    async (request, reply) => {
      const { id } = request.params as { id: string };
      waitOf(request, context);
      const found = await engine.recall(id);
      if (!found) throw notFound(`record ${id} is not known any more`);
      reply.header('cache-control', 'no-store');
      return ask(id, id, found.sources, request);
    },
  );

  app.get(
    '/api/v1/libraries/:library/records/:localId/holdings',
    {
      validatorCompiler: unchecked,
      schema: {
        tags: ['records'],
        summary: "The same for one library's record",
        params: Type.Object({
          library: Type.String({ maxLength: 32 }),
          localId: Type.String({ maxLength: 300 }),
        }),
        querystring,
        response: responses as Readonly<Record<string, unknown>>,
      },
    },
    async (request, reply) => {
      const { library, localId } = request.params as { library: string; localId: string };
      waitOf(request, context);
      const found = await oneRecord(context, library, localId);
      if (!found) throw notFound(`${library} has no record ${localId}`);
      reply.header('cache-control', 'no-store');
      return ask(`${library}/${localId}`, null, [found], request);
    },
  );
}

async function oneRecord({ engine }: WebContext, library: string, localId: string) {
  try {
    return await engine.fetchSource(library, localId);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    throw new ProblemError(502, 'library-failed', `${library} did not answer: ${error.reason}`);
  }
}

function waitOf(request: FastifyRequest, { settings }: WebContext): number {
  const { wait, ...others } = request.query as Record<string, unknown>;
  const unknown = Object.keys(others).find((name) => name !== 'lang');
  if (unknown !== undefined) {
    throw badInput([{ pointer: `/${unknown}`, message: 'is not a known parameter' }]);
  }
  if (wait === undefined) return settings.search.waitMs;
  const waitMs = /^[0-9]{1,6}$/.test(String(wait)) ? Number(wait) : Number.NaN;
  if (waitMs <= settings.search.maxWaitMs) return waitMs;
  const message = `must be a whole number of ms up to ${settings.search.maxWaitMs}`;
  throw badInput([{ pointer: '/wait', message }]);
}
