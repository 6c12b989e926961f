import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Search } from '../../search/types.ts';
import { badInput, notFound, problems, unlessOverloaded } from '../problem.ts';
import { libraryAnswerSchema, mergedRecordSchema } from './answers.ts';
import { type RawInput, readListInput } from './search-input.ts';

const orNull = Type.Union([Type.Integer(), Type.Null()]);

/** One library's own list within a search, and asking the failed ones again. */
export function registerSearchParts(
  app: FastifyInstance,
  find: (request: FastifyRequest) => Promise<Search>,
): void {
  app.get(
    '/api/v1/search/:id/libraries/:library',
    {
      validatorCompiler: () => (value) => ({ value }),
      schema: {
        tags: ['search'],
        summary: "One library's own list: its order, its count, its numbering",
        params: Type.Object({ id: Type.String(), library: Type.String() }),
        querystring: Type.Object({
          page: Type.Optional(Type.Integer({ minimum: 1 })),
          size: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
        }),
        response: {
          200: Type.Object({
            library: libraryAnswerSchema,
            hits: orNull,
            reachable: orNull,
            page: Type.Integer(),
            size: Type.Integer(),
            pages: orNull,
            records: Type.Array(mergedRecordSchema),
          }),
          400: problems,
          404: problems,
        } as Readonly<Record<string, unknown>>,
      },
    },
    async (request) => {
      const search = await find(request);
      const { library } = request.params as { library: string };
      const wanted = readListInput(request.query as RawInput);
      if ('errors' in wanted) throw badInput(wanted.errors);
      const list = await search.libraryList(library, wanted.page, wanted.size);
      if (!list) throw notFound(`library ${library} was not asked in this search`);
      return list;
    },
  );

  app.post(
    '/api/v1/search/:id/retry',
    {
      validatorCompiler: () => (value) => ({ value }),
      schema: {
        tags: ['search'],
        summary: 'Asks the libraries that failed again, or the named ones',
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object({
          library: Type.Optional(Type.String({ description: 'Ids separated by commas' })),
        }),
        response: {
          202: Type.Object({ asked: Type.Array(Type.String()) }),
          404: problems,
          503: problems,
        } as Readonly<Record<string, unknown>>,
      },
    },
    async (request, reply) => {
      const search = await find(request);
      const { library } = request.query as { library?: string | string[] };
      const named = [library ?? []].flat().flatMap((ids) => ids.split(','));
      const asked = unlessOverloaded(() => search.retry(named.length > 0 ? named : undefined));
      await search.settled();
      return reply.code(202).send({ asked });
    },
  );
}
