import Type from 'typebox';
import { staffRoles } from '../../../loans/access/roles.ts';
import {
  acceptInvitation,
  disableStaff,
  type Grant,
  grantRoles,
  inviteStaff,
  listStaff,
} from '../../../loans/access/staff.ts';
import { nullable } from '../../../members/schema/common.ts';
import { libraryFor } from './readers.ts';
import { closedObject, type LoanRoute } from './routes.ts';
import { idParameter, languageQuery, pageQuery } from './schemas.ts';
import type { LoanServices } from './services.ts';

const role = Type.Enum(Object.keys(staffRoles));
const grant = closedObject({
  role,
  library: Type.String({ maxLength: 32, description: '* for the whole federation' }),
});

const invitation = closedObject(
  {
    name: Type.String({ maxLength: 60 }),
    email: Type.String({ maxLength: 254 }),
    login: Type.String({ maxLength: 40 }),
    phone: Type.Optional(nullable(Type.String({ maxLength: 30 }))),
    locale: Type.Optional(Type.Enum(['zh', 'en'])),
    grants: Type.Array(grant, { minItems: 1, maxItems: 100 }),
  },
  'Invitation',
);

const grants = Type.Object({ grants: Type.Array(grant) });

/** Who works at the desks, and as what. */
export function staffRoutes({ people }: LoanServices): readonly LoanRoute[] {
  const common = { who: 'staff', tag: 'readers', query: languageQuery } as const;
  return [
    {
      ...common,
      method: 'POST',
      operationId: 'inviteStaff',
      url: '/api/v1/staff',
      summary: 'Makes a staff account and mails the link to set its password',
      body: invitation,
      answers: { 201: Type.Object({ id: Type.String() }) },
      run: async ({ actor, body, reply }) => {
        const { grants: wanted, ...rest } = body as Type.Static<typeof invitation>;
        const input = { ...rest, grants: wanted.map(grantOf) };
        const { staffId } = await inviteStaff(people, actor, input);
        return reply.code(201).send({ id: staffId });
      },
    },
    {
      ...common,
      who: 'anyone',
      method: 'POST',
      operationId: 'acceptInvitation',
      url: '/api/v1/staff/invitations',
      summary: 'Sets the password of an invited account by the link of the mail',
      body: closedObject({
        token: Type.String({ maxLength: 100 }),
        password: Type.String({ maxLength: 1000 }),
      }),
      answers: { 204: null },
      run: async ({ body, reply }) => {
        await acceptInvitation(people, body as { token: string; password: string });
        return reply.code(204).send();
      },
    },
    {
      ...common,
      method: 'GET',
      operationId: 'listStaff',
      url: '/api/v1/staff',
      summary: 'Who works at a library',
      query: closedObject({
        library: Type.Optional(Type.String({ maxLength: 32 })),
        lang: pageQuery.lang,
      }),
      answers: {
        200: Type.Object({
          staff: Type.Array(
            Type.Object({
              id: Type.String(),
              name: Type.String(),
              email: Type.String(),
              state: Type.String(),
              roles: Type.Array(role),
            }),
          ),
        }),
      },
      run: async ({ actor, query }) => ({
        staff: await listStaff(people, actor, libraryFor(actor.libraryId, query.library)),
      }),
    },
    {
      ...common,
      method: 'PUT',
      operationId: 'grantRoles',
      url: '/api/v1/staff/:id/roles',
      summary: 'Replaces the roles a person has at one library; none takes them all',
      params: idParameter,
      body: closedObject({
        library: Type.String({ maxLength: 32 }),
        roles: Type.Array(role, { maxItems: 10 }),
      }),
      answers: { 200: grants },
      run: async ({ actor, params, body }) => {
        const { library, roles } = body as { library: string; roles: string[] };
        const now = await grantRoles(people, actor, params.id ?? '', library, roles);
        return { grants: now.map(({ role, libraryId }) => ({ role, library: libraryId })) };
      },
    },
    {
      ...common,
      method: 'DELETE',
      operationId: 'disableStaff',
      url: '/api/v1/staff/:id',
      summary: 'Ends a staff account',
      params: idParameter,
      answers: { 204: null },
      run: async ({ actor, params, reply }) => {
        await disableStaff(people, actor, params.id ?? '');
        return reply.code(204).send();
      },
    },
  ];
}

function grantOf({ role, library }: Type.Static<typeof grant>): Grant {
  return { role: role as Grant['role'], libraryId: library };
}
