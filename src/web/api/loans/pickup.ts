import Type from 'typebox';
import { LoanError } from '../../../loans/errors.ts';
import {
  addCard,
  cardOfReader,
  issueCard,
  listCards,
  returnCard,
} from '../../../loans/pickup/cards.ts';
import {
  askPickup,
  decidePickup,
  deletePhoto,
  endPickup,
  enrolmentOf,
  pickupQueue,
  putPhoto,
} from '../../../loans/pickup/enrolment.ts';
import { makePass, verifyPass } from '../../../loans/pickup/pass.ts';
import { viewPhoto } from '../../../loans/pickup/photo-views.ts';
import { nullable } from '../../../members/schema/common.ts';
import { ProblemError } from '../../problem.ts';
import { libraryFor } from './readers.ts';
import { actionResult } from './request-shapes.ts';
import { type Call, closedObject, ifMatch, ifMatchHeader, type LoanRoute } from './routes.ts';
import { idParameter, instant, languageQuery, numberParameter, pageQuery } from './schemas.ts';
import type { LoanServices } from './services.ts';

const enrolment = Type.Object(
  {
    reader: Type.String(),
    state: Type.Enum(['none', 'asked', 'approved', 'refused', 'ended']),
    photo: nullable(Type.Object({ addedAt: instant, deleteAfter: nullable(instant) })),
    consentAt: nullable(instant),
    documents: nullable(Type.String()),
    reason: nullable(Type.String()),
    decidedAt: nullable(instant),
  },
  { title: 'PickupEnrolment' },
);

const card = Type.Object(
  {
    number: Type.String(),
    library: Type.String(),
    state: Type.Enum(['stock', 'out', 'withdrawn']),
    request: nullable(Type.String()),
    issuedAt: nullable(instant),
    dueAt: nullable(instant),
    overdue: Type.Boolean(),
  },
  { title: 'PickupCard' },
);

const ownCard = Type.Object({
  card: nullable(
    Type.Object({
      card: Type.String(),
      request: Type.String(),
      lender: nullable(Type.String()),
      issuedAt: instant,
      dueAt: instant,
      visitAt: nullable(instant),
    }),
  ),
});

const pass = Type.Object(
  {
    token: Type.String({ description: 'What the code on the screen holds' }),
    card: Type.String(),
    request: Type.String(),
    lender: Type.String(),
    validUntil: instant,
  },
  { title: 'Pass' },
);

const holder = Type.Object(
  {
    request: Type.String(),
    version: Type.Integer(),
    state: Type.String(),
    reader: Type.String(),
    readerName: nullable(Type.String()),
    readerBarcode: nullable(Type.String()),
    homeLibrary: Type.String(),
    card: Type.String(),
    title: Type.String(),
    callNumber: nullable(Type.String()),
    hasPhoto: Type.Boolean(),
  },
  { title: 'PassHolder' },
);

const photoForm = Type.Object(
  {
    photo: Type.String({ format: 'binary', description: 'JPEG, PNG or WebP below 500 K' }),
    consent: Type.Literal('true', { description: 'To its use for self pick-up, and no other' }),
  },
  { title: 'PhotoForm' },
);

/** A photo has at most 500 KB; what is larger is cut off a little above, with its own sentence. */
export const uploadLimits = { fileSize: 600 * 1024, files: 1, fields: 10, fieldSize: 4096 };

