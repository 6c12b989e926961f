import Type from 'typebox';
import {
  type AnnouncementInput,
  announcementKinds,
  currentAnnouncements,
  postAnnouncement,
} from '../../../loans/notices/announcements.ts';
import { inboxOf, markRead, noticesAbout } from '../../../loans/notices/inbox.ts';
import { nullable } from '../../../members/schema/common.ts';
import { daysOf, daysQuery } from './days.ts';
import { closedObject, type LoanRoute } from './routes.ts';
import { instant, languageQuery, numberParameter, pageQuery, sentence } from './schemas.ts';
import type { LoanServices } from './services.ts';

const inbox = Type.Object({
  messages: Type.Array(
    Type.Object(
      {
        id: Type.Integer(),
        template: Type.String(),
        subject: Type.String(),
        body: Type.String(),
        at: instant,
        readAt: nullable(instant),
      },
      { title: 'InboxMessage' },
    ),
  ),
});

const status = Type.Object({
  notices: Type.Array(
    Type.Object(
      {
        template: Type.String(),
        recipient: Type.Enum(['reader', 'library']),
        channel: Type.String(),
        state: Type.Enum(['shown', 'waiting', 'sent', 'failing', 'unaddressed']),
        at: instant,
        sentAt: nullable(instant),
        attempts: Type.Integer(),
        lastError: nullable(Type.String({ description: 'Why it is not out yet' })),
      },
      { title: 'NoticeStatus' },
    ),
  ),
});

const announcement = Type.Object(
  {
    id: Type.Integer(),
    library: nullable(Type.String({ description: 'null for the federation' })),
    kind: Type.Enum([...announcementKinds]),
    title: sentence,
    body: sentence,
    from: instant,
    to: nullable(instant),
    postedAt: instant,
  },
  { title: 'Announcement' },
);

/** What readers and desks are told: messages, notices about a request, announcements. */
export function noticeRoutes({ loans }: LoanServices): readonly LoanRoute[] {
  return [
    {
      method: 'GET',
      operationId: 'listMessages',
      url: '/api/v1/me/messages',
      who: 'signed-in',
      tag: 'readers',
      summary: "One's own system messages, or those of the desk, newest first",
      query: closedObject({
        ...daysQuery,
        before: Type.Optional(
          Type.String({ pattern: '^[0-9]{1,15}$', description: 'Id of the last one seen' }),
        ),
        lang: pageQuery.lang,
      }),
      answers: { 200: inbox },
      run: async ({ actor, query }) => ({
        messages: await inboxOf(loans.database.db, actor, {
          ...daysOf(query, loans.timezone),
          before: query.before === undefined ? null : Number(query.before),
        }),
      }),
    },
    {
      method: 'POST',
      operationId: 'markMessageRead',
      url: '/api/v1/me/messages/:id/read',
      who: 'signed-in',
      tag: 'readers',
      summary: 'Marks a message as read',
      params: closedObject({ id: Type.String({ pattern: '^[0-9]{1,15}$' }) }),
      query: languageQuery,
      answers: { 204: null },
      run: async ({ actor, params, reply }) => {
        await loans.database.transaction((tx) => markRead(loans, tx, actor, Number(params.id)));
        return reply.code(204).send();
      },
    },
    {
      method: 'GET',
      operationId: 'listNotices',
      url: '/api/v1/requests/:number/notices',
      who: 'staff',
      tag: 'desks',
      summary: 'What was told about a request, and why a notice is not out yet',
      params: numberParameter,
      query: languageQuery,
      answers: { 200: status },
      run: async ({ actor, params }) => ({
        notices: await noticesAbout(loans.database.db, actor, params.number ?? ''),
      }),
    },
    {
      method: 'GET',
      operationId: 'listAnnouncements',
      url: '/api/v1/announcements',
      who: 'anyone',
      tag: 'rules',
      summary: 'Suspensions, resumptions, holidays and notices that hold now',
      query: closedObject({ library: Type.Optional(Type.String()), lang: pageQuery.lang }),
      answers: { 200: Type.Object({ announcements: Type.Array(announcement) }) },
      run: async ({ query }) => ({
        announcements: await currentAnnouncements(loans, loans.database.db, query.library ?? null),
      }),
    },
    {
      method: 'POST',
      operationId: 'postAnnouncement',
      url: '/api/v1/announcements',
      who: 'staff',
      tag: 'rules',
      summary: "Posts an announcement of the caller's library, or of the federation",
      query: languageQuery,
      body: closedObject({
        kind: Type.Enum([...announcementKinds]),
        title: Type.Partial(sentence),
        body: Type.Partial(sentence),
        from: Type.Optional(nullable(instant)),
        to: Type.Optional(nullable(instant)),
      }),
      checked: 'keys',
      answers: { 201: announcement },
      run: async ({ actor, body, reply }) => {
        const input = body as AnnouncementInput;
        const posted = await loans.database.transaction((tx) =>
          postAnnouncement(loans, tx, actor, input),
        );
        reply.code(201);
        return posted;
      },
    },
  ];
}
