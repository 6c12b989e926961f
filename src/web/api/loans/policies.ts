import Type from 'typebox';
import { runsFederation } from '../../../loans/actor.ts';
import { dayAt, isDay } from '../../../loans/calendar/dates.ts';
import { LoanError } from '../../../loans/errors.ts';
import { explainPolicy, rulesInForce, whatIf } from '../../../loans/policy/explain.ts';
import { PolicyError } from '../../../loans/policy/read.ts';
import { publishPolicy } from '../../../loans/policy/store.ts';
import { type PolicyFacts, policyLayers } from '../../../loans/policy/types.ts';
import { nullable } from '../../../members/schema/common.ts';
import { badInput } from '../../problem.ts';
import { type Call, closedObject, type LoanRoute } from './routes.ts';
import { day, languageQuery, pageQuery, sentence } from './schemas.ts';
import type { LoanServices } from './services.ts';

const rule = Type.Object(
  {
    id: Type.String(),
    parameter: Type.String(),
    layer: Type.Enum([...policyLayers]),
    when: Type.Object({}, { additionalProperties: true }),
    from: nullable(day),
    to: nullable(day),
    value: Type.Unknown(),
    sentence,
    source: Type.String(),
  },
  { title: 'PolicyRule' },
);

const decision = Type.Object(
  {
    parameter: Type.String(),
    value: Type.Unknown(),
    rule: nullable(Type.String({ description: 'null where the built-in value holds' })),
    sentence,
    path: Type.Array(
      Type.Object({
        rule: Type.String(),
        layer: Type.String(),
        value: Type.Unknown(),
        outcome: Type.Enum(['decided', 'overruled', 'not_in_force', 'does_not_apply']),
        sentence,
        source: Type.String(),
      }),
    ),
  },
  { title: 'Decision' },
);

const document = closedObject(
  {
    id: Type.String(),
    title: sentence,
    source: Type.String(),
    rules: Type.Array(Type.Object({}, { additionalProperties: true }), {
      description: 'id, parameter, layer, value, sentence; when, from, to, source where needed',
    }),
  },
  'PolicyDocument',
);

const text = Type.Optional(Type.String({ maxLength: 200 }));
const factsQuery = {
  on: Type.Optional(day),
  lender: text,
  home: text,
  patronGroup: text,
  collection: text,
  language: text,
  age: Type.Optional(Type.String({ pattern: '^[0-9]{1,4}$', description: 'Years since printing' })),
  delivery: Type.Optional(Type.Enum(['courier', 'pickup'])),
};

/** The rules in force, which of them decides, and what a draft would change. */
export function policyRoutes({ loans }: LoanServices): readonly LoanRoute[] {
  return [
    {
      method: 'GET',
      operationId: 'readPolicies',
      url: '/api/v1/policies',
      who: 'anyone',
      tag: 'rules',
      summary: 'The rules in force, layer by layer',
      query: closedObject({ on: Type.Optional(day), lang: pageQuery.lang }),
      answers: {
        200: Type.Object({
          revision: Type.Integer(),
          id: Type.String(),
          rules: Type.Array(rule),
        }),
      },
      run: async ({ query }) => await rulesInForce(loans, loans.database.db, onDay(query)),
    },
    {
      method: 'GET',
      operationId: 'explainPolicies',
      url: '/api/v1/policies/explain',
      who: 'anyone',
      tag: 'rules',
      summary: 'What every parameter, or one, comes to for given facts, and by which rule',
      query: closedObject({ parameter: text, ...factsQuery, lang: pageQuery.lang }),
      answers: {
        200: Type.Object({ revision: Type.Integer(), decisions: Type.Array(decision) }),
      },
      run: async ({ query }) =>
        await explainPolicy(loans, loans.database.db, factsOf(query), query.parameter ?? null),
    },
    {
      method: 'POST',
      operationId: 'publishPolicy',
      url: '/api/v1/policies',
      who: 'staff',
      tag: 'rules',
      summary: 'Publishes a policy for requests from now on; running ones keep theirs',
      query: languageQuery,
      body: document,
      answers: { 201: Type.Object({ revision: Type.Integer(), id: Type.String() }) },
      run: async ({ actor, body, reply }) => {
        const { revision, policy } = await readable(() =>
          loans.database.transaction((tx) => publishPolicy(loans, tx, actor, body)),
        );
        return reply.code(201).send({ revision, id: policy.id });
      },
    },
    {
      method: 'POST',
      operationId: 'tryPolicy',
      url: '/api/v1/policies/what-if',
      who: 'staff',
      tag: 'rules',
      summary: 'What a draft would decide otherwise for the requests that are open; writes nothing',
      query: languageQuery,
      body: document,
      answers: {
        200: Type.Object({
          looked: Type.Integer(),
          changed: Type.Integer(),
          requests: Type.Array(
            Type.Object({
              number: Type.String(),
              state: Type.String(),
              changes: Type.Array(Type.Object({}, { additionalProperties: true })),
            }),
          ),
        }),
      },
      run: async ({ actor, body }) => {
        if (!runsFederation(actor)) {
          const sentence = {
            zh: '只有联盟管理员可以试算规则。',
            en: 'Only the federation’s administrator tries policy out.',
          };
          throw new LoanError('forbidden', sentence, { rule: 'policy.whatIf' });
        }
        return await readable(() => whatIf(loans, loans.database.db, body));
      },
    },
  ];

  function onDay({ on }: Call['query']): string {
    if (on !== undefined && isDay(on)) return on;
    return dayAt(loans.clock.now(), loans.timezone);
  }

  function factsOf(query: Call['query']): PolicyFacts {
    const lender = query.lender ?? null;
    return {
      on: onDay(query),
      service: 'loan',
      lender,
      lenderKind: lender === null ? null : (loans.findLibrary(lender)?.kind ?? null),
      home: query.home ?? null,
      patronGroup: query.patronGroup ?? null,
      collection: query.collection ?? null,
      language: query.language ?? null,
      age: query.age === undefined ? null : Number(query.age),
      delivery: (query.delivery as 'courier' | undefined) ?? null,
    };
  }
}

/** A document that cannot be read is bad input, with everything that is wrong with it. */
async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PolicyError) throw badInput(error.faults);
    throw error;
  }
}
