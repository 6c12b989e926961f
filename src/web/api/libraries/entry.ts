import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { librarySchema } from '../../../members/document.ts';
import {
  editLibrary,
  moveLibrary,
  registerInvited,
  registerLibrary,
} from '../../../members/registration/index.ts';
import { categoryProblems, parentProblems } from '../../../members/relations.ts';
import type { WebContext } from '../../context.ts';
import { badInput, ProblemError, problems } from '../../problem.ts';
import { hasOpenRequests } from '../loans/open-requests.ts';
import { byFederation, byOwner, federationOnly } from './callers.ts';
import { idParameter, ifMatch, languageQuery, ownersEntry, registeredEntry } from './schemas.ts';
import { ownChange, registrationOf, sendOwned } from './view.ts';

/** The schema describes the document; the check of documents names every fault of one by itself. */
const uncheckedBody = { validatorCompiler: () => (value: unknown) => ({ value }) };

const whyQuery = Type.Object({
  why: Type.Optional(Type.String({ maxLength: 200, description: 'For the list of versions' })),
  ...languageQuery,
});

/** Registering, replacing and retiring an entry. */
export function registerEntry(app: FastifyInstance, context: WebContext): void {
  app.post(
    '/api/v1/libraries',
    {
      ...uncheckedBody,
      schema: {
        operationId: 'registerLibrary',
        tags: ['libraries'],
        summary: 'Registers a library: a draft by invitation, or at once by the administrator',
        description:
          'With `Invitation: <code>` anybody registers one draft, and the answer shows the library’s ' +
          'token once. With the administrator’s token the library is searchable at once, unless its ' +
          'document names another status.',
        headers: Type.Object({
          invitation: Type.Optional(
            Type.String({ maxLength: 100, description: 'An invitation code' }),
          ),
        }),
        body: librarySchema,
        response: {
          201: registeredEntry,
          400: problems,
          401: problems,
          403: problems,
          409: problems,
        },
        security: [{}, ...byFederation.security],
      },
    },
    async (request, reply) => {
      const { invitation } = request.headers;
      const invited = typeof invitation === 'string';
      const caller = invited ? null : await federationOnly(context, request, reply);
      const checked = checkBody(context, request.body);
      const { id } = checked.library;
      const registration = await registrationOf(context).context();
      let token: string | null = null;
      if (caller === null) token = await registerInvited(registration, String(invitation), checked);
      else await registerLibrary(registration, caller, checked);
      reply.code(201).header('location', `/api/v1/libraries/${id}`);
      return await sendOwned(context, reply, id, token === null ? {} : { token });
    },
  );

  app.put(
    '/api/v1/libraries/:id',
    {
      ...uncheckedBody,
      schema: {
        operationId: 'replaceLibrary',
        tags: ['libraries'],
        summary: 'Replaces a registered document; If-Match guards against lost updates',
        description:
          'A library that is live goes on with the new version at once. If the version would connect ' +
          'to an address that nobody approved, it waits for approval and the old one keeps answering.',
        params: idParameter,
        querystring: whyQuery,
        headers: ifMatch,
        body: librarySchema,
        response: { 200: ownersEntry, ...writeProblems },
        ...byOwner,
      },
    },
    async (request, reply) => {
      const { caller, id, condition } = await ownChange(context, request, reply, true);
      const checked = checkBody(context, request.body);
      if (checked.library.id !== id) {
        throw badInput([{ pointer: '/id', message: 'cannot be changed' }]);
      }
      const { why = null } = request.query as { why?: string };
      const registration = await registrationOf(context).context();
      const edit = { id, condition, ...checked, why: why?.slice(0, 200) ?? null };
      await editLibrary(registration, caller, edit);
      return await sendOwned(context, reply, id);
    },
  );

  app.delete(
    '/api/v1/libraries/:id',
    {
      schema: {
        operationId: 'deleteLibrary',
        tags: ['libraries'],
        summary: 'Retires a library: nobody finds it any more, and its id is never given again',
        params: idParameter,
        querystring: Type.Object(languageQuery),
        headers: ifMatch,
        response: { 204: Type.Null(), ...writeProblems },
        ...byOwner,
      },
    },
    async (request, reply) => {
      await retire(context, request, reply, true);
      return reply.code(204).send();
    },
  );
}

export const writeProblems = {
  400: problems,
  401: problems,
  403: problems,
  404: problems,
  409: problems,
  412: problems,
  428: problems,
  503: problems,
} as const;

/** Retires the library of the address, unless somebody still waits for a book of its. */
export async function retire(
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
  needsMatch: boolean,
): Promise<string> {
  const { caller, id, condition } = await ownChange(context, request, reply, needsMatch);
  if (context.loans && (await hasOpenRequests(context.loans.loans, id))) {
    throw new ProblemError(409, 'conflict', `${id} has requests that are open`);
  }
  const registration = await registrationOf(context).context();
  await moveLibrary(registration, caller, 'retire', { id, condition });
  return id;
}

function checkBody(context: WebContext, body: unknown) {
  const checked = context.check(body);
  if ('faults' in checked) throw badInput(checked.faults);
  const { library } = checked;
  const problems = [
    ...parentProblems(library, (id) => context.directory.get(id)?.library),
    ...categoryProblems(library, context.shape.categories),
  ];
  if (problems.length > 0) throw badInput(problems);
  return checked;
}
