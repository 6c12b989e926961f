import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { ConnectorError } from '../../members/errors.ts';
import type { SourceRecord } from '../../members/types.ts';
import type { WebContext } from '../context.ts';
import { notFound, ProblemError, problemSchema } from '../problem.ts';

const problems = { content: { 'application/problem+json': { schema: problemSchema } } };

/** Single records: the merged one by its id, and one library's own by its permanent address. */
export function registerRecords(app: FastifyInstance, context: WebContext): void {
  const { engine } = context;

  app.get(
    '/api/v1/records/:id',
    {
      schema: {
        tags: ['records'],
        summary: 'A merged record with every source record',
        params: Type.Object({ id: Type.String({ maxLength: 80 }) }),
        response: { 404: problems },
      },
    },
    async (request) => {
      const { id } = request.params as { id: string };
      const found = await engine.recall(id);
      if (!found) throw notFound(`record ${id} is not known any more`);
      return { record: found.record, sources: found.sources.map(sourceView) };
    },
  );

  app.get(
    '/api/v1/libraries/:library/records/:localId',
    {
      schema: {
        tags: ['records'],
        summary: "One library's record, at its permanent address",
        params: Type.Object({
          library: Type.String({ maxLength: 32 }),
          localId: Type.String({ maxLength: 300 }),
        }),
        response: { 404: problems },
      },
    },
    async (request) => {
      const { library, localId } = request.params as { library: string; localId: string };
      const found = await askFor(library, () => engine.fetchSource(library, localId));
      if (!found) throw notFound(`${library} has no record ${localId}`);
      return sourceView(found);
    },
  );
}

/** A library that cannot be asked now is no missing record. */
async function askFor<T>(library: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    throw new ProblemError(502, 'library-failed', `${library} did not answer: ${error.reason}`);
  }
}

/** A source record as the API gives it: the cleaned record, the MARC behind it and its evidence. */
export function sourceView(source: SourceRecord) {
  return {
    library: source.library,
    localId: source.localId,
    position: source.position,
    syntax: source.syntax,
    charset: source.charset,
    warnings: source.warnings,
    record: source.record,
    marc: source.marc,
  };
}