/** Self pick-up: enrolment with a photo, cards of the alliance, passes at the lender's desk. */
export function pickupRoutes({ loans }: LoanServices): readonly LoanRoute[] {
  const mine = { who: 'reader', tag: 'readers', query: languageQuery } as const;
  const desk = { who: 'staff', tag: 'desks', query: languageQuery } as const;
  return [
    {
      ...mine,
      method: 'PUT',
      operationId: 'putMyPhoto',
      url: '/api/v1/me/photo',
      summary: 'Keeps a photo for self pick-up; a new one replaces it and is approved anew',
      form: photoForm,
      answers: { 200: enrolment },
      run: async ({ actor, request }) => {
        const { bytes, consent } = await readPhotoForm(request);
        return await putPhoto(loans, actor, bytes, consent);
      },
    },
    {
      ...mine,
      method: 'DELETE',
      operationId: 'deleteMyPhoto',
      url: '/api/v1/me/photo',
      summary: 'Removes the photo; self pick-up ends with it',
      answers: { 204: null },
      run: async ({ actor, reply }) => {
        await loans.database.transaction((tx) => deletePhoto(loans, tx, actor));
        return reply.code(204).send();
      },
    },
    {
      ...mine,
      method: 'GET',
      operationId: 'readMyPhoto',
      url: '/api/v1/me/photo',
      summary: "The reader's own photo",
      answers: { 200: Type.String({ format: 'binary', description: 'image/jpeg' }) },
      run: async (call) => await showPhoto(call, call.actor.id),
    },
    {
      ...mine,
      method: 'GET',
      operationId: 'readMyPickup',
      url: '/api/v1/me/pickup',
      summary: 'How the enrolment for self pick-up stands',
      answers: { 200: enrolment },
      run: async ({ actor }) => await enrolmentOf(loans.database.db, actor.id),
    },
    {
      ...mine,
      method: 'POST',
      operationId: 'askForPickup',
      url: '/api/v1/me/pickup',
      summary: 'Asks for self pick-up, with consent to its rules; a photo has to be there',
      body: closedObject({
        consent: Type.Boolean(),
        consentText: Type.String({ maxLength: 1000, description: 'What was agreed to, as shown' }),
      }),
      answers: { 200: enrolment },
      run: async ({ actor, body }) => {
        const input = body as { consent: boolean; consentText: string };
        return await loans.database.transaction((tx) => askPickup(loans, tx, actor, input));
      },
    },
    {
      ...mine,
      method: 'DELETE',
      operationId: 'giveUpPickup',
      url: '/api/v1/me/pickup',
      summary: 'Gives self pick-up up; the photo is deleted when its time has come',
      answers: { 200: enrolment },
      run: async ({ actor }) =>
        await loans.database.transaction((tx) => endPickup(loans, tx, actor)),
    },
    {
      ...mine,
      method: 'GET',
      operationId: 'readMyCard',
      url: '/api/v1/me/card',
      summary: 'The pick-up card the reader has now, or null',
      answers: { 200: ownCard },
      run: async ({ actor }) => ({ card: await cardOfReader(loans.database.db, actor) }),
    },
    {
      ...mine,
      tag: 'requests',
      method: 'POST',
      operationId: 'makePass',
      url: '/api/v1/requests/:number/pass',
      summary: "A pass for the lender's desk, good for some hours",
      params: numberParameter,
      answers: { 200: pass },
      run: async ({ actor, params }) =>
        await makePass(loans, loans.database.db, actor, params.number ?? ''),
    },
    {
      ...desk,
      method: 'POST',
      operationId: 'verifyPass',
      url: '/api/v1/passes/verify',
      summary: 'Whom a pass shown at this desk stands for; the look is logged',
      body: closedObject({ token: Type.String({ maxLength: 1000 }) }),
      answers: { 200: holder },
      run: async ({ actor, body }) => {
        const { token } = body as { token: string };
        return await loans.database.transaction((tx) => verifyPass(loans, tx, actor, token));
      },
    },
    {
      ...desk,
      method: 'GET',
      operationId: 'listPickups',
      url: '/api/v1/pickups',
      summary: 'Enrolments that wait for the desk, oldest first',
      query: closedObject({ library: Type.Optional(Type.String()), lang: pageQuery.lang }),
      answers: { 200: Type.Object({ enrolments: Type.Array(enrolment) }) },
      run: async ({ actor, query }) => {
        const library = libraryFor(actor.libraryId, query.library);
        return { enrolments: await pickupQueue(loans.database.db, actor, library) };
      },
    },
    {
      ...desk,
      method: 'POST',
      operationId: 'approvePickup',
      url: '/api/v1/readers/:id/pickup/approve',
      summary: 'Approves an enrolment, with the documents seen',
      params: idParameter,
      body: closedObject({ documents: Type.String({ maxLength: 500 }) }),
      answers: { 200: enrolment },
      run: async ({ actor, params, body }) => {
        const { documents } = body as { documents: string };
        const decision = { approve: true, documents } as const;
        return await loans.database.transaction((tx) =>
          decidePickup(loans, tx, actor, params.id ?? '', decision),
        );
      },
    },
    {
      ...desk,
      method: 'POST',
      operationId: 'refusePickup',
      url: '/api/v1/readers/:id/pickup/refuse',
      summary: 'Refuses an enrolment',
      params: idParameter,
      body: closedObject({ reason: Type.String({ maxLength: 500 }) }),
      answers: { 200: enrolment },
      run: async ({ actor, params, body }) => {
        const { reason } = body as { reason: string };
        const decision = { approve: false, reason } as const;
        return await loans.database.transaction((tx) =>
          decidePickup(loans, tx, actor, params.id ?? '', decision),
        );
      },
    },
    {
      ...desk,
      method: 'GET',
      operationId: 'viewPhoto',
      url: '/api/v1/readers/:id/photo',
      summary: "A reader's photo, for the desks that need it; the look is logged",
      params: idParameter,
      answers: { 200: Type.String({ format: 'binary', description: 'image/jpeg' }) },
      run: async (call) => await showPhoto(call, call.params.id ?? ''),
    },
    {
      ...desk,
      method: 'GET',
      operationId: 'listCards',
      url: '/api/v1/cards',
      summary: 'The pick-up cards of the library and where each is',
      query: closedObject({ library: Type.Optional(Type.String()), lang: pageQuery.lang }),
      answers: { 200: Type.Object({ cards: Type.Array(card) }) },
      run: async ({ actor, query }) => {
        const library = libraryFor(actor.libraryId, query.library);
        return { cards: await listCards(loans, loans.database.db, actor, library) };
      },
    },
    {
      ...desk,
      method: 'POST',
      operationId: 'addCard',
      url: '/api/v1/cards',
      summary: 'Adds a card to the stock',
      body: closedObject({ number: Type.String({ maxLength: 32 }) }),
      answers: { 201: card },
      run: async ({ actor, body, reply }) => {
        const { number } = body as { number: string };
        const added = await loans.database.transaction((tx) => addCard(loans, tx, actor, number));
        reply.code(201);
        return added;
      },
    },
    {
      ...desk,
      method: 'POST',
      operationId: 'issueCard',
      url: '/api/v1/cards/:number/issue',
      summary: 'Lends a card for a promised request, which then waits for the visit',
      params: closedObject({ number: Type.String({ maxLength: 32 }) }),
      headers: ifMatchHeader,
      body: closedObject({
        request: Type.String({ maxLength: 40, description: 'If-Match names its version' }),
        document: Type.String({ maxLength: 200, description: 'What the reader showed or left' }),
      }),
      answers: { 200: actionResult },
      run: async ({ actor, params, body, request, reply }) => {
        const input = body as { request: string; document: string };
        const asked = { ...input, card: params.number ?? '', version: ifMatch(request) };
        const result = await loans.database.transaction((tx) => issueCard(loans, tx, actor, asked));
        reply.header('etag', `"${result.version}"`);
        return result;
      },
    },
    {
      ...desk,
      method: 'POST',
      operationId: 'returnCard',
      url: '/api/v1/cards/:number/return',
      summary: 'Takes a card back; every pass on it is void from now on',
      params: closedObject({ number: Type.String({ maxLength: 32 }) }),
      answers: { 204: null },
      run: async ({ actor, params, reply }) => {
        await loans.database.transaction((tx) => returnCard(loans, tx, actor, params.number ?? ''));
        return reply.code(204).send();
      },
    },
  ];

  async function showPhoto({ actor, reply }: Call, readerId: string) {
    const { jpeg, sha256 } = await loans.database.transaction((tx) =>
      viewPhoto(loans, tx, actor, readerId),
    );
    return reply.type('image/jpeg').header('etag', `"${sha256}"`).send(jpeg);
  }
}

