import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { WebContext } from './context.ts';

const status = Type.Object({ status: Type.String() });

/** Liveness and readiness; neither ever depends on a member library. */
export function registerHealth(app: FastifyInstance, context: WebContext): void {
  app.get(
    '/livez',
    { schema: { tags: ['service'], summary: 'The process runs', response: { 200: status } } },
    async () => ({ status: 'alive' }),
  );
  app.get(
    '/readyz',
    {
      schema: {
        tags: ['service'],
        summary: 'Documents are loaded, and the database is open where one is wanted',
        response: { 200: status, 503: status },
      },
    },
    async (_request, reply) =>
      context.isReady()
        ? { status: 'ready' }
        : reply.code(503).send({ status: 'starting or stopping' }),
  );
}
