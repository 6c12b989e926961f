import Type from 'typebox';
import { closeReader, exportReader, listSessions } from '../../../loans/people/leaving.ts';
import { correctReader, editProfile, readProfile } from '../../../loans/people/profile.ts';
import { nullable } from '../../../members/schema/common.ts';
import { optionalTexts, shownDetails } from './readers.ts';
import { closedObject, ifMatch, ifMatchHeader, type LoanRoute } from './routes.ts';
import { idParameter, instant, languageQuery } from './schemas.ts';
import { clearCookie, sessionOf } from './seats.ts';
import type { LoanServices } from './services.ts';

const optional = <T extends Type.TSchema>(schema: T) => Type.Optional(nullable(schema));

const details = {
  name: optional(Type.String({ description: 'Changed by the library only' })),
  cardNumber: optional(Type.String({ description: 'Changed by the library only' })),
  email: optional(Type.String({ maxLength: 254 })),
  ...optionalTexts,
  extra: Type.Optional(Type.Record(Type.String(), nullable(Type.String()))),
};

const profile = Type.Object(
  {
    id: Type.String(),
    library: Type.String(),
    state: Type.String(),
    version: Type.Integer(),
    barcode: nullable(Type.String({ description: 'Reader number, printed on forms' })),
    patronGroup: nullable(Type.String()),
    login: Type.String(),
    locale: Type.Enum(['zh', 'en']),
    ...shownDetails,
    editedAt: instant,
  },
  { title: 'Profile' },
);

type Profile = Awaited<ReturnType<typeof readProfile>>;

/** One's own data: to read, to correct, to take along and to have removed. */
export function myRoutes({ people }: LoanServices): readonly LoanRoute[] {
  const common = { who: 'reader', tag: 'readers', query: languageQuery } as const;
  return [
    {
      ...common,
      method: 'GET',
      operationId: 'readProfile',
      url: '/api/v1/me',
      summary: "The reader's own profile",
      answers: { 200: profile },
      run: async ({ actor, reply }) => {
        const found = await readProfile(people, actor);
        reply.header('etag', etagOf(found));
        return profileView(found);
      },
    },
    {
      ...common,
      method: 'PATCH',
      operationId: 'editProfile',
      url: '/api/v1/me',
      summary: "Changes the fields given of one's own profile",
      headers: ifMatchHeader,
      body: closedObject(details, 'ProfileChange'),
      checked: 'keys',
      answers: { 200: profile },
      run: async ({ actor, body, request, reply }) => {
        const changed = await editProfile(
          people,
          actor,
          body as object,
          new Date(ifMatch(request)),
        );
        reply.header('etag', etagOf(changed));
        return profileView(changed);
      },
    },
    {
      ...common,
      method: 'DELETE',
      operationId: 'closeAccount',
      url: '/api/v1/me',
      summary: 'Closes the account and removes what ties records to the person',
      answers: { 204: null },
      run: async ({ actor, request, reply }) => {
        await closeReader(people, actor, actor.id);
        clearCookie(request, reply);
        return reply.code(204).send();
      },
    },
    {
      ...common,
      method: 'GET',
      operationId: 'exportMyData',
      url: '/api/v1/me/export',
      summary: 'Everything kept about the reader, in one document',
      answers: { 200: Type.Object({}, { additionalProperties: true }) },
      run: async ({ actor, reply }) => {
        reply.header('content-disposition', 'attachment; filename="guanji-export.json"');
        return await exportReader(people, actor);
      },
    },
    {
      ...common,
      method: 'GET',
      operationId: 'listMySessions',
      url: '/api/v1/me/sessions',
      who: 'signed-in',
      summary: 'Where one is signed in',
      answers: {
        200: Type.Object({
          sessions: Type.Array(
            Type.Object({
              createdAt: instant,
              seenAt: instant,
              endsAt: instant,
              method: Type.String(),
              device: nullable(Type.String()),
            }),
          ),
        }),
      },
      run: async ({ actor, request }) => {
        // The administrator's token of the settings has no session.
        const has = sessionOf(request)?.sessionId != null;
        const sessions = has ? await listSessions(people, actor) : [];
        return {
          sessions: sessions.map((row) => ({
            createdAt: row.created_at,
            seenAt: row.seen_at,
            endsAt: row.ends_at,
            method: row.method,
            device: row.device,
          })),
        };
      },
    },
    {
      ...common,
      method: 'PATCH',
      operationId: 'correctReader',
      url: '/api/v1/readers/:id',
      who: 'staff',
      summary: "Corrects a reader's details at the desk, the checked ones included",
      params: idParameter,
      body: closedObject({ ...details, patronGroup: Type.Optional(Type.String()) }),
      checked: 'keys',
      answers: { 200: profile },
      run: async ({ actor, params, body }) =>
        profileView(await correctReader(people, actor, params.id ?? '', body as object)),
    },
    {
      ...common,
      method: 'DELETE',
      operationId: 'closeReader',
      url: '/api/v1/readers/:id',
      who: 'staff',
      summary: "Closes a reader's account, by the library's administrator",
      params: idParameter,
      answers: { 204: null },
      run: async ({ actor, params, reply }) => {
        await closeReader(people, actor, params.id ?? '');
        return reply.code(204).send();
      },
    },
  ];
}

function etagOf({ editedAt }: Profile): string {
  return `"${editedAt.getTime()}"`;
}

function profileView({ libraryId, ...rest }: Profile) {
  return { ...rest, library: libraryId };
}