/** One image and the consent, in any order. */
export async function readPhotoForm(
  request: Call['request'],
): Promise<{ readonly bytes: Uint8Array; readonly consent: boolean }> {
  if (!request.isMultipart()) {
    throw new ProblemError(415, 'http', 'send a form of parts: multipart/form-data');
  }
  let bytes: Uint8Array | null = null;
  let consent = false;
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      const read = await part.toBuffer().catch((error) => {
        throw isTooLarge(error) ? photoTooLarge() : error;
      });
      if (part.fieldname === 'photo') bytes = read;
    } else if (part.fieldname === 'consent') consent = part.value === 'true';
  }
  if (bytes !== null) return { bytes, consent };
  const sentence = { zh: '请选择照片。', en: 'Choose a photo.' };
  const faults = [{ pointer: '/photo', rule: 'required', ...sentence }];
  throw new LoanError('invalid', sentence, { pointer: '/photo', faults });
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === 413;
}

/** What is cut off while it comes gets the sentence that the check of a whole photo has. */
function photoTooLarge(): LoanError {
  const sentence = { zh: '照片须小于500 K。', en: 'The photo must be smaller than 500 K.' };
  const rule = 'account.photo.maxBytes';
  return new LoanError('invalid', sentence, { rule, pointer: '/photo' });
}
