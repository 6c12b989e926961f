import cookie from '@fastify/cookie';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../../problem.ts';
import { uploadLimits } from './pickup.ts';

/** What routes about people need, in the API and as pages: cookies, tries counted by address, forms of parts. */
export async function registerPlugins(scope: FastifyInstance, tooManyTries: string): Promise<void> {
  await scope.register(cookie);
  await scope.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { ttl }) =>
      new ProblemError(429, 'rate-limited', tooManyTries, {
        headers: { 'retry-after': String(Math.ceil(ttl / 1000)) },
      }),
  });
  await scope.register(multipart, { limits: uploadLimits });
}
