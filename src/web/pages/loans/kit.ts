import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { visitor } from '../../../loans/access/roles.ts';
import type { Actor } from '../../../loans/actor.ts';
import { type FieldFault, LoanError } from '../../../loans/errors.ts';
import { registerPlugins } from '../../api/loans/plugins.ts';
import { problemOf } from '../../api/loans/refusals.ts';
import { refuseForeignOrigin, seatOf } from '../../api/loans/seats.ts';
import type { LoanServices } from '../../api/loans/services.ts';
import type { Assets } from '../../assets.ts';
import type { WebContext } from '../../context.ts';
import { type Language, languageOf } from '../../language.ts';
import { ProblemError, problemTypes } from '../../problem.ts';
import { type Html, html } from '../html.ts';
import { sendPage } from '../layout.ts';
import { renderFooter, renderMenu } from './frame.ts';
import { type Texts, texts } from './texts.ts';

/** What a page about people is made from. */
export interface PageParts {
  readonly context: WebContext;
  readonly services: LoanServices;
  readonly assets: Assets;
}

export interface PageCall {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly language: Language;
  readonly text: Texts;
  readonly actor: Actor;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** What a form sent; empty for a page that is only looked at. */
  readonly form: URLSearchParams;
  show(page: { readonly title: string; readonly main: Html; readonly status?: number }): unknown;
  /** Sends the browser to another page of ours, so that going back repeats nothing. */
  go(path: string, query?: Readonly<Record<string, string>>): unknown;
}

export interface PageRoute {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly who: 'anyone' | 'reader' | 'staff';
  /** Work with passwords is held to so many tries a minute from one address. */
  readonly limited?: boolean;
  readonly run: (call: PageCall) => Promise<unknown>;
}

/** Registers pages that know who looks at them; they are rendered here and need no script. */
export async function registerPages(
  app: FastifyInstance,
  parts: PageParts,
  routes: readonly PageRoute[],
): Promise<void> {
  const { context, services } = parts;
  const { signInsPerMinute } = context.settings.loans;
  const plugin: FastifyPluginAsync = async (scope) => {
    // Without a detail: a page says the title in the reader's language.
    await registerPlugins(scope, '');
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      async (_: unknown, body: string) => new URLSearchParams(body),
    );
    scope.addHook('onRequest', async (request, reply) => {
      // A browser says where a form came from only under a policy that lets it.
      reply.header('referrer-policy', 'same-origin');
      refuseForeignOrigin(request);
    });
    scope.setErrorHandler((error, request, reply) => showProblem(parts, error, request, reply));
    for (const { method, url, who, limited, run } of routes) {
      scope.route({
        method,
        url,
        schema: { hide: true },
        config: limited ? { rateLimit: { max: signInsPerMinute, timeWindow: 60_000 } } : {},
        handler: async (request, reply) => {
          const { people } = services;
          const actor = await seatOf(people, context.isAdministrator, request, reply);
          if (who !== 'anyone' && actor?.kind !== who) {
            return turnAway(request, reply, actor);
          }
          return await run(callOf(parts, request, reply, actor ?? visitor));
        },
      });
    }
  };
  await app.register(plugin);
}

function callOf(
  parts: PageParts,
  request: FastifyRequest,
  reply: FastifyReply,
  actor: Actor,
): PageCall {
  const language = languageOf(request);
  return {
    request,
    reply,
    language,
    text: texts[language],
    actor,
    params: (request.params ?? {}) as Record<string, string>,
    query: new URLSearchParams(request.url.split('?')[1] ?? ''),
    form: request.body instanceof URLSearchParams ? request.body : new URLSearchParams(),
    show: ({ title, main, status = 200 }) => {
      reply.code(status);
      return frame(parts, request, reply, actor, title, main);
    },
    go: (path, query = {}) =>
      reply.redirect(`${path}?${new URLSearchParams({ lang: language, ...query })}`, 303),
  };
}

function frame(
  { assets, services }: PageParts,
  request: FastifyRequest,
  reply: FastifyReply,
  actor: Actor,
  title: string,
  main: Html,
) {
  const language = languageOf(request);
  const [here = '/', search = ''] = request.url.split('?');
  const query = new URLSearchParams(search);
  query.set('lang', language === 'zh' ? 'en' : 'zh');
  // What only takes forms cannot be looked at again in another language.
  const url = request.routeOptions.url ?? '';
  const path = request.server.hasRoute({ method: 'GET', url }) ? here : firstPage(actor);
  return sendPage(reply, {
    language,
    title: `${title} · ${texts[language].name}`,
    assets,
    script: assets.formScript,
    otherLanguage: `${path}?${query}`,
    menu: renderMenu(actor, language),
    main: html`<h1>${title}</h1>\n${main}`,
    footer: renderFooter(services, actor, language),
  });
}

/** Visitors sign in first and come back; whoever has another seat goes to its first page. */
function turnAway(request: FastifyRequest, reply: FastifyReply, actor: Actor | null) {
  const lang = languageOf(request);
  if (actor !== null) return reply.redirect(`${firstPage(actor)}?lang=${lang}`, 303);
  const next = request.method === 'GET' ? request.url : '';
  return reply.redirect(`/sign-in?${new URLSearchParams({ lang, next })}`, 303);
}

export function firstPage(actor: Actor): string {
  if (actor.kind === 'system') return '/sign-in';
  return actor.kind === 'staff' ? '/desk' : '/me';
}

function showProblem(
  parts: PageParts,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const problem = problemOf(error, request);
  if (!(problem instanceof ProblemError)) throw problem;
  if (problem.status === 401) return turnAway(request, reply, null);
  const language = languageOf(request);
  const title = problemTypes[problem.type][language];
  reply.code(problem.status).headers(problem.headers);
  const main = html`<p class="errors" role="alert">${problem.message || title}</p>`;
  return frame(parts, request, reply, visitor, title, main);
}

/** What a form is told of a refusal: the sentence, and the fields at fault; other errors pass. */
export interface Refused {
  readonly sentence: string;
  readonly faults: readonly FieldFault[];
  readonly status: number;
}

/** Does the work of a form; a refusal comes back to be shown on the form with what was entered. */
export async function tryForm<T>(
  call: PageCall,
  work: () => Promise<T>,
): Promise<{ readonly done: T } | { readonly refused: Refused }> {
  try {
    return { done: await work() };
  } catch (error) {
    if (!(error instanceof LoanError)) throw error;
    const problem = problemOf(error, call.request);
    const status = problem instanceof ProblemError ? problem.status : 400;
    if (status === 503) throw error;
    return {
      refused: { sentence: error.sentence[call.language], faults: error.faults, status },
    };
  }
}
