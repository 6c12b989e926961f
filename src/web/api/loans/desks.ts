import Type from 'typebox';
import {
  listConsignments,
  packConsignment,
  receiveConsignment,
  sendConsignment,
  viewConsignment,
} from '../../../loans/desks/consignments.ts';
import { deskCounts, deskQueue, deskQueues } from '../../../loans/desks/queues.ts';
import { scanBarcode } from '../../../loans/desks/scan.ts';
import { pullSlips } from '../../../loans/desks/slips.ts';
import { nullable } from '../../../members/schema/common.ts';
import { libraryFor } from './readers.ts';
import { actionResult, requestList } from './request-shapes.ts';
import { closedObject, type LoanRoute } from './routes.ts';
import { instant, languageQuery, limitOf, pageQuery, sentence } from './schemas.ts';
import type { LoanServices } from './services.ts';

const library = Type.Optional(
  Type.String({ maxLength: 32, description: "The caller's own without it" }),
);
const slipStates = ['RECEIVED', 'SEARCHING', 'PROMISED', 'PICKUP_WAIT'] as const;
type SlipState = (typeof slipStates)[number];

const slip = Type.Object(
  {
    number: Type.String(),
    version: Type.Integer(),
    callNumber: nullable(Type.String()),
    collection: Type.String(),
    location: nullable(Type.String()),
    title: Type.String(),
    author: nullable(Type.String()),
    edition: nullable(Type.String()),
    volume: nullable(Type.String()),
    year: nullable(Type.String()),
    isbn: nullable(Type.String()),
    volumes: Type.Integer(),
    delivery: Type.String(),
    homeLibrary: Type.String(),
    homeName: sentence,
    state: Type.String(),
  },
  { title: 'PullSlip' },
);

const consignment = Type.Object(
  {
    number: Type.String(),
    from: Type.String(),
    to: Type.String(),
    state: Type.Enum(['packing', 'sent', 'received']),
    courier: nullable(Type.String()),
    tracking: nullable(Type.String()),
    parcels: Type.Integer(),
    createdAt: instant,
    sentAt: nullable(instant),
    receivedAt: nullable(instant),
    items: Type.Array(
      Type.Object({
        request: Type.String(),
        title: Type.String(),
        barcode: Type.String(),
        volume: Type.Integer(),
        received: Type.Boolean(),
      }),
    ),
  },
  { title: 'Consignment' },
);
const consignmentNumber = closedObject({ number: Type.String({ maxLength: 40 }) });
const barcode = Type.String({ minLength: 1, maxLength: 64 });
const parcels = Type.Optional(Type.Integer({ minimum: 1, maximum: 999 }));

