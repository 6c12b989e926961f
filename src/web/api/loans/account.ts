import Type from 'typebox';
import { readerPhases } from '../../../loans/lifecycle/states.ts';
import { readAccount } from '../../../loans/people/account.ts';
import { nullable } from '../../../members/schema/common.ts';
import { daysOf, daysQuery } from './days.ts';
import { closedObject, type LoanRoute } from './routes.ts';
import { day, instant, limitOf, pageQuery, sentence } from './schemas.ts';
import type { LoanServices } from './services.ts';

const outstanding = Type.Object(
  {
    number: Type.String(),
    title: Type.String(),
    volumes: Type.Integer(),
    lender: nullable(Type.String()),
    state: Type.String(),
    stateName: sentence,
    dueDate: nullable(day),
  },
  { title: 'Outstanding' },
);

const logged = Type.Object(
  {
    number: Type.String(),
    title: Type.String(),
    author: nullable(Type.String()),
    volumes: Type.Integer(),
    delivery: Type.String(),
    lender: nullable(Type.String()),
    lenderName: nullable(sentence),
    submittedAt: instant,
    promisedAt: nullable(instant),
    lentAt: nullable(instant),
    dueDate: nullable(day),
    returnedAt: nullable(instant),
    closedAt: nullable(instant),
    state: Type.String(),
    stateName: sentence,
    phase: Type.Enum(Object.keys(readerPhases)),
    outcome: nullable(Type.String({ description: 'The state it ended in; null while open' })),
  },
  { title: 'LoggedRequest' },
);

const entry = Type.Object(
  {
    at: instant,
    request: nullable(Type.String({ description: 'null where it is about the account itself' })),
    title: nullable(Type.String()),
    action: Type.String(),
    actionName: sentence,
    state: Type.String(),
    stateName: sentence,
    note: nullable(Type.String({ description: 'What the desk said to the reader' })),
  },
  { title: 'AccountEntry' },
);

const account = Type.Object(
  {
    volumes: Type.Object({
      used: Type.Integer({ description: 'Volumes that count against the limit now' }),
      limit: nullable(Type.Integer({ description: 'null where there is none' })),
      rule: nullable(Type.String({ description: 'The rule that says so' })),
      sentence,
      outstanding: Type.Array(outstanding),
    }),
    requests: Type.Array(logged, { description: 'Submitted within the dates, newest first' }),
    next: nullable(Type.String({ description: '`after` of the next page of requests' })),
    entries: Type.Array(entry, { description: 'What happened within the dates, newest first' }),
    entriesCut: Type.Boolean({ description: 'Older entries are there; ask for fewer days' }),
  },
  { title: 'Account' },
);

/** What a reader has asked for, has out, and what happened to the account. */
export function accountRoutes({ loans }: LoanServices): readonly LoanRoute[] {
  return [
    {
      method: 'GET',
      operationId: 'readAccount',
      url: '/api/v1/me/account',
      who: 'reader',
      tag: 'readers',
      summary: 'Volumes against the limit, the request log and the account log, by dates',
      query: closedObject({
        ...daysQuery,
        ...pageQuery,
        after: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' })),
      }),
      answers: { 200: account },
      run: async ({ actor, query }) =>
        await readAccount(loans, actor, {
          ...daysOf(query, loans.timezone),
          after: query.after === undefined ? null : Number(query.after),
          limit: limitOf(query.limit),
        }),
    },
  ];
}
