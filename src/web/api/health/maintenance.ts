import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { shownWindow } from '../../../members/maintenance.ts';
import type { WebContext } from '../../context.ts';
import { type BadInput, badInput, notFound, ProblemError, problems } from '../../problem.ts';
import { byOwner, ownEntry, publicLibrary } from '../libraries/callers.ts';
import { openHealth } from './reports.ts';
import { windowSchema } from './windows.ts';

const sentence = Type.Optional(Type.String({ maxLength: 200 }));
const bodySchema = Type.Object(
  {
    from: Type.String({ maxLength: 40, description: 'ISO 8601 with its offset' }),
    to: Type.String({ maxLength: 40, description: 'ISO 8601 with its offset' }),
    reason: Type.Optional(
      Type.Object({ zh: sentence, en: sentence }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);

const dayMs = 86_400_000;
const longestDays = 31;
const furthestDays = 366;

/** Times in which a library is not asked, named in advance and shown to readers as planned. */
export function registerMaintenance(app: FastifyInstance, context: WebContext): void {
  const failures = { 401: problems, 403: problems, 404: problems, 503: problems };
  const params = Type.Object({ id: Type.String() });

  app.get(
    '/api/v1/libraries/:id/maintenance',
    {
      schema: {
        operationId: 'listMaintenance',
        tags: ['libraries'],
        summary: 'Maintenance windows that are open or still to come',
        params,
        response: {
          200: Type.Object({ maintenance: Type.Array(windowSchema) }),
          404: problems,
          503: problems,
        },
      },
    },
    async (request) => {
      const { id } = publicLibrary(context, request);
      const { maintenance, now } = openHealth(context);
      return { maintenance: maintenance.planned(id, now()).map(shownWindow) };
    },
  );

  app.post(
    '/api/v1/libraries/:id/maintenance',
    {
      schema: {
        operationId: 'planMaintenance',
        tags: ['libraries'],
        summary: 'Plans a window: the library is not asked in it, and readers are told until when',
        params,
        body: bodySchema,
        response: { 201: windowSchema, 400: problems, 409: problems, ...failures },
        ...byOwner,
      },
    },
    async (request, reply) => {
      const { entry, caller } = await ownEntry(context, request, reply);
      const { maintenance, ...health } = openHealth(context);
      const { id } = entry.library;
      const now = health.now();
      const window = readWindow(request.body as WindowBody, now);
      const made = await maintenance.add({ library: id, ...window, by: caller }, now);
      if (made === 'too_many') {
        throw new ProblemError(409, 'conflict', `${id} has as many windows as one may plan`);
      }
      return reply
        .code(201)
        .header('location', `/api/v1/libraries/${id}/maintenance/${made.id}`)
        .send(shownWindow(made));
    },
  );

  app.delete(
    '/api/v1/libraries/:id/maintenance/:window',
    {
      schema: {
        operationId: 'withdrawMaintenance',
        tags: ['libraries'],
        summary: 'Takes a window back, or ends the one that is open',
        params: Type.Object({ id: Type.String(), window: Type.Integer({ minimum: 1 }) }),
        response: { 204: Type.Null(), ...failures },
        ...byOwner,
      },
    },
    async (request, reply) => {
      const { entry, caller } = await ownEntry(context, request, reply);
      const { maintenance, now } = openHealth(context);
      const { window } = request.params as { window: number };
      if (!(await maintenance.withdraw(entry.library.id, window, caller, now()))) {
        throw notFound(`${entry.library.id} has no window ${window} that is not over`);
      }
      return reply.code(204).send();
    },
  );
}

interface WindowBody {
  readonly from: string;
  readonly to: string;
  readonly reason?: { readonly zh?: string; readonly en?: string };
}

function readWindow({ from, to, reason = {} }: WindowBody, now: Date) {
  const errors: BadInput[] = [];
  const read = (text: string, pointer: string): Date => {
    const time = new Date(text);
    const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d.*(?:Z|[+-]\d\d:\d\d)$/.test(text);
    if (!isTime || Number.isNaN(time.getTime())) {
      errors.push({ pointer, message: 'must be a date and time with its offset from UTC' });
    }
    return time;
  };
  const window = { from: read(from, '/from'), to: read(to, '/to'), reason };
  const lastsMs = window.to.getTime() - window.from.getTime();
  const fault = (isFault: boolean, pointer: string, message: string) => {
    if (errors.length === 0 && isFault) errors.push({ pointer, message });
  };
  fault(lastsMs <= 0, '/to', 'must be after from');
  fault(window.to <= now, '/to', 'is over already');
  fault(lastsMs > longestDays * dayMs, '/to', `must be within ${longestDays} days of from`);
  fault(
    window.from.getTime() - now.getTime() > furthestDays * dayMs,
    '/from',
    'must be within a year',
  );
  if (errors.length > 0) throw badInput(errors);
  return window;
}
