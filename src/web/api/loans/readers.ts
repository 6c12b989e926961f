import Type from 'typebox';
import { readerStates } from '../../../loans/people/lifecycle.ts';
import { listReaders, viewReader } from '../../../loans/people/readers.ts';
import {
  type RegistrationInput,
  registerReader,
  registrationToCorrect,
  resubmitRegistration,
} from '../../../loans/people/registration.ts';
import {
  approveReader,
  refuseReader,
  reinstateReader,
  returnReader,
  suspendReader,
} from '../../../loans/people/review.ts';
import {
  optionalFields,
  putScheme,
  readScheme,
  schemeSchema,
} from '../../../loans/people/scheme.ts';
import { nullable } from '../../../members/schema/common.ts';
import { badInput } from '../../problem.ts';
import { type Call, closedObject, ifMatch, ifMatchHeader, type LoanRoute } from './routes.ts';
import { idParameter, instant, languageQuery, limitOf, pageQuery } from './schemas.ts';
import type { LoanServices } from './services.ts';

const states = Object.keys(readerStates) as (keyof typeof readerStates)[];
const text = (maxLength: number) => Type.Optional(nullable(Type.String({ maxLength })));

/** The optional fields of a profile, as somebody enters them. */
export const optionalTexts = Object.fromEntries(
  Object.entries(optionalFields).map(([name, { maxLength }]) => [name, text(maxLength)]),
);

/** What somebody has entered of themselves, as it is shown. */
export const shownDetails = {
  name: Type.String(),
  cardNumber: nullable(Type.String()),
  email: Type.String(),
  ...Object.fromEntries(Object.keys(optionalFields).map((name) => [name, nullable(Type.String())])),
  extra: Type.Record(Type.String(), Type.String()),
};

const details = {
  name: Type.String({ maxLength: 60 }),
  cardNumber: Type.String({ maxLength: 40, description: "Of the home library's own scheme" }),
  email: Type.String({ maxLength: 254 }),
  ...optionalTexts,
  extra: Type.Optional(
    Type.Record(Type.String(), nullable(Type.String()), {
      description: "The library's own fields, by their names in its scheme",
    }),
  ),
};

export const registration = closedObject(
  {
    library: Type.String({ description: 'Id of the home library' }),
    login: Type.Optional(
      nullable(Type.String({ description: 'One is issued where none is given' })),
    ),
    password: Type.String({ description: 'At least 8 characters, none of the common ones' }),
    locale: Type.Optional(Type.Enum(['zh', 'en'])),
    ...details,
  },
  'Registration',
);

const correction = closedObject(
  { token: Type.String({ description: 'From the link in the mail' }), ...details },
  'Correction',
);

const returned = Type.Object(
  {
    library: Type.String(),
    note: nullable(Type.String({ description: 'What the desk asks for' })),
    ...shownDetails,
  },
  { title: 'ReturnedRegistration' },
);

const review = closedObject(
  { note: Type.Optional(nullable(Type.String({ description: 'Said to the reader' }))) },
  'Review',
);
const approval = closedObject(
  {
    patronGroup: Type.String({ description: "Of the library's own list" }),
    note: Type.Optional(nullable(Type.String())),
  },
  'Approval',
);

const standing = Type.Object(
  { id: Type.String(), state: Type.Enum(states), version: Type.Integer() },
  { title: 'ReaderStanding' },
);
const readerLine = Type.Object(
  {
    ...standing.properties,
    name: nullable(Type.String()),
    barcode: nullable(Type.String()),
    patronGroup: nullable(Type.String()),
    department: nullable(Type.String()),
    registeredAt: instant,
    sameCard: Type.Integer({ description: 'Other readers with the same card' }),
    sameEmail: Type.Integer(),
  },
  { title: 'ReaderLine' },
);
const reader = Type.Object(
  {
    ...standing.properties,
    library: Type.String(),
    patronGroup: nullable(Type.String()),
    barcode: nullable(Type.String()),
    registeredAt: instant,
    approvedAt: nullable(instant),
    profile: nullable(Type.Object({}, { additionalProperties: true })),
    events: Type.Array(Type.Object({}, { additionalProperties: true })),
    actions: Type.Array(Type.String(), { description: 'What the caller may do now' }),
  },
  { title: 'Reader' },
);
const scheme = Type.Object(
  { library: Type.String(), revision: Type.Integer(), scheme: schemeSchema },
  { title: 'RegistrationScheme' },
);

