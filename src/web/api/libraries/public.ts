import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { suspensionOf } from '../../../loans/notices/suspensions.ts';
import { isPublic } from '../../../members/directory.ts';
import { type LibraryDocument, libraryStatuses } from '../../../members/document.ts';
import { findLibraries } from '../../../members/find.ts';
import type { WebContext } from '../../context.ts';
import { notFound, problems } from '../../problem.ts';
import { callerOf, federationOnly } from './callers.ts';
import { idParameter, languageQuery, publicEntry } from './schemas.ts';
import { etagFor, publicView, sendOwned } from './view.ts';

/** The member directory, which everybody may read. */
export function registerDirectory(app: FastifyInstance, context: WebContext): void {
  const { directory } = context;
  const publicEntries = () => directory.list().filter(isPublic);
  const pendingOf = (id: string) => context.registration?.get(id)?.pending ?? null;
  const isOrWaits = ({ id, status }: LibraryDocument, wanted: string) =>
    status === wanted || pendingOf(id) === wanted;

  app.get(
    '/api/v1/libraries',
    {
      schema: {
        operationId: 'listLibraries',
        tags: ['libraries'],
        summary: 'Member libraries, by category or by name, alias, code or pinyin initials',
        description:
          'Those that are live or paused. By `status`, for administrators, those in that status or with ' +
          'a newer version in it, which `pending` says.',
        querystring: Type.Object({
          category: Type.Optional(Type.String()),
          q: Type.Optional(Type.String({ maxLength: 200 })),
          status: Type.Optional(Type.Enum([...libraryStatuses])),
          parent: Type.Optional(Type.String({ description: 'Only the branches of this library' })),
          ...languageQuery,
        }),
        response: {
          200: Type.Object({ total: Type.Integer(), libraries: Type.Array(publicEntry) }),
          401: problems,
          403: problems,
        },
      },
    },
    async (request, reply) => {
      const { category, parent, q, status } = request.query as DirectoryQuery;
      if (status !== undefined) await federationOnly(context, request, reply);
      const shown =
        status === undefined
          ? publicEntries()
          : directory.list().filter(({ library }) => isOrWaits(library, status));
      const chosen = shown.filter(
        ({ library }) =>
          (category === undefined || library.categories.includes(category)) &&
          (parent === undefined || library.parent === parent),
      );
      const found = q?.trim() ? findLibraries(chosen, q) : chosen;
      const libraries = found.map((entry) => ({
        ...publicView(context, entry),
        ...(status === undefined ? {} : { pending: pendingOf(entry.library.id) }),
      }));
      return { total: libraries.length, libraries };
    },
  );

  app.get(
    '/api/v1/libraries/:id',
    {
      schema: {
        operationId: 'showLibrary',
        tags: ['libraries'],
        summary:
          'One library; to itself and to administrators with its document and where it stands',
        params: idParameter,
        querystring: Type.Object(languageQuery),
        response: { 200: publicEntry, 404: problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params as { id: string };
      const entry = directory.get(id);
      if (entry === undefined) throw notFound(`no library has the id ${id}`);
      const caller = await callerOf(context, request, reply);
      const isOwner = caller !== null && (caller.kind !== 'library' || caller.id === id);
      if (!isPublic(entry) && !isOwner) throw notFound(`no library has the id ${id}`);
      reply.header('vary', 'Authorization');
      if (isOwner && entry.origin === 'registered') return await sendOwned(context, reply, id);
      const view = { ...publicView(context, entry), ...(await suspensionPart(context, id)) };
      return reply.header('etag', etagFor(context, entry)).send(view);
    },
  );

  app.get(
    '/api/v1/categories',
    {
      schema: {
        operationId: 'listCategories',
        tags: ['libraries'],
        summary: 'Categories with their number of libraries',
      },
    },
    async () => {
      const entries = publicEntries();
      const categories = context.shape.categories.map((category) => ({
        ...category,
        count: entries.filter(({ library }) => library.categories.includes(category.id)).length,
      }));
      return { total: entries.length, categories };
    },
  );

  app.get(
    '/api/v1/groups',
    {
      schema: {
        operationId: 'listGroups',
        tags: ['libraries'],
        summary: 'Named groups, chosen as @id',
      },
    },
    async () => ({
      groups: context.shape.groups.map((group) => ({
        ...group,
        libraries: group.libraries.filter((id) => {
          const entry = directory.get(id);
          return entry !== undefined && isPublic(entry);
        }),
      })),
    }),
  );
}

interface DirectoryQuery {
  readonly category?: string;
  readonly parent?: string;
  readonly q?: string;
  readonly status?: string;
}

/** Nothing where loans cannot tell: the directory is there without their database. */
async function suspensionPart({ loans }: WebContext, id: string) {
  if (!loans) return {};
  const { clock, database } = loans.loans;
  try {
    return { suspension: await suspensionOf(database.db, id, clock.now()) };
  } catch {
    return {};
  }
}
