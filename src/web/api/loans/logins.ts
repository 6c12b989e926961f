import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import {
  decideLink,
  endLink,
  linkLibraryCard,
  listLinks,
} from '../../../loans/people/external/links.ts';
import {
  beginExternalLogin,
  type ExternalOutcome,
  finishExternalLogin,
  listProviders,
} from '../../../loans/people/external/login.ts';
import { nullable } from '../../../members/schema/common.ts';
import { libraryFor, registration, registrationIn } from './readers.ts';
import { closedObject, type LoanRoute } from './routes.ts';
import { actor, idParameter, instant, languageQuery, pageQuery, sentence } from './schemas.ts';
import { setCookie } from './seats.ts';
import type { LoanServices } from './services.ts';

/** Kept by the browser that began a sign-in, as long as one may take. */
const journeyCookie = 'guanji-login';
const journeySeconds = 600;

const provider = closedObject({ provider: Type.String({ maxLength: 64 }) });

const outcome = Type.Object(
  {
    kind: Type.Enum(['signed_in', 'link_card', 'awaiting_review']),
    actor: Type.Optional(actor),
    endsAt: Type.Optional(instant),
    ticket: Type.Optional(
      Type.String({ description: 'Goes with POST /logins/links, where the identity is new' }),
    ),
    domain: Type.Optional(nullable(Type.String())),
  },
  { title: 'ExternalOutcome' },
);

const { password: _password, ...details } = registration.properties;
const linkInput = closedObject({ ticket: Type.String({ maxLength: 100 }), ...details }, 'CardLink');

/** Signing in through a university: always followed by "link my library card" and its approval. */
export function loginRoutes({ people, logins }: LoanServices): readonly LoanRoute[] {
  const common = { tag: 'readers', query: languageQuery } as const;
  return [
    {
      ...common,
      method: 'GET',
      operationId: 'listLogins',
      url: '/api/v1/logins',
      who: 'anyone',
      summary: 'The universities one can sign in through',
      answers: {
        200: Type.Object({
          logins: Type.Array(Type.Object({ id: Type.String(), name: sentence })),
        }),
      },
      run: async () => ({ logins: listProviders(logins) }),
    },
    {
      ...common,
      method: 'GET',
      operationId: 'beginLogin',
      url: '/api/v1/logins/:provider',
      who: 'anyone',
      summary: "Sends the browser to the university's sign-in",
      params: provider,
      answers: { 302: null },
      run: async ({ params, request, reply }) => {
        const begun = await beginExternalLogin(people, logins, params.provider ?? '');
        keepJourney(request, reply, begun.browserSecret);
        return reply.redirect(begun.url.href, 302);
      },
    },
    {
      ...common,
      method: 'GET',
      operationId: 'finishLogin',
      url: '/api/v1/logins/:provider/back',
      who: 'anyone',
      summary:
        'Where the university sends the browser back to; sets the session cookie, shows a page',
      params: provider,
      query: Type.Object({}, { additionalProperties: true }),
      answers: { 200: outcome, 303: null },
      run: async ({ params, request, reply }) => {
        const id = params.provider ?? '';
        const currentUrl = new URL(logins.redirectUri(id));
        currentUrl.search = new URL(request.url, currentUrl).search;
        const browserSecret = request.cookies[journeyCookie] ?? '';
        const origin = { address: request.ip, device: request.headers['user-agent'] ?? null };
        const back = { providerId: id, currentUrl, browserSecret };
        const found = await finishExternalLogin(people, logins, back, origin);
        reply.clearCookie(journeyCookie, { path: '/api/v1/logins' });
        if (found.kind === 'signed_in') setCookie(request, reply, found.session.token);
        if (wantsPage(request)) return reply.redirect(pageAfter(found), 303);
        if (found.kind !== 'signed_in') return found;
        return { kind: found.kind, actor: found.session.actor, endsAt: found.session.endsAt };
      },
    },
    {
      ...common,
      method: 'POST',
      operationId: 'linkCard',
      url: '/api/v1/logins/links',
      who: 'anyone',
      summary: 'Links a new identity to a library card; the home library approves first',
      body: linkInput,
      checked: 'keys',
      answers: { 202: Type.Object({ state: Type.Literal('awaiting_review') }) },
      run: async ({ body, request, reply }) => {
        const { ticket, ...rest } = body as Record<string, unknown>;
        const input = registrationIn(rest);
        const origin = { address: request.ip };
        reply.code(202);
        return await linkLibraryCard(people, String(ticket ?? ''), input, origin);
      },
    },
    {
      ...common,
      method: 'GET',
      operationId: 'listLinks',
      url: '/api/v1/links',
      who: 'staff',
      summary: 'Links to cards of approved readers that wait for the desk',
      query: closedObject({ library: Type.Optional(Type.String()), lang: pageQuery.lang }),
      answers: {
        200: Type.Object({
          links: Type.Array(
            Type.Object({
              id: Type.String(),
              provider: Type.String(),
              readerId: Type.String(),
              name: Type.String(),
              barcode: nullable(Type.String()),
              requestedAt: instant,
            }),
          ),
        }),
      },
      run: async ({ actor: who, query }) => ({
        links: await listLinks(people, who, libraryFor(who.libraryId, query.library)),
      }),
    },
    ...(['approve', 'refuse'] as const).map(
      (decision): LoanRoute => ({
        ...common,
        method: 'POST',
        operationId: `${decision}Link`,
        url: `/api/v1/links/:id/${decision}`,
        who: 'staff',
        summary: `Says ${decision === 'approve' ? 'yes' : 'no'} to a link`,
        params: idParameter,
        answers: { 204: null },
        run: async ({ actor: who, params, reply }) => {
          const said = decision === 'approve' ? 'approved' : 'refused';
          await decideLink(people, who, params.id ?? '', said);
          return reply.code(204).send();
        },
      }),
    ),
    {
      ...common,
      method: 'DELETE',
      operationId: 'endLink',
      url: '/api/v1/me/links/:id',
      who: 'reader',
      summary: "Ends a link to one's own card",
      params: idParameter,
      answers: { 204: null },
      run: async ({ actor: who, params, reply }) => {
        await endLink(people, who, params.id ?? '');
        return reply.code(204).send();
      },
    },
  ];
}

/** A browser goes on to a page; a program that follows the way by itself gets the outcome. */
function wantsPage(request: FastifyRequest): boolean {
  return (request.headers.accept ?? '').includes('text/html');
}

function pageAfter(found: ExternalOutcome): string {
  if (found.kind === 'signed_in') return '/me';
  // Behind the hash, so that the ticket is in no server's log.
  return found.kind === 'link_card' ? `/register/link#${found.ticket}` : '/sign-in?waits=1';
}

function keepJourney(request: FastifyRequest, reply: FastifyReply, secret: string): void {
  reply.setCookie(journeyCookie, secret, {
    path: '/api/v1/logins',
    httpOnly: true,
    sameSite: 'lax',
    secure: request.protocol === 'https',
    maxAge: journeySeconds,
  });
}