const reviewHeaders = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'Refuses a decision on an older state' })),
});

/** Registration under a home library and its review there. */
export function readerRoutes({ people }: LoanServices): readonly LoanRoute[] {
  const decision = (
    name: string,
    summary: string,
    decide: (call: Call, ifVersion: number | null) => Promise<Standing>,
    body: typeof review | typeof approval = review,
  ): LoanRoute => ({
    method: 'POST',
    operationId: `${name}Reader`,
    url: `/api/v1/readers/:id/${name}`,
    who: 'staff',
    tag: 'readers',
    summary,
    params: idParameter,
    query: languageQuery,
    headers: reviewHeaders,
    body,
    checked: 'keys',
    answers: { 200: standing },
    run: async (call) => {
      const condition = call.request.headers['if-match'];
      const moved = await decide(call, condition === undefined ? null : ifMatch(call.request));
      call.reply.header('etag', `"${moved.version}"`);
      return standingView(moved);
    },
  });
  return [
    {
      method: 'POST',
      operationId: 'registerReader',
      url: '/api/v1/readers',
      who: 'anyone',
      tag: 'readers',
      summary: 'Registers a reader under a home library, to be reviewed there',
      query: languageQuery,
      body: registration,
      checked: 'keys',
      answers: {
        201: Type.Object({
          id: Type.String(),
          login: Type.String(),
          state: Type.Literal('awaiting_review'),
        }),
      },
      run: async ({ request, reply, body }) => {
        const input = registrationIn(body as Record<string, unknown>);
        const { readerId, login, state } = await registerReader(people, input, {
          address: request.ip,
        });
        return reply.code(201).send({ id: readerId, login, state });
      },
    },
    {
      method: 'POST',
      operationId: 'correctRegistration',
      url: '/api/v1/readers/corrections',
      who: 'anyone',
      tag: 'readers',
      summary: 'Sends a returned registration in again, by the link in the mail',
      query: languageQuery,
      body: correction,
      checked: 'keys',
      answers: { 200: standing },
      run: async ({ body }) => {
        const { token, ...rest } = body as Record<string, unknown>;
        return standingView(await resubmitRegistration(people, String(token ?? ''), rest));
      },
    },
    {
      method: 'POST',
      operationId: 'viewCorrection',
      url: '/api/v1/readers/corrections/view',
      who: 'anyone',
      tag: 'readers',
      summary: 'A returned registration as it was sent in, by the link in the mail',
      query: languageQuery,
      body: closedObject({ token: correction.properties.token }),
      answers: { 200: returned },
      run: async ({ body }) => {
        const { token } = body as { token: string };
        const { libraryId, details, note } = await registrationToCorrect(people, token);
        return { library: libraryId, note, ...details };
      },
    },
    {
      method: 'GET',
      operationId: 'listReaders',
      url: '/api/v1/readers',
      who: 'staff',
      tag: 'readers',
      summary: "Readers of the caller's library, oldest first",
      query: closedObject({
        state: Type.Optional(Type.Enum(states)),
        library: Type.Optional(Type.String({ description: 'For staff of the federation' })),
        ...pageQuery,
      }),
      answers: {
        200: Type.Object({ readers: Type.Array(readerLine), next: nullable(Type.String()) }),
      },
      run: async ({ actor, query }) =>
        await listReaders(people, actor, {
          libraryId: libraryFor(actor.libraryId, query.library),
          state: (query.state as keyof typeof readerStates | undefined) ?? null,
          after: query.after ?? null,
          limit: limitOf(query.limit),
        }),
    },
    {
      method: 'GET',
      operationId: 'viewReader',
      url: '/api/v1/readers/:id',
      who: 'staff',
      tag: 'readers',
      summary: 'One reader with everything the desk decides by; the view is logged',
      params: idParameter,
      query: languageQuery,
      answers: { 200: reader },
      run: async ({ actor, params, reply }) => {
        const found = await viewReader(people, actor, params.id ?? '');
        reply.header('etag', `"${found.reader.version}"`);
        return readerView(found);
      },
    },
    decision(
      'approve',
      'Approves a registration; the reader may sign in',
      ({ actor, params, body }, ifVersion) => {
        const { patronGroup, note } = body as { patronGroup: string; note?: string };
        return approveReader(people, actor, params.id ?? '', {
          patronGroup,
          note: note ?? null,
          ifVersion,
        });
      },
      approval,
    ),
    decision('return', 'Asks the reader to correct the registration', (call, ifVersion) =>
      returnReader(people, call.actor, call.params.id ?? '', { ...noteOf(call), ifVersion }),
    ),
    decision('refuse', 'Refuses a registration', (call, ifVersion) =>
      refuseReader(people, call.actor, call.params.id ?? '', { ...noteOf(call), ifVersion }),
    ),
    decision('suspend', 'Keeps a reader from asking for more', (call, ifVersion) =>
      suspendReader(people, call.actor, call.params.id ?? '', { ...noteOf(call), ifVersion }),
    ),
    decision('reinstate', 'Ends a suspension', (call, ifVersion) =>
      reinstateReader(people, call.actor, call.params.id ?? '', { ...noteOf(call), ifVersion }),
    ),
    {
      method: 'GET',
      operationId: 'readRegistrationScheme',
      url: '/api/v1/libraries/:id/registration',
      who: 'anyone',
      tag: 'readers',
      summary: 'What a library asks of its readers when they register',
      params: idParameter,
      query: languageQuery,
      answers: { 200: scheme },
      run: async ({ params, reply }) => {
        const library = params.id ?? '';
        const found = await readScheme(people, library);
        reply.header('etag', `"${found.revision}"`);
        return { library, ...found };
      },
    },
    {
      method: 'PUT',
      operationId: 'changeRegistrationScheme',
      url: '/api/v1/libraries/:id/registration',
      who: 'staff',
      tag: 'readers',
      summary: 'Changes what a library asks of its readers',
      params: idParameter,
      query: languageQuery,
      headers: ifMatchHeader,
      body: schemeSchema,
      checked: 'keys',
      answers: { 200: scheme },
      run: async ({ actor, params, body, request, reply }) => {
        const library = params.id ?? '';
        const found = await putScheme(people, actor, library, body, ifMatch(request));
        reply.header('etag', `"${found.revision}"`);
        return { library, ...found };
      },
    },
  ];
}

