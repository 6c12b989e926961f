import Type from 'typebox';
import type { Actor } from '../../../loans/actor.ts';
import { LoanError } from '../../../loans/errors.ts';
import { eventsOf, messagesOf } from '../../../loans/requests/history.ts';
import { listRequests } from '../../../loans/requests/list.ts';
import { prepareRequest } from '../../../loans/requests/prepare.ts';
import { previewRequest } from '../../../loans/requests/preview.ts';
import { getRequest } from '../../../loans/requests/read.ts';
import { submitRequest } from '../../../loans/requests/submit.ts';
import type { RequestInput } from '../../../loans/requests/types.ts';
import { type Outcome, runOnce } from '../../../store/idempotency.ts';
import { ProblemError, problemBody } from '../../problem.ts';
import { daysOf, daysQuery } from './days.ts';
import { problemOf } from './refusals.ts';
import {
  event,
  message,
  preview,
  requestInput,
  requestList,
  requestView,
} from './request-shapes.ts';
import { type Call, closedObject, type LoanRoute } from './routes.ts';
import { languageQuery, limitOf, numberParameter, pageQuery } from './schemas.ts';
import type { LoanServices } from './services.ts';

const keyHeader = Type.Object({
  'idempotency-key': Type.String({ description: 'Made by the client, one for each request' }),
});

const listQuery = closedObject({
  side: Type.Optional(Type.Enum(['borrowing', 'lending'])),
  state: Type.Optional(
    Type.String({ pattern: '^[A-Z_]+(,[A-Z_]+)*$', description: 'States, separated by commas' }),
  ),
  open: Type.Optional(Type.Enum(['0', '1'])),
  flag: Type.Optional(Type.Enum(['overdue', 'recalled', 'renewal', 'attention'])),
  ...daysQuery,
  ...pageQuery,
});

/** Requests from preview to history. */
export function requestRoutes({ loans }: LoanServices): readonly LoanRoute[] {
  const route = (
    operationId: string,
    path: string,
    summary: string,
    answer: Type.TSchema,
    run: LoanRoute['run'],
  ): LoanRoute => ({
    method: 'GET',
    operationId,
    url: `/api/v1/requests/:number${path}`,
    who: 'signed-in',
    tag: 'requests',
    summary,
    params: numberParameter,
    query: languageQuery,
    answers: { 200: answer },
    run,
  });
  return [
    {
      method: 'POST',
      operationId: 'previewRequest',
      url: '/api/v1/requests/preview',
      who: 'reader',
      tag: 'requests',
      summary: "The filled form as it would be sent, with every rule's verdict; writes nothing",
      query: languageQuery,
      body: requestInput,
      checked: 'keys',
      answers: { 200: preview },
      run: async ({ actor, body }) => await previewRequest(loans, actor, body as RequestInput),
    },
    {
      method: 'POST',
      operationId: 'submitRequest',
      url: '/api/v1/requests',
      who: 'reader',
      tag: 'requests',
      summary: 'Asks a library for a loan; a repetition with the same key gets the same answer',
      query: languageQuery,
      headers: keyHeader,
      body: requestInput,
      checked: 'keys',
      answers: { 201: requestView },
      run: async (call) => await submit(call),
    },
    {
      method: 'GET',
      operationId: 'listRequests',
      url: '/api/v1/requests',
      who: 'signed-in',
      tag: 'requests',
      summary: "One's own requests by role, newest first",
      query: listQuery,
      answers: { 200: requestList },
      run: async ({ actor, query }) =>
        await listRequests(loans.database.db, actor, {
          side: query.side === 'lending' ? 'lending' : 'borrowing',
          states: query.state?.split(',') ?? [],
          open: query.open === undefined ? null : query.open === '1',
          flag: (query.flag as 'overdue' | undefined) ?? null,
          ...daysOf(query, loans.timezone),
          limit: limitOf(query.limit),
          after: query.after ?? null,
        }),
    },
    route('viewRequest', '', 'A request as the caller may see it', requestView, async (call) => {
      const found = await getRequest(
        loans,
        loans.database.db,
        call.actor,
        call.params.number ?? '',
      );
      call.reply.header('etag', `"${found.version}"`);
      return found;
    }),
    route(
      'readHistory',
      '/events',
      'Everything that happened, in order',
      Type.Object({ events: Type.Array(event) }),
      async ({ actor, params }) => ({
        events: await eventsOf(loans.database.db, actor, params.number ?? ''),
      }),
    ),
    {
      ...route(
        'readLetters',
        '/messages',
        'What the two sides told each other',
        Type.Object({ messages: Type.Array(message) }),
        async ({ actor, params }) => ({
          messages: await messagesOf(loans.database.db, actor, params.number ?? ''),
        }),
      ),
      who: 'staff',
    },
  ];

  async function submit({ request, reply, actor, body }: Call) {
    const key = keyOf(request.headers['idempotency-key']);
    const input = body as RequestInput;
    const { outcome, replayed } = await submitOnce(loans, { actor, key, input, request });
    if (replayed) reply.header('idempotent-replayed', 'true');
    return reply.code(outcome.status).headers(outcome.headers).send(outcome.body);
  }
}

