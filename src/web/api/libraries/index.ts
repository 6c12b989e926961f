import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { WebContext } from '../../context.ts';
import { registerCalendar } from '../calendar.ts';
import { registerActions } from './actions.ts';
import { compileCheck } from './check.ts';
import { registerCredentials } from './credentials.ts';
import { registerEntry } from './entry.ts';
import { registerInvitations } from './invitations.ts';
import { registerDirectory } from './public.ts';
import { refusalOf } from './refusals.ts';
import { registerVersions } from './versions.ts';

/** The member directory: public to read; written by the libraries themselves and by the federation. */
export async function registerLibraries(app: FastifyInstance, context: WebContext): Promise<void> {
  const scoped: FastifyPluginAsync = async (scope) => {
    scope.setErrorHandler((error, request) => {
      throw refusalOf(error, request);
    });
    scope.setValidatorCompiler(compileCheck);
    registerDirectory(scope, context);
    registerCalendar(scope, context);
    registerEntry(scope, context);
    registerActions(scope, context);
    registerVersions(scope, context);
    registerCredentials(scope, context);
    registerInvitations(scope, context);
  };
  await app.register(scoped);
}