/** A registration as the loan core takes it, which checks all the rest of it. */
export function registrationIn({
  library,
  ...rest
}: Readonly<Record<string, unknown>>): RegistrationInput {
  if (typeof library === 'string') return { ...rest, libraryId: library } as RegistrationInput;
  throw badInput([{ pointer: '/library', message: 'is required' }]);
}

type Standing = Awaited<ReturnType<typeof returnReader>>;

function standingView({ id, state, version }: Standing) {
  return { id, state, version };
}

function noteOf({ body }: Call): { readonly note: string | null } {
  return { note: ((body as { note?: string } | null)?.note ?? null) as string | null };
}

/** The library a list is about: the caller's own, or for the federation the one named. */
export function libraryFor(own: string | null, named: string | undefined): string {
  const library = named ?? own;
  if (library !== null) return library;
  throw badInput([{ pointer: '/library', message: 'name the library' }]);
}

function readerView({ reader, profile, events, actions }: Awaited<ReturnType<typeof viewReader>>) {
  return {
    id: reader.id,
    state: reader.state,
    version: reader.version,
    library: reader.library_id,
    patronGroup: reader.patron_group,
    barcode: reader.barcode,
    registeredAt: reader.registered_at,
    approvedAt: reader.approved_at,
    profile: profile && {
      name: profile.name,
      cardNumber: profile.card_number,
      email: profile.email,
      ...Object.fromEntries(
        Object.keys(optionalFields).map((name) => [name, profile[name as keyof typeof profile]]),
      ),
      extra: profile.extra,
    },
    events: events.map(({ to_state, ...event }) => ({ ...event, to: to_state })),
    actions,
  };
}
