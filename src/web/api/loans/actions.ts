import Type from 'typebox';
import { actOnMany, maxBatch } from '../../../loans/desks/batch.ts';
import { LoanError } from '../../../loans/errors.ts';
import type { Side } from '../../../loans/lifecycle/states.ts';
import { actOn } from '../../../loans/requests/act.ts';
import { describeActions, openActions } from '../../../loans/requests/open-actions.ts';
import { ProblemError, problemBody, problemSchema } from '../../problem.ts';
import { problemOf } from './refusals.ts';
import { actionInput, actionResult, actionView } from './request-shapes.ts';
import { closedObject, ifMatch, ifMatchHeader, type LoanRoute } from './routes.ts';
import { languageQuery, numberParameter, pageQuery, sentence } from './schemas.ts';
import type { LoanServices } from './services.ts';

const actionName = Type.String({ maxLength: 40, description: 'As GET /actions names it' });

const batch = closedObject(
  {
    rows: Type.Array(
      closedObject({
        number: Type.String({ maxLength: 40 }),
        version: Type.Integer({ minimum: 1, description: 'The one that was read' }),
        input: Type.Optional(actionInput),
      }),
      { minItems: 1, maxItems: maxBatch },
    ),
  },
  'Batch',
);

/** The life cycle's actions: which there are, which are open, and taking them. */
export function actionRoutes({ loans }: LoanServices): readonly LoanRoute[] {
  return [
    {
      method: 'GET',
      operationId: 'listActions',
      url: '/api/v1/actions',
      who: 'signed-in',
      tag: 'requests',
      summary: 'Every action there is; of one request, which are open and why the others are not',
      query: closedObject({
        request: Type.Optional(Type.String({ maxLength: 40, description: 'A request number' })),
        lang: pageQuery.lang,
      }),
      answers: {
        200: Type.Object({
          version: Type.Optional(Type.Integer({ description: 'Of the request; for If-Match' })),
          actions: Type.Array(
            Type.Union([
              actionView,
              Type.Object({
                action: Type.String(),
                side: Type.Enum(['borrowing', 'lending']),
                name: sentence,
                needs: Type.Array(Type.String()),
                roles: Type.Array(Type.String()),
                from: Type.Array(Type.String()),
              }),
            ]),
          ),
        }),
      },
      run: async ({ actor, query, reply }) => {
        const number = query.request;
        if (number === undefined) return { actions: describeActions() };
        const found = await loans.database.transaction((tx) =>
          openActions(loans, tx, actor, number),
        );
        reply.header('etag', `"${found.version}"`);
        return found;
      },
    },
    {
      method: 'POST',
      operationId: 'takeAction',
      url: '/api/v1/requests/:number/actions/:action',
      who: 'signed-in',
      tag: 'requests',
      summary: 'Takes an action; refused if the request has changed since it was read',
      params: closedObject({ ...numberParameter.properties, action: actionName }),
      query: languageQuery,
      headers: ifMatchHeader,
      body: actionInput,
      checked: 'keys',
      answers: { 200: actionResult },
      run: async ({ actor, params, body, request, reply }) => {
        const { side, ...input } = (body ?? {}) as Record<string, unknown>;
        const asked = {
          number: params.number ?? '',
          action: params.action ?? '',
          version: ifMatch(request),
          input,
          side: sideOf(side),
        };
        const result = await loans.database.transaction((tx) => actOn(loans, tx, actor, asked));
        reply.header('etag', `"${result.version}"`);
        return result;
      },
    },
    {
      method: 'POST',
      operationId: 'takeActionOnMany',
      url: '/api/v1/requests/actions/:action',
      who: 'staff',
      tag: 'desks',
      summary: 'Takes one action on many requests, with a result for each row',
      params: closedObject({ action: actionName }),
      query: languageQuery,
      body: batch,
      answers: {
        200: Type.Object({
          done: Type.Integer(),
          refused: Type.Integer(),
          rows: Type.Array(
            Type.Union([
              Type.Object({
                number: Type.String(),
                ok: Type.Literal(true),
                result: actionResult,
              }),
              Type.Object({
                number: Type.String(),
                ok: Type.Literal(false),
                problem: problemSchema,
              }),
            ]),
          ),
        }),
      },
      run: async ({ actor, params, body, request }) => {
        const { rows } = body as Type.Static<typeof batch>;
        const action = params.action ?? '';
        const results = await actOnMany(
          loans,
          actor,
          rows.map(({ number, version, input = {} }) => {
            const { side, ...rest } = input as Record<string, unknown>;
            return { number, action, version, input: rest, side: sideOf(side) };
          }),
        );
        const answered = results.map((row) => {
          if (row.ok) return row;
          const problem = problemOf(row.error, request);
          if (!(problem instanceof ProblemError)) throw row.error;
          return { number: row.number, ok: false, problem: problemBody(request, problem) };
        });
        const done = results.filter((row) => row.ok).length;
        return { done, refused: results.length - done, rows: answered };
      },
    },
  ];
}

function sideOf(value: unknown): Side | null {
  if (value === undefined || value === null) return null;
  if (value === 'borrowing' || value === 'lending') return value;
  const sentence = { zh: '须为 borrowing 或 lending。', en: 'must be borrowing or lending' };
  const faults = [{ pointer: '/side', rule: null, ...sentence }];
  throw new LoanError('invalid', sentence, { pointer: '/side', faults });
}