export interface Submission {
  readonly actor: Actor;
  /** Made by the client, one for each request. */
  readonly key: string;
  readonly input: RequestInput;
  /** Says the language of a refusal. */
  readonly request: Call['request'];
}

/** Submits a request once for its key; a repetition gets the outcome that was kept. */
export async function submitOnce(
  loans: LoanServices['loans'],
  { actor, key, input, request }: Submission,
): Promise<{ readonly outcome: Outcome; readonly replayed: boolean }> {
  const claim = { actor: actor.id, key, request: `POST /requests ${JSON.stringify(input)}` };
  const known = await isKnown(loans, actor, key);
  // Libraries are asked before the transaction; a repetition asks nobody.
  const prepared = known ? null : await prepareRequest(loans, actor, input);
  return await runOnce(
    loans.database,
    claim,
    async (tx) => {
      if (prepared === null) throw tryAgain();
      const { number } = await submitRequest(loans, tx, actor, prepared);
      const view = await getRequest(loans, tx, actor, number);
      return {
        status: 201,
        headers: {
          location: `/api/v1/requests/${number}`,
          etag: `"${view.version}"`,
          'content-type': 'application/json; charset=utf-8',
        },
        body: JSON.stringify(view),
      };
    },
    { clock: loans.clock, outcomeOf: (error) => refusalOf(error, request) },
  );
}

async function isKnown(loans: LoanServices['loans'], actor: Actor, key: string): Promise<boolean> {
  const row = await loans.database.db
    .selectFrom('idempotency_keys')
    .select('state')
    .where('actor', '=', actor.id)
    .where('key', '=', key)
    .executeTakeFirst();
  return row !== undefined;
}

/** The key had run out between two looks at it; it is free now. */
function tryAgain(): ProblemError {
  const headers = { 'retry-after': '1' };
  return new ProblemError(409, 'key-running', 'send the same request once more', { headers });
}

function keyOf(header: string | string[] | undefined): string {
  if (typeof header === 'string' && /^[\x21-\x7e]{8,128}$/.test(header)) return header;
  if (header === undefined) {
    throw new ProblemError(400, 'bad-input', 'send an Idempotency-Key', {
      errors: [{ pointer: '/idempotency-key', message: 'is required' }],
    });
  }
  throw new ProblemError(400, 'bad-input', 'an Idempotency-Key has 8 to 128 visible characters', {
    errors: [{ pointer: '/idempotency-key', message: 'must have 8 to 128 visible characters' }],
  });
}

/** What a refusal is answered with again, when the same request is repeated. */
function refusalOf(error: unknown, request: Call['request']): Outcome | null {
  if (!(error instanceof LoanError) || !['invalid', 'refused', 'taken'].includes(error.code)) {
    return null;
  }
  const problem = problemOf(error, request);
  if (!(problem instanceof ProblemError)) return null;
  const type = 'application/problem+json; charset=utf-8';
  return {
    status: problem.status,
    headers: { ...problem.headers, 'content-type': type },
    body: JSON.stringify(problemBody(request, problem)),
  };
}