/** Work lists of both desks, pull slips, scans and courier sheets. */
export function deskRoutes({ loans }: LoanServices): readonly LoanRoute[] {
  const common = { who: 'staff', tag: 'desks' } as const;
  return [
    {
      ...common,
      method: 'GET',
      operationId: 'countQueues',
      url: '/api/v1/queues',
      summary: 'The work lists of a desk and how many wait in each',
      query: closedObject({ library, lang: pageQuery.lang }),
      answers: {
        200: Type.Object({
          queues: Type.Array(
            Type.Object({
              queue: Type.String(),
              side: Type.Enum(['borrowing', 'lending']),
              name: sentence,
              states: Type.Array(Type.String()),
              count: Type.Integer(),
            }),
          ),
        }),
      },
      run: async ({ actor, query }) => {
        const desk = libraryFor(actor.libraryId, query.library);
        const counts = await deskCounts(loans.database.db, actor, desk);
        const queues = Object.entries(deskQueues).map(([queue, facts]) => ({
          queue,
          ...facts,
          count: counts[queue] ?? 0,
        }));
        return { queues };
      },
    },
    {
      ...common,
      method: 'GET',
      operationId: 'readQueue',
      url: '/api/v1/queues/:queue',
      summary: 'One work list of the desk, newest first',
      params: closedObject({ queue: Type.String({ maxLength: 20 }) }),
      query: closedObject(pageQuery),
      answers: { 200: requestList },
      run: async ({ actor, params, query }) =>
        await deskQueue(loans.database.db, actor, params.queue ?? '', {
          limit: limitOf(query.limit),
          after: query.after ?? null,
        }),
    },
    {
      ...common,
      method: 'GET',
      operationId: 'listPullSlips',
      url: '/api/v1/slips',
      summary: 'Pull slips in the order of the shelves',
      query: closedObject({
        library,
        state: Type.Optional(
          Type.String({
            pattern: `^(${slipStates.join('|')})(,(${slipStates.join('|')}))*$`,
            description: 'RECEIVED and SEARCHING without it',
          }),
        ),
        lang: pageQuery.lang,
      }),
      answers: { 200: Type.Object({ slips: Type.Array(slip) }) },
      run: async ({ actor, query }) => {
        const states = query.state?.split(',') as SlipState[] | undefined;
        const desk = libraryFor(actor.libraryId, query.library);
        return { slips: await pullSlips(loans, loans.database.db, actor, desk, states) };
      },
    },
    {
      ...common,
      method: 'POST',
      operationId: 'scanBarcode',
      url: '/api/v1/scans',
      summary: 'Takes the one step that a scanned barcode means at this desk',
      query: languageQuery,
      body: closedObject({ barcode, lender: Type.Optional(nullable(Type.String())) }),
      answers: {
        200: Type.Object({
          ...actionResult.properties,
          action: Type.String(),
          barcode: Type.String(),
        }),
      },
      run: async ({ actor, body }) => {
        const scanned = body as { barcode: string; lender?: string | null };
        return await loans.database.transaction((tx) => scanBarcode(loans, tx, actor, scanned));
      },
    },
    {
      ...common,
      method: 'GET',
      operationId: 'listConsignments',
      url: '/api/v1/consignments',
      summary: 'Courier sheets of the library, newest first',
      query: closedObject({
        library,
        direction: Type.Optional(Type.Enum(['out', 'in'])),
        lang: pageQuery.lang,
      }),
      answers: { 200: Type.Object({ consignments: Type.Array(consignment) }) },
      run: async ({ actor, query }) => {
        const desk = libraryFor(actor.libraryId, query.library);
        const direction = query.direction === 'in' ? 'in' : 'out';
        return { consignments: await listConsignments(loans.database.db, actor, desk, direction) };
      },
    },
    {
      ...common,
      method: 'POST',
      operationId: 'packConsignment',
      url: '/api/v1/consignments',
      summary: 'Packs copies for another library',
      query: languageQuery,
      body: closedObject({
        to: Type.String({ maxLength: 32 }),
        barcodes: Type.Array(barcode, { minItems: 1, maxItems: 500 }),
        parcels,
      }),
      answers: { 201: consignment },
      run: async ({ actor, body, reply }) => {
        const input = body as { to: string; barcodes: string[] };
        const packed = await loans.database.transaction((tx) =>
          packConsignment(loans, tx, actor, input),
        );
        reply.code(201).header('location', `/api/v1/consignments/${packed.number}`);
        return packed;
      },
    },
    {
      ...common,
      method: 'GET',
      operationId: 'viewConsignment',
      url: '/api/v1/consignments/:number',
      summary: 'One courier sheet',
      params: consignmentNumber,
      query: languageQuery,
      answers: { 200: consignment },
      run: async ({ actor, params }) =>
        await viewConsignment(loans.database.db, actor, params.number ?? ''),
    },
    {
      ...common,
      method: 'POST',
      operationId: 'sendConsignment',
      url: '/api/v1/consignments/:number/send',
      summary: 'Hands the parcels to the courier',
      params: consignmentNumber,
      query: languageQuery,
      body: closedObject({ courier: Type.String(), tracking: Type.String(), parcels }),
      answers: { 200: consignment },
      run: async ({ actor, params, body }) => {
        const sent = body as { courier: string; tracking: string };
        const input = { ...sent, number: params.number ?? '' };
        return await loans.database.transaction((tx) => sendConsignment(loans, tx, actor, input));
      },
    },
    {
      ...common,
      method: 'POST',
      operationId: 'receiveConsignment',
      url: '/api/v1/consignments/:number/receive',
      summary:
        'Unpacks a whole sheet: at home every request arrives, at the lender all is checked in',
      params: consignmentNumber,
      query: languageQuery,
      body: closedObject({
        missing: Type.Optional(
          Type.Array(barcode, { maxItems: 500, description: 'On the sheet, not in the parcel' }),
        ),
      }),
      answers: {
        200: Type.Object({ consignment, missing: Type.Array(Type.String()) }),
      },
      run: async ({ actor, params, body }) => {
        const input = { ...(body as { missing?: string[] }), number: params.number ?? '' };
        return await loans.database.transaction((tx) =>
          receiveConsignment(loans, tx, actor, input),
        );
      },
    },
  ];
}
