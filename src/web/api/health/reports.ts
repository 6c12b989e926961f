import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { type Range, ranges } from '../../../members/health/report.ts';
import { phases } from '../../../members/types.ts';
import type { WebContext } from '../../context.ts';
import { busy, problems } from '../../problem.ts';
import { publicLibrary } from '../libraries/callers.ts';
import { windowSchema } from './windows.ts';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const time = Type.String({ description: 'ISO 8601' });
const share = nullable(
  Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'Share of the hours in which it answered; null where it was not asked',
  }),
);
const bilingual = { zh: Type.String(), en: Type.String() };
const sentence = Type.Object(bilingual);
const state = Type.Enum(
  ['unknown', 'well', 'degraded', 'failing', 'maintenance', 'paused'] as const,
  {
    description: 'unknown: nothing was heard yet, which is not the same as well',
  },
);
const latency = Type.Object({
  count: Type.Integer(),
  p50Ms: nullable(Type.Number()),
  p90Ms: nullable(Type.Number()),
  p99Ms: nullable(Type.Number()),
});
const availability = Type.Object({
  share,
  hoursAsked: Type.Integer(),
  hours: Type.Integer(),
});
const slice = Type.Object({
  since: time,
  share,
  asks: Type.Integer(),
  p50Ms: nullable(Type.Number()),
});

const reportSchema = Type.Object(
  {
    library: Type.String(),
    state,
    since: nullable(time),
    cause: nullable(Type.Object({ code: Type.String(), ...bilingual, fix: sentence })),
    lastGoodAt: nullable(time),
    lastCheckedAt: nullable(time),
    availability: Type.Object({
      '24h': availability,
      '7d': availability,
      '30d': availability,
      '90d': availability,
    }),
    range: Type.Enum(Object.keys(ranges)),
    answers: Type.Record(Type.String(), Type.Integer(), {
      description: 'Asks of the range by answer state',
    }),
    latency: Type.Object(
      Object.fromEntries(['total', ...phases].map((phase) => [phase, Type.Optional(latency)])),
    ),
    causes: Type.Array(
      Type.Object({
        cause: Type.String(),
        count: Type.Integer(),
        message: sentence,
        fix: sentence,
      }),
    ),
    incidents: Type.Array(
      Type.Object({
        beganAt: time,
        endedAt: nullable(time),
        cause: Type.String(),
        message: sentence,
      }),
    ),
    maintenance: Type.Array(windowSchema),
    hours: Type.Array(slice, { description: 'The last 24 hours, the oldest first' }),
    days: Type.Array(slice, { description: 'The last 90 days (UTC), the oldest first' }),
  },
  { title: 'LibraryHealth', description: 'How a library has answered; never what was asked' },
);

const listSchema = Type.Object({
  libraries: Type.Array(
    Type.Object({
      library: Type.String(),
      name: Type.Object({ zh: Type.String(), en: Type.Optional(Type.String()) }),
      state,
      since: nullable(time),
      lastGoodAt: nullable(time),
      availability,
      latency: nullable(latency),
      maintenance: nullable(windowSchema),
    }),
  ),
});

/** Figures of a minute ago will do, for browsers and for what stands between. */
const cacheControl = 'public, max-age=15';

/** How members do: public, read-only, without cookies. */
export function registerReports(app: FastifyInstance, context: WebContext): void {
  app.get(
    '/api/v1/health',
    {
      schema: {
        operationId: 'listLibraryHealth',
        tags: ['libraries'],
        summary: 'How each library does now, and over the last 24 hours',
        response: { 200: listSchema, 503: problems },
      },
    },
    async (_request, reply) => {
      const { reader } = openHealth(context);
      return reply.header('cache-control', cacheControl).send({ libraries: await reader.list() });
    },
  );

  app.get(
    '/api/v1/libraries/:id/health',
    {
      schema: {
        operationId: 'showLibraryHealth',
        tags: ['libraries'],
        summary: 'State, availability, times by phase, causes and incidents of one library',
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object({ range: Type.Optional(Type.Enum(Object.keys(ranges))) }),
        response: { 200: reportSchema, 400: problems, 404: problems, 503: problems },
      },
    },
    async (request, reply) => {
      const { id } = publicLibrary(context, request);
      const { range = '24h' } = request.query as { range?: Range };
      const report = await openHealth(context).reader.report(id, range);
      return reply.header('cache-control', cacheControl).send(report);
    },
  );
}

/** Health once its database is open; until then the caller is to come back. */
export function openHealth({ health }: WebContext) {
  if (health?.isOpen === true) return health;
  throw busy('the history of libraries is not open', 2);
}
