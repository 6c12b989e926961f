import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { RegistrationContext } from '../../../members/registration/context.ts';
import {
  approveLibrary,
  moveLibrary,
  pauseLibrary,
  rollBack,
} from '../../../members/registration/index.ts';
import { isRange } from '../../../protocols/egress.ts';
import type { WebContext } from '../../context.ts';
import { badInput } from '../../problem.ts';
import { byFederation, byOwner } from './callers.ts';
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
import { type Change, ownChange, registrationOf, sendOwned } from './view.ts';

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
    changing(context, async (registration, { caller, ...change }, body) => {
      const { version: number } = body as { version: number };
      await rollBack(registration, caller, { ...change, number });
    }),
  );
}

type Work = (registration: RegistrationContext, change: Change, body: unknown) => Promise<void>;

/** Changes an entry, and answers with it as it stands then. */
function changing(context: WebContext, work: Work) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const change = await ownChange(context, request, reply);
    await work(await registrationOf(context).context(), change, request.body);
    return await sendOwned(context, reply, change.id);
  };
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
      changing(context, async (registration, { caller, ...change }, body) => {
        const said = (body as { reason?: string }).reason ?? null;
        await moveLibrary(registration, caller, action, { ...change, reason: said });
      }),
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

interface ApprovalWish {
  readonly ranges?: readonly string[];
  readonly status?: 'approved' | 'live';
}

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
    changing(context, async (registration, { caller, ...change }, body) => {
      const { ranges = null, status: to = 'live' } = body as ApprovalWish;
      refuseUnreadable(ranges ?? []);
      await approveLibrary(registration, caller, { ...change, ranges, to });
    }),
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
    changing(context, async (registration, { caller, ...change }, body) => {
      const { reason = {}, until = null } = body as Type.Static<typeof pauseBody>;
      const ends = until === null ? null : new Date(until);
      await pauseLibrary(registration, caller, { ...change, reason, until: ends });
    }),
  );
}
