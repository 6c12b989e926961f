import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { WebContext } from '../../context.ts';
import { compileCheck } from '../libraries/check.ts';
import { problemOf } from '../loans/refusals.ts';
import { registerMaintenance } from './maintenance.ts';
import { registerReports } from './reports.ts';
import { registerShadow } from './shadow.ts';

/** How members do, what is planned at them, and candidates that answer beside them. */
export async function registerLibraryHealth(
  app: FastifyInstance,
  context: WebContext,
): Promise<void> {
  if (context.health === undefined) return;
  const scoped: FastifyPluginAsync = async (scope) => {
    scope.setErrorHandler((error, request) => {
      throw problemOf(error, request);
    });
    scope.setValidatorCompiler(compileCheck);
    registerReports(scope, context);
    registerMaintenance(scope, context);
    registerShadow(scope, context);
  };
  await app.register(scoped);
}
