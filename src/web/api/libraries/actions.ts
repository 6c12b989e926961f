import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import {
  approveLibrary,
  moveLibrary,
  pauseLibrary,
  rollBack,
} from '../../../members/registration/index.ts';
import { isRange } from '../../../protocols/egress.ts';
import type { WebContext } from '../../context.ts';
import { badInput } from '../../problem.ts';
import { byFederation, byOwner, ownEntry } from './callers.ts';
import { retire, writeProblems } from './entry.ts';
import {
  bilingualWish,
  closed,
  idParameter,
  ifMatch,
  languageQuery,
  ownersEntry,
  versionNumber,
} from './schemas.ts';
import { conditionOf, refuseReadOnly, registrationOf, sendOwned } from './view.ts';

const nothing = closed({});
const common = {
  tags: ['libraries'],
  params: idParameter,
  querystring: Type.Object(languageQuery),
  headers: ifMatch,
  response: { 200: ownersEntry, ...writeProblems },
};

/** The steps of a library's life: draft → testing → approved → live ⇄ paused → retired. */
export function registerActions(app: FastifyInstance, context: WebContext): void {
  registerSteps(app, context);
  registerApproval(app, context);
  registerPause(app, context);

  app.post(
    '/api/v1/libraries/:id/retire',
    {
      schema: {
        ...common,
        operationId: 'retireLibrary',
        summary: 'Retires a library, as DELETE does; 409 while requests are open',
        body: nothing,
        ...byOwner,
      },
    },
    async (request, reply) =>
      sendOwned(context, reply, await retire(context, request, reply, false)),
  );

  app.post(
    '/api/v1/libraries/:id/rollback',
    {
      schema: {
        ...common,
        operationId: 'rollBackLibrary',
        summary: 'Makes an earlier version the newest again; its addresses must still be approved',
        body: closed({ version: versionNumber }),
        ...byOwner,
      },
    },
    async (request, reply) => {
      const { caller, entry } = await ownEntry(context, request, reply);
      refuseReadOnly(entry);
      const { id } = entry.library;
      const condition = conditionOf(request, false);
      const { version: number } = request.body as { version: number };
      const registration = await registrationOf(context).context();
      await rollBack(registration, caller, { id, condition, number });
      return await sendOwned(context, reply, id);
    },
  );
}

function registerSteps(app: FastifyInstance, context: WebContext): void {
  const steps = [
    {
      action: 'submit',
      summary: 'Asks for approval of a draft',
      operationId: 'submitLibrary',
      who: byOwner,
    },
    {
      action: 'refuse',
      summary: 'Gives a version back to be changed, with a reason',
      operationId: 'refuseLibrary',
      who: byFederation,
    },
    {
      action: 'golive',
      summary: 'Lets an approved version answer',
      operationId: 'putLibraryLive',
      who: byOwner,
    },
    {
      action: 'resume',
      summary: 'Ends a pause',
      operationId: 'resumeLibrary',
      who: byOwner,
    },
  ] as const;
  const reason = Type.Optional(Type.String({ maxLength: 500 }));
  for (const { action, who, ...described } of steps) {
    const body = action === 'refuse' ? closed({ reason }) : nothing;
    app.post(
      `/api/v1/libraries/:id/${action}`,
      { schema: { ...common, ...described, body, ...who } },
      async (request, reply) => {
        const { caller, entry } = await ownEntry(context, request, reply);
        refuseReadOnly(entry);
        const { id } = entry.library;
        const condition = conditionOf(request, false);
        const said = (request.body as { reason?: string }).reason ?? null;
        const registration = await registrationOf(context).context();
        await moveLibrary(registration, caller, action, { id, condition, reason: said });
        return await sendOwned(context, reply, id);
      },
    );
  }
}

const approvalBody = closed({
  ranges: Type.Optional(
    Type.Array(Type.String({ maxLength: 50 }), {
      minItems: 1,
      maxItems: 64,
      description: 'CIDR ranges its addresses must lie in; by default those they have now',
    }),
  ),
  status: Type.Optional(
    Type.Enum(['approved', 'live'], {
      description: 'live (default): it answers at once; approved: it waits to be put live',
    }),
  ),
});

function registerApproval(app: FastifyInstance, context: WebContext): void {
  app.post(
    '/api/v1/libraries/:id/approve',
    {
      schema: {
        ...common,
        operationId: 'approveLibrary',
        summary: 'A second person approves host, port and address range of the newest version',
        body: approvalBody,
        ...byFederation,
      },
    },
    async (request, reply) => {
      const { caller, entry } = await ownEntry(context, request, reply);
      refuseReadOnly(entry);
      const { id } = entry.library;
      const condition = conditionOf(request, false);
      const wish = request.body as { ranges?: string[]; status?: 'approved' | 'live' };
      const ranges = wish.ranges ?? null;
      refuseUnreadable(ranges ?? []);
      const registration = await registrationOf(context).context();
      const to = wish.status ?? 'live';
      await approveLibrary(registration, caller, { id, condition, ranges, to });
      return await sendOwned(context, reply, id);
    },
  );
}

function refuseUnreadable(ranges: readonly string[]): void {
  const errors = ranges.flatMap((range, index) =>
    isRange(range) ? [] : [{ pointer: `/ranges/${index}`, message: 'is not a CIDR range' }],
  );
  if (errors.length > 0) throw badInput(errors);
}

const pauseBody = closed({
  reason: Type.Optional(bilingualWish),
  until: Type.Optional(
    Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'When it answers again by itself',
    }),
  ),
});

function registerPause(app: FastifyInstance, context: WebContext): void {
  app.post(
    '/api/v1/libraries/:id/pause',
    {
      schema: {
        ...common,
        operationId: 'pauseLibrary',
        summary: 'Takes a live library out of searches; readers see it as paused, and why',
        body: pauseBody,
        ...byOwner,
      },
    },
    async (request, reply) => {
      const { caller, entry } = await ownEntry(context, request, reply);
      refuseReadOnly(entry);
      const { id } = entry.library;
      const condition = conditionOf(request, false);
      const { reason = {}, until = null } = request.body as Type.Static<typeof pauseBody>;
      const registration = await registrationOf(context).context();
      const ends = until === null ? null : new Date(until);
      await pauseLibrary(registration, caller, { id, condition, reason, until: ends });
      return await sendOwned(context, reply, id);
    },
  );
}
