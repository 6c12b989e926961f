import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import {
  invite,
  listInvitations,
  withdrawInvitation,
} from '../../../members/registration/index.ts';
import type { WebContext } from '../../context.ts';
import { problems } from '../../problem.ts';
import { byFederation, federationOnly } from './callers.ts';
import {
  closed,
  invitationAnswer,
  languageQuery,
  libraryId,
  newInvitationAnswer,
} from './schemas.ts';
import { registrationOf } from './view.ts';

const usualDays = 14;

const invitationBody = closed({
  library: Type.Optional(libraryId),
  address: Type.Optional(
    closed({
      host: Type.String({ pattern: '^[^\\s\\u0000-\\u001f]+$', maxLength: 253 }),
      port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    }),
  ),
  note: Type.Optional(Type.String({ maxLength: 500 })),
  days: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 365, description: `${usualDays} by default` }),
  ),
});

/** Invitations by which a library that nobody knows yet may register one draft. */
export function registerInvitations(app: FastifyInstance, context: WebContext): void {
  const common = {
    tags: ['libraries'],
    querystring: Type.Object(languageQuery),
    ...byFederation,
  };
  const failures = { 401: problems, 403: problems, 503: problems };

  app.post(
    '/api/v1/invitations',
    {
      schema: {
        ...common,
        operationId: 'inviteLibrary',
        summary: 'Makes an invitation code, shown once; good for one registration',
        description:
          'With `library` it is good for that id only. With `address` the invited library may have ' +
          'that host and port probed before anything else is approved.',
        body: invitationBody,
        response: { 201: newInvitationAnswer, 400: problems, 409: problems, ...failures },
      },
    },
    async (request, reply) => {
      const caller = await federationOnly(context, request, reply);
      const wish = request.body as Type.Static<typeof invitationBody>;
      const made = await invite(await registrationOf(context).context(), caller, {
        library: wish.library ?? null,
        address: wish.address ?? null,
        note: wish.note ?? null,
        days: wish.days ?? usualDays,
      });
      return reply.code(201).header('cache-control', 'no-store').send(made);
    },
  );

  app.get(
    '/api/v1/invitations',
    {
      schema: {
        ...common,
        operationId: 'listInvitations',
        summary: 'Invitations, newest first, without their codes',
        response: { 200: Type.Object({ invitations: Type.Array(invitationAnswer) }), ...failures },
      },
    },
    async (request, reply) => {
      await federationOnly(context, request, reply);
      reply.header('cache-control', 'no-store');
      return { invitations: await listInvitations(await registrationOf(context).context()) };
    },
  );

  app.delete(
    '/api/v1/invitations/:id',
    {
      schema: {
        ...common,
        operationId: 'withdrawInvitation',
        summary: 'Makes a code that was not used good for nothing',
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        response: { 204: Type.Null(), 404: problems, 409: problems, ...failures },
      },
    },
    async (request, reply) => {
      const caller = await federationOnly(context, request, reply);
      const { id } = request.params as { id: string };
      await withdrawInvitation(await registrationOf(context).context(), caller, id);
      return reply.code(204).send();
    },
  );
}
