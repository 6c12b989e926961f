import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { compareVersions, listVersions, readVersion } from '../../../members/registration/index.ts';
import type { WebContext } from '../../context.ts';
import { problems } from '../../problem.ts';
import { byOwner, ownEntry } from './callers.ts';
import {
  differencesAnswer,
  idParameter,
  languageQuery,
  versionAnswer,
  versionNumber,
  wholeVersionAnswer,
} from './schemas.ts';
import { registrationOf } from './view.ts';

const failures = { 400: problems, 401: problems, 403: problems, 404: problems };

/** Every version of a document is kept; the library itself and the federation may look at them. */
export function registerVersions(app: FastifyInstance, context: WebContext): void {
  app.get(
    '/api/v1/libraries/:id/versions',
    {
      schema: {
        operationId: 'listLibraryVersions',
        tags: ['libraries'],
        summary: 'Versions of the document, newest first: who made and who approved each, and why',
        params: idParameter,
        querystring: Type.Object(languageQuery),
        response: { 200: Type.Object({ versions: Type.Array(versionAnswer) }), ...failures },
        ...byOwner,
      },
    },
    async (request, reply) => {
      const { entry } = await ownEntry(context, request, reply);
      reply.header('cache-control', 'no-store');
      return { versions: await listVersions(await opened(context), entry.library.id) };
    },
  );

  app.get(
    '/api/v1/libraries/:id/versions/compare',
    {
      schema: {
        operationId: 'compareLibraryVersions',
        tags: ['libraries'],
        summary: 'What has to be done to one version of the document to get another',
        params: idParameter,
        querystring: Type.Object({ from: versionNumber, to: versionNumber, ...languageQuery }),
        response: { 200: differencesAnswer, ...failures },
        ...byOwner,
      },
    },
    async (request, reply) => {
      const { entry } = await ownEntry(context, request, reply);
      const { from, to } = request.query as { from: number; to: number };
      reply.header('cache-control', 'no-store');
      const differences = await compareVersions(await opened(context), entry.library.id, from, to);
      return { from, to, differences };
    },
  );

  app.get(
    '/api/v1/libraries/:id/versions/:number',
    {
      schema: {
        operationId: 'showLibraryVersion',
        tags: ['libraries'],
        summary: 'One version with its document',
        params: Type.Object({ ...idParameter.properties, number: versionNumber }),
        querystring: Type.Object(languageQuery),
        response: { 200: wholeVersionAnswer, ...failures },
        ...byOwner,
      },
    },
    async (request, reply) => {
      const { entry } = await ownEntry(context, request, reply);
      const { number } = request.params as { number: number };
      reply.header('cache-control', 'no-store');
      return await readVersion(await opened(context), entry.library.id, number);
    },
  );
}

async function opened(context: WebContext) {
  return await registrationOf(context).context();
}
