import Type from 'typebox';
import { requestPasswordReset, resetPassword } from '../../../loans/access/forgotten.ts';
import { moveSession } from '../../../loans/access/sessions.ts';
import { changePassword, signIn, signOut } from '../../../loans/access/sign-in.ts';
import { nullable } from '../../../members/schema/common.ts';
import { ProblemError } from '../../problem.ts';
import { type Call, closedObject, type LoanRoute } from './routes.ts';
import { actor, instant, languageQuery } from './schemas.ts';
import { clearCookie, sessionOf, setCookie } from './seats.ts';
import type { LoanServices } from './services.ts';

const session = Type.Object(
  {
    token: Type.String({
      description: 'Sent as `Authorization: Bearer`; browsers keep it in the cookie instead',
    }),
    actor,
    endsAt: instant,
  },
  { title: 'Session' },
);

const secret = (description: string) => Type.String({ maxLength: 1000, description });

/** Signing in and out, and forgotten passwords. */
export function sessionRoutes(
  { people }: LoanServices,
  signInsPerMinute: number,
): readonly LoanRoute[] {
  const limit = { max: signInsPerMinute, timeWindow: 60_000 };
  return [
    {
      method: 'POST',
      operationId: 'signIn',
      url: '/api/v1/sessions',
      who: 'anyone',
      tag: 'readers',
      summary: 'Signs in; the answer sets the cookie and shows the token once',
      limit,
      query: languageQuery,
      body: closedObject(
        {
          login: Type.String({ maxLength: 200 }),
          password: secret('Compared in constant time'),
          library: Type.Optional(
            nullable(
              Type.String({ description: 'For staff of several libraries: where they work now' }),
            ),
          ),
        },
        'SignIn',
      ),
      answers: { 201: session },
      run: async (call) => {
        const { login, password, library } = call.body as Record<string, string>;
        const opened = await signIn(
          people,
          { login: login ?? '', password: password ?? '', libraryId: library ?? null },
          { address: call.request.ip, device: call.request.headers['user-agent'] ?? null },
        );
        return begin(call, opened);
      },
    },
    {
      method: 'GET',
      operationId: 'whoAmI',
      url: '/api/v1/sessions/current',
      who: 'signed-in',
      tag: 'readers',
      summary: 'Who is signed in, and as what',
      query: languageQuery,
      answers: { 200: Type.Object({ actor }) },
      run: async (call) => ({ actor: call.actor }),
    },
    {
      method: 'PATCH',
      operationId: 'changeWorkplace',
      url: '/api/v1/sessions/current',
      who: 'staff',
      tag: 'readers',
      summary: 'Goes over to another of the libraries one works at; the token changes',
      query: languageQuery,
      body: closedObject({
        library: nullable(Type.String({ description: 'null for the federation' })),
      }),
      answers: { 200: session },
      run: async (call) => {
        const { library } = call.body as { library: string | null };
        const moved = await moveSession(people, sessionOf(call.request)?.token ?? '', library);
        setCookie(call.request, call.reply, moved.token);
        return { token: moved.token, actor: moved.actor, endsAt: moved.endsAt };
      },
    },
    {
      method: 'DELETE',
      operationId: 'signOut',
      url: '/api/v1/sessions/current',
      who: 'signed-in',
      tag: 'readers',
      summary: 'Signs out',
      query: languageQuery,
      answers: { 204: null },
      run: async (call) => await end(call, 'here'),
    },
    {
      method: 'DELETE',
      operationId: 'signOutEverywhere',
      url: '/api/v1/sessions',
      who: 'signed-in',
      tag: 'readers',
      summary: 'Signs out everywhere',
      query: languageQuery,
      answers: { 204: null },
      run: async (call) => await end(call, 'everywhere'),
    },
    {
      method: 'PUT',
      operationId: 'changePassword',
      url: '/api/v1/me/password',
      who: 'signed-in',
      tag: 'readers',
      summary: "Changes one's own password; all other sessions end",
      limit,
      query: languageQuery,
      body: closedObject({ current: secret('The one in force'), password: secret('The new one') }),
      answers: { 204: null },
      run: async ({ actor: who, body, request, reply }) => {
        const { current, password } = body as { current: string; password: string };
        const sessionId = sessionOf(request)?.sessionId ?? null;
        if (sessionId === null) {
          throw new ProblemError(403, 'forbidden', 'the token of the settings has no password');
        }
        await changePassword(people, who, { current, password, sessionId });
        return reply.code(204).send();
      },
    },
    {
      method: 'POST',
      operationId: 'forgetPassword',
      url: '/api/v1/passwords/forgotten',
      who: 'anyone',
      tag: 'readers',
      summary: 'Mails a link for a new password; the answer is the same for unknown names',
      limit,
      query: languageQuery,
      body: closedObject({
        who: Type.String({ maxLength: 254, description: 'Login or e-mail address' }),
      }),
      answers: { 202: null },
      run: async ({ body, request, reply }) => {
        const { who } = body as { who: string };
        await requestPasswordReset(people, { who }, { address: request.ip });
        return reply.code(202).send();
      },
    },
    {
      method: 'POST',
      operationId: 'resetPassword',
      url: '/api/v1/passwords/reset',
      who: 'anyone',
      tag: 'readers',
      summary: 'Sets a new password by the link of the mail; all sessions end',
      limit,
      query: languageQuery,
      body: closedObject({ token: secret('From the link'), password: secret('The new one') }),
      answers: { 204: null },
      run: async ({ body, reply }) => {
        await resetPassword(people, body as { token: string; password: string });
        return reply.code(204).send();
      },
    },
  ];
  function begin(call: Call, opened: Awaited<ReturnType<typeof signIn>>) {
    setCookie(call.request, call.reply, opened.token);
    return call.reply
      .code(201)
      .send({ token: opened.token, actor: opened.actor, endsAt: opened.endsAt });
  }
  async function end(call: Call, where: 'here' | 'everywhere') {
    const seat = sessionOf(call.request);
    if (seat !== null && seat.sessionId !== null) await signOut(people, seat.token, where);
    clearCookie(call.request, call.reply);
    return call.reply.code(204).send();
  }
}
