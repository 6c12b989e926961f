import type { Duration } from '../calendar/calendar.ts';
import {
  type ParameterName,
  type Policy,
  type PolicyFacts,
  type PolicyLayer,
  type PolicyRule,
  type PolicyValue,
  parameterFacts,
  policyLayers,
  type Sentence,
} from './types.ts';

/** One rule on the way to a decision, and why it counted or not. */
export interface PathStep {
  readonly rule: string;
  readonly layer: PolicyLayer;
  readonly value: PolicyValue;
  readonly outcome: 'decided' | 'overruled' | 'not_in_force' | 'does_not_apply';
  readonly sentence: Sentence;
  readonly source: string;
}

export interface Decision {
  readonly parameter: ParameterName;
  readonly value: PolicyValue;
  /** The rule that decided; null where none speaks and the built-in value holds. */
  readonly rule: string | null;
  readonly sentence: Sentence;
  readonly path: readonly PathStep[];
}

/**
 * Decides one parameter: of the rules in force whose conditions hold, the most particular layer
 * wins; within a layer the one with more conditions, then the one that came into force later, then
 * the one written later. Pure: equal policy and facts give an equal decision.
 */
export function decide(policy: Policy, parameter: ParameterName, facts: PolicyFacts): Decision {
  const about = policy.rules
    .map((rule, index) => ({ rule, index }))
    .filter(({ rule }) => rule.parameter === parameter);
  const holding = about.filter(({ rule }) => inForce(rule, facts.on) && applies(rule, facts));
  const winner = holding.reduce<(typeof about)[number] | null>(
    (best, next) => (best === null || outranks(next, best) ? next : best),
    null,
  );
  const path = about.map(({ rule }): PathStep => {
    const { id, layer, value, sentence, source } = rule;
    return {
      rule: id,
      layer,
      value,
      outcome: outcomeOf(rule, winner?.rule, facts),
      sentence,
      source,
    };
  });
  const fallback = parameterFacts(parameter);
  return {
    parameter,
    value: winner === null ? fallback.fallback : winner.rule.value,
    rule: winner?.rule.id ?? null,
    sentence: winner?.rule.sentence ?? fallback.sentence,
    path,
  };
}

function outcomeOf(
  rule: PolicyRule,
  winner: PolicyRule | undefined,
  facts: PolicyFacts,
): PathStep['outcome'] {
  if (rule === winner) return 'decided';
  if (!inForce(rule, facts.on)) return 'not_in_force';
  return applies(rule, facts) ? 'overruled' : 'does_not_apply';
}

function outranks(
  a: { readonly rule: PolicyRule; readonly index: number },
  b: { readonly rule: PolicyRule; readonly index: number },
): boolean {
  const layer = policyLayers.indexOf(a.rule.layer) - policyLayers.indexOf(b.rule.layer);
  if (layer !== 0) return layer > 0;
  const conditions = Object.keys(a.rule.when).length - Object.keys(b.rule.when).length;
  if (conditions !== 0) return conditions > 0;
  const from = (a.rule.from ?? '').localeCompare(b.rule.from ?? '');
  return from !== 0 ? from > 0 : a.index > b.index;
}

function inForce(rule: PolicyRule, on: string): boolean {
  return (rule.from === null || rule.from <= on) && (rule.to === null || on <= rule.to);
}

function applies(rule: PolicyRule, facts: PolicyFacts): boolean {
  const { when } = rule;
  const listed = (list: readonly string[] | undefined, fact: string | null) =>
    list === undefined || (fact !== null && list.includes(fact));
  return (
    listed(when.service, facts.service) &&
    listed(when.lender, facts.lender) &&
    listed(when.lenderKind, facts.lenderKind) &&
    listed(when.home, facts.home) &&
    listed(when.patronGroup, facts.patronGroup) &&
    listed(when.collection, facts.collection) &&
    listed(when.language, facts.language) &&
    listed(when.delivery, facts.delivery) &&
    (when.foreign === undefined || when.foreign === isForeign(facts.language)) &&
    (when.ageOver === undefined || (facts.age !== null && facts.age > when.ageOver)) &&
    (when.ageUnder === undefined || (facts.age !== null && facts.age < when.ageUnder))
  );
}

/** MARC language codes of Chinese; a language that is not known counts as neither. */
export function isForeign(language: string | null): boolean | null {
  return language === null ? null : !['chi', 'zho', 'zh'].includes(language);
}

/** A limit or count; null for no limit. */
export function numberOf(decision: Decision): number | null {
  return typeof decision.value === 'number' ? decision.value : null;
}

export function switchOf(decision: Decision): boolean {
  return decision.value === true;
}

export function wordsOf(decision: Decision): readonly string[] {
  return Array.isArray(decision.value) ? (decision.value as readonly string[]) : [];
}

/** A duration; rules are checked when read, so a parameter of that kind always has one. */
export function durationOf(decision: Decision): Duration {
  const { value } = decision;
  if (value !== null && typeof value === 'object' && 'unit' in value) return value;
  throw new Error(`${decision.parameter} is not a duration.`);
}
