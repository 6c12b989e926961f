import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { librarySchema } from '../../../members/document.ts';
import { latencyOf } from '../../../members/health/report.ts';
import { foreignVariables } from '../../../members/registration/addresses.ts';
import type { SideTally } from '../../../members/shadow/compare.ts';
import type { ShadowState } from '../../../members/shadow/index.ts';
import type { WebContext } from '../../context.ts';
import { badInput, notFound, problems } from '../../problem.ts';
import { byOwner, ownEntry } from '../libraries/callers.ts';
import { openHealth } from './reports.ts';

const count = Type.Integer({ minimum: 0 });
const counts = <T extends readonly string[]>(names: T) =>
  Type.Object(Object.fromEntries(names.map((name) => [name, count])));
const side = Type.Object({
  latency: Type.Record(Type.String(), Type.Object({}, { additionalProperties: true })),
  causes: Type.Record(Type.String(), count),
});

const reportSchema = Type.Object(
  {
    library: Type.String(),
    startedAt: Type.String(),
    endsAt: Type.String(),
    compared: count,
    skipped: count,
    cut: count,
    outcomes: counts(['both', 'onlyLive', 'onlyCandidate', 'neither']),
    hits: counts(['equal', 'fewer', 'more']),
    records: counts(['same', 'different', 'renumbered', 'missing', 'extra', 'elsewhere']),
    fields: Type.Record(Type.String(), count),
    live: side,
    candidate: side,
    examples: Type.Array(
      Type.Object({
        kind: Type.String(),
        localId: Type.String(),
        fields: Type.Array(Type.String()),
      }),
    ),
  },
  { title: 'ShadowReport', description: 'How a candidate answered beside the document in use' },
);

/** A candidate document that answers beside the one in use, before anybody relies on it. */
export function registerShadow(app: FastifyInstance, context: WebContext): void {
  const shared = {
    tags: ['libraries'],
    params: Type.Object({ id: Type.String() }),
    ...byOwner,
  };
  const failures = { 401: problems, 403: problems, 404: problems, 503: problems };

  app.put(
    '/api/v1/libraries/:id/shadow',
    {
      validatorCompiler: () => (value) => ({ value }),
      schema: {
        ...shared,
        operationId: 'startShadow',
        summary:
          'Has a candidate document asked what readers ask the one in use; counts begin anew',
        body: librarySchema,
        response: { 200: reportSchema, 400: problems, ...failures },
      },
    },
    async (request, reply) => {
      const { entry, caller } = await ownEntry(context, request, reply);
      const { shadows } = openHealth(context);
      const checked = context.check(request.body);
      if ('faults' in checked) throw badInput(checked.faults);
      const { id } = entry.library;
      if (checked.library.id !== id) {
        throw badInput([{ pointer: '/id', message: `must be ${id}` }]);
      }
      if (caller.kind === 'library') {
        const foreign = foreignVariables(checked.input, entry.input);
        if (foreign.length > 0) throw badInput(foreign);
      }
      return shown(await shadows.start(id, checked.input, caller));
    },
  );

  app.get(
    '/api/v1/libraries/:id/shadow',
    {
      schema: {
        ...shared,
        operationId: 'showShadow',
        summary: 'What was counted of the candidate: hits, records, times, causes, examples',
        response: { 200: reportSchema, ...failures },
      },
    },
    async (request, reply) => {
      const { entry } = await ownEntry(context, request, reply);
      const found = await openHealth(context).shadows.state(entry.library.id);
      if (found === null) throw notFound(`${entry.library.id} has no candidate`);
      return shown(found);
    },
  );

  app.delete(
    '/api/v1/libraries/:id/shadow',
    {
      schema: {
        ...shared,
        operationId: 'endShadow',
        summary: 'Ends the comparison and forgets what was counted',
        response: { 204: Type.Null(), ...failures },
      },
    },
    async (request, reply) => {
      const { entry, caller } = await ownEntry(context, request, reply);
      if (!(await openHealth(context).shadows.end(entry.library.id, caller))) {
        throw notFound(`${entry.library.id} has no candidate`);
      }
      return reply.code(204).send();
    },
  );
}

/** Histograms as the figures people read; the document itself is its owner's already. */
function shown({ library, startedAt, endsAt, report }: ShadowState) {
  const { live, candidate, ...counted } = report;
  return {
    library,
    startedAt: startedAt.toISOString(),
    endsAt: endsAt.toISOString(),
    ...counted,
    live: shownSide(live),
    candidate: shownSide(candidate),
  };
}

function shownSide({ times, causes }: SideTally) {
  return { latency: latencyOf({ times }), causes };
}
