import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Entry } from '../../members/directory.ts';
import { librarySchema } from '../../members/document.ts';
import { findLibraries } from '../../members/find.ts';
import type { WebContext } from '../context.ts';
import { badInput, notFound, ProblemError, problemSchema } from '../problem.ts';
import { hasOpenRequests } from './loans/open-requests.ts';

const problems = { content: { 'application/problem+json': { schema: problemSchema } } };
const idParameter = Type.Object({ id: Type.String() });

/** The member directory: public to read; written with the administrator's token. */
export function registerLibraries(app: FastifyInstance, context: WebContext): void {
  const { directory } = context;
  const publicEntries = () =>
    directory.list().filter(({ library }) => ['live', 'paused'].includes(library.status));

  app.get(
    '/api/v1/libraries',
    {
      schema: {
        tags: ['libraries'],
        summary: 'Member libraries, by category or by name, alias, code or pinyin initials',
        querystring: Type.Object({
          category: Type.Optional(Type.String()),
          q: Type.Optional(Type.String({ maxLength: 200 })),
          lang: Type.Optional(Type.Enum(['zh', 'en'])),
        }),
      },
    },
    async (request) => {
      const { category, q } = request.query as { category?: string; q?: string };
      const inCategory = publicEntries().filter(
        ({ library }) => category === undefined || library.categories.includes(category),
      );
      const found = q?.trim() ? findLibraries(inCategory, q) : inCategory;
      return { total: found.length, libraries: found.map(publicView) };
    },
  );

  app.get(
    '/api/v1/libraries/:id',
    { schema: { tags: ['libraries'], params: idParameter, response: { 404: problems } } },
    async (request, reply) => {
      const entry = known(context, request);
      const visible = ['live', 'paused'].includes(entry.library.status);
      if (!visible && !mayAdminister(context, request)) throw notFound('no such library');
      return reply.header('etag', `"${entry.revision}"`).send(publicView(entry));
    },
  );

  app.get(
    '/api/v1/categories',
    { schema: { tags: ['libraries'], summary: 'Categories with their number of libraries' } },
    async () => ({
      total: publicEntries().length,
      categories: context.shape.categories.map((category) => ({
        ...category,
        count: publicEntries().filter(({ library }) => library.categories.includes(category.id))
          .length,
      })),
    }),
  );

  app.get(
    '/api/v1/groups',
    { schema: { tags: ['libraries'], summary: 'Named groups, chosen as @id' } },
    async () => ({ groups: context.shape.groups }),
  );

  registerWrites(app, context);
}

function registerWrites(app: FastifyInstance, context: WebContext): void {
  const { directory, registry } = context;
  const secured = { security: [{ administrator: [] }] };
  const writeProblems: Readonly<Record<string, unknown>> = {
    400: problems,
    401: problems,
    404: problems,
    409: problems,
  };

  app.post(
    '/api/v1/libraries',
    {
      validatorCompiler: () => (value) => ({ value }),
      schema: {
        tags: ['libraries'],
        summary: 'Registers a library; with status live it is searchable at once',
        body: librarySchema,
        response: writeProblems,
        ...secured,
      },
    },
    async (request, reply) => {
      administratorOnly(context, request);
      const checked = checkBody(context, request.body);
      if (directory.get(checked.library.id)) {
        throw new ProblemError(409, 'conflict', `library ${checked.library.id} is there already`);
      }
      await registry.save(checked.input);
      const entry = directory.put(checked.library, checked.input, 'registered');
      return reply
        .code(201)
        .header('location', `/api/v1/libraries/${checked.library.id}`)
        .header('etag', `"${entry.revision}"`)
        .send(publicView(entry));
    },
  );

  app.put(
    '/api/v1/libraries/:id',
    {
      validatorCompiler: () => (value) => ({ value }),
      schema: {
        tags: ['libraries'],
        summary: 'Replaces a registered library; If-Match guards against lost updates',
        params: idParameter,
        body: librarySchema,
        response: writeProblems,
        ...secured,
      },
    },
    async (request, reply) => {
      administratorOnly(context, request);
      const before = writable(context, request);
      requireMatch(request, before);
      const checked = checkBody(context, request.body);
      if (checked.library.id !== before.library.id) {
        throw badInput([{ pointer: '/id', message: 'cannot be changed' }]);
      }
      await registry.save(checked.input);
      const entry = directory.put(checked.library, checked.input, 'registered');
      return reply.header('etag', `"${entry.revision}"`).send(publicView(entry));
    },
  );

  app.delete(
    '/api/v1/libraries/:id',
    { schema: { tags: ['libraries'], params: idParameter, response: writeProblems, ...secured } },
    async (request, reply: FastifyReply) => {
      administratorOnly(context, request);
      const entry = writable(context, request);
      requireMatch(request, entry);
      if (context.loans && (await hasOpenRequests(context.loans.loans, entry.library.id))) {
        throw new ProblemError(409, 'conflict', `${entry.library.id} has requests that are open`);
      }
      await registry.remove(entry.library.id);
      directory.remove(entry.library.id);
      return reply.code(204).send();
    },
  );
}

/** What everybody may see: the document with its defaults, never the account names of a connector. */
function publicView(entry: Entry) {
  const { connector, ...about } = entry.library;
  const { protocol, indexes, limits, reach } = connector;
  return {
    ...about,
    connector: { protocol, indexes: Object.keys(indexes), limits, reach },
    origin: entry.origin,
    revision: entry.revision,
  };
}

function known(context: WebContext, request: FastifyRequest): Entry {
  const { id } = request.params as { id: string };
  const entry = context.directory.get(id);
  if (!entry) throw notFound(`no library has the id ${id}`);
  return entry;
}

function writable(context: WebContext, request: FastifyRequest): Entry {
  const entry = known(context, request);
  if (entry.origin === 'registered') return entry;
  const where = entry.origin === 'file' ? 'a file' : 'the demonstration consortium';
  throw new ProblemError(409, 'conflict', `${entry.library.id} stands in ${where}: read-only here`);
}

function requireMatch(request: FastifyRequest, entry: Entry): void {
  const condition = request.headers['if-match'];
  if (condition === undefined) {
    throw new ProblemError(428, 'precondition-required', 'send If-Match with the ETag you read');
  }
  if (condition !== '*' && condition !== `"${entry.revision}"`) {
    throw new ProblemError(412, 'precondition-failed', `the entry is now "${entry.revision}"`);
  }
}

function checkBody(context: WebContext, body: unknown) {
  const checked = context.check(body);
  if ('faults' in checked) throw badInput(checked.faults);
  return checked;
}

function mayAdminister(context: WebContext, request: FastifyRequest): boolean {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && !!token && context.isAdministrator(token);
}

/** Throws 401 unless the request carries the administrator's token. */
export function administratorOnly(context: WebContext, request: FastifyRequest): void {
  if (mayAdminister(context, request)) return;
  throw new ProblemError(401, 'unauthorized', "send the administrator's token as a bearer token", {
    headers: { 'www-authenticate': 'Bearer' },
  });
}
