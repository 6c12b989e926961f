import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { maxGraceSeconds, rotateToken, setAccounts } from '../../../members/registration/index.ts';
import type { WebContext } from '../../context.ts';
import { badInput, problems } from '../../problem.ts';
import { byOwner, ownEntry } from './callers.ts';
import { writeProblems } from './entry.ts';
import {
  accountsAnswer,
  closed,
  idParameter,
  ifMatch,
  languageQuery,
  tokenAnswer,
} from './schemas.ts';
import { ownChange, refuseReadOnly, registrationOf } from './view.ts';

const part = Type.Optional(Type.String({ minLength: 1, maxLength: 500, writeOnly: true }));
const account = { user: part, password: part, group: part };
const operation = Type.String({ pattern: '^[a-z0-9-]{1,40}$' });
const maxOperations = 20;

const credentialsBody = closed(
  {
    ...account,
    operations: Type.Optional(
      Type.Record(operation, closed(account), { maxProperties: maxOperations }),
    ),
  },
  {
    description: 'One account, or one for each operation of an X-Service (default for the others)',
  },
);

/** What a library signs in with at its own server, and what it signs in with here. */
export function registerCredentials(app: FastifyInstance, context: WebContext): void {
  const common = {
    tags: ['libraries'],
    params: idParameter,
    querystring: Type.Object(languageQuery),
    ...byOwner,
  };

  app.put(
    '/api/v1/libraries/:id/credentials',
    {
      schema: {
        ...common,
        operationId: 'setLibraryCredentials',
        summary: 'Sets the account at the library’s server; it is encrypted and shown to nobody',
        headers: ifMatch,
        body: credentialsBody,
        response: { 200: accountsAnswer, ...writeProblems },
      },
    },
    async (request, reply) => {
      const body = request.body as Type.Static<typeof credentialsBody>;
      return await write(context, request, reply, accountsIn(body));
    },
  );

  app.get(
    '/api/v1/libraries/:id/credentials',
    {
      schema: {
        ...common,
        operationId: 'listLibraryCredentials',
        summary: 'Which accounts are set, by whom and when; nothing of the accounts themselves',
        response: { 200: accountsAnswer, 401: problems, 403: problems, 404: problems },
      },
    },
    async (request, reply) => {
      const { entry } = await ownEntry(context, request, reply);
      refuseReadOnly(entry);
      return await known(context, reply, entry.library.id);
    },
  );

  app.delete(
    '/api/v1/libraries/:id/credentials',
    {
      schema: {
        ...common,
        operationId: 'removeLibraryCredentials',
        summary: 'Removes every account that is set',
        headers: ifMatch,
        response: { 204: Type.Null(), ...writeProblems },
      },
    },
    async (request, reply) => {
      await write(context, request, reply, {});
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v1/libraries/:id/tokens',
    {
      schema: {
        ...common,
        operationId: 'rotateLibraryToken',
        summary: 'A new token for the library; the one before ends at once, or after a grace',
        headers: ifMatch,
        body: closed({
          graceSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: maxGraceSeconds })),
        }),
        response: { 201: tokenAnswer, ...writeProblems },
      },
    },
    async (request, reply) => {
      const { caller, ...change } = await ownChange(context, request, reply);
      const { graceSeconds = 0 } = request.body as { graceSeconds?: number };
      const registration = await registrationOf(context).context();
      const token = await rotateToken(registration, caller, { ...change, graceSeconds });
      const ends = new Date(registration.clock.now().getTime() + graceSeconds * 1000);
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ token, previousEndsAt: ends.toISOString() });
    },
  );
}

async function write(
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
  accounts: Parameters<typeof setAccounts>[2]['accounts'],
) {
  const { caller, ...change } = await ownChange(context, request, reply);
  const registration = await registrationOf(context).context();
  await setAccounts(registration, caller, { ...change, accounts });
  return await known(context, reply, change.id);
}

async function known(context: WebContext, reply: FastifyReply, id: string) {
  const { credentials, etag } = await registrationOf(context).detailsOf(id);
  reply.header('etag', etag).header('cache-control', 'no-store');
  return { credentials };
}

function accountsIn({ operations, ...one }: Type.Static<typeof credentialsBody>) {
  const hasOne = Object.keys(one).length > 0;
  if (hasOne === (operations !== undefined)) {
    throw badInput([{ pointer: '', message: 'needs either one account or operations' }]);
  }
  return operations ?? { default: one };
}
