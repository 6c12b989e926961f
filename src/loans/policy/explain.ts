import { LoanError } from '../errors.ts';
import { factsOf } from '../lifecycle/work.ts';
import type { LoanContext, Reading } from '../requests/context.ts';
import { type Decision, decide } from './decide.ts';
import { readPolicy } from './read.ts';
import { currentPolicy, policyOfRevision } from './store.ts';
import {
  isParameterName,
  type ParameterName,
  type PolicyFacts,
  type PolicyRule,
  type PolicyValue,
  policyParameters,
} from './types.ts';

/** The rules in force, layer by layer as they stand in the document. */
export async function rulesInForce(
  context: LoanContext,
  db: Reading,
  on: string,
): Promise<{
  readonly revision: number;
  readonly id: string;
  readonly rules: readonly PolicyRule[];
}> {
  const { revision, policy } = await currentPolicy(context, db);
  const rules = policy.rules.filter(
    (rule) => (rule.from === null || rule.from <= on) && (rule.to === null || on <= rule.to),
  );
  return { revision, id: policy.id, rules };
}

/** Decides every parameter, or one, for given facts: the value, the sentence and the path. */
export async function explainPolicy(
  context: LoanContext,
  db: Reading,
  facts: PolicyFacts,
  parameter: string | null = null,
): Promise<{ readonly revision: number; readonly decisions: readonly Decision[] }> {
  if (parameter !== null && !isParameterName(parameter)) {
    throw new LoanError(
      'not_found',
      { zh: `没有参数 ${parameter}。`, en: `There is no parameter ${parameter}.` },
      { pointer: '/parameter' },
    );
  }
  const { revision, policy } = await currentPolicy(context, db);
  const names = parameter === null ? parameterNames : [parameter];
  return { revision, decisions: names.map((name) => decide(policy, name, facts)) };
}

const parameterNames = Object.keys(policyParameters).filter(isParameterName);

export interface WhatIfChange {
  readonly parameter: ParameterName;
  readonly before: PolicyValue;
  readonly after: PolicyValue;
  readonly ruleBefore: string | null;
  readonly ruleAfter: string | null;
}

export interface WhatIf {
  /** Requests looked at; no more than the bound. */
  readonly looked: number;
  readonly changed: number;
  readonly requests: readonly {
    readonly number: string;
    readonly state: string;
    readonly changes: readonly WhatIfChange[];
  }[];
}

const mostRequests = 5000;
const mostShown = 200;

/**
 * What a draft would decide otherwise for the requests that are open now, were they made today.
 * They keep the revision they were made under whatever comes of the draft. Writes nothing. Throws
 * PolicyError for a draft that cannot be used.
 */
export async function whatIf(
  context: LoanContext,
  db: Reading,
  document: unknown,
): Promise<WhatIf> {
  const draft = readPolicy(document);
  const rows = await db
    .selectFrom('loan_requests')
    .selectAll()
    .where('closed', '=', false)
    .orderBy('id')
    .limit(mostRequests)
    .execute();
  const requests: WhatIf['requests'][number][] = [];
  for (const row of rows) {
    const pinned = await policyOfRevision(context, db, row.policy_revision);
    const facts = factsOf(context, row, null);
    const changes = parameterNames.flatMap((parameter): WhatIfChange[] => {
      const before = decide(pinned, parameter, facts);
      const after = decide(draft, parameter, facts);
      if (JSON.stringify(before.value) === JSON.stringify(after.value)) return [];
      const rules = { ruleBefore: before.rule, ruleAfter: after.rule };
      return [{ parameter, before: before.value, after: after.value, ...rules }];
    });
    if (changes.length > 0) requests.push({ number: row.number, state: row.state, changes });
  }
  return {
    looked: rows.length,
    changed: requests.length,
    requests: requests.slice(0, mostShown),
  };
}
