import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { WebContext } from '../../context.ts';
import { accountRoutes } from './account.ts';
import { actionRoutes } from './actions.ts';
import { deskRoutes } from './desks.ts';
import { loginRoutes } from './logins.ts';
import { myRoutes } from './me.ts';
import { noticeRoutes } from './notices.ts';
import { pickupRoutes } from './pickup.ts';
import { registerPlugins } from './plugins.ts';
import { policyRoutes } from './policies.ts';
import { readerRoutes } from './readers.ts';
import { problemOf } from './refusals.ts';
import { requestRoutes } from './requests.ts';
import { addRoute, compileCheck, type LoanRoute } from './routes.ts';
import { refuseForeignOrigin, seatOf } from './seats.ts';
import type { LoanServices } from './services.ts';
import { sessionRoutes } from './sessions.ts';
import { staffRoutes } from './staff.ts';

/** Interlibrary loan: a scope of its own, as its answers are somebody's data and need a sign-in. */
export async function registerLoans(
  app: FastifyInstance,
  context: WebContext,
  services: LoanServices,
): Promise<void> {
  const { signInsPerMinute } = context.settings.loans;
  const routes: readonly LoanRoute[] = [
    ...readerRoutes(services),
    ...myRoutes(services),
    ...accountRoutes(services),
    ...staffRoutes(services),
    ...requestRoutes(services),
    ...actionRoutes(services),
    ...deskRoutes(services),
    ...pickupRoutes(services),
    ...noticeRoutes(services),
    ...policyRoutes(services),
    ...loginRoutes(services),
    ...sessionRoutes(services, signInsPerMinute),
  ];
  const prepare: FastifyPluginAsync = async (scope) => {
    await registerPlugins(scope, 'too many tries from this address');
    scope.setValidatorCompiler(compileCheck);
    scope.setErrorHandler((error, request) => {
      throw problemOf(error, request);
    });
    scope.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      refuseForeignOrigin(request);
    });
    for (const route of routes) {
      addRoute(
        scope,
        (request, reply) => seatOf(services.people, context.isAdministrator, request, reply),
        route,
      );
    }
  };
  await app.register(prepare);
}
