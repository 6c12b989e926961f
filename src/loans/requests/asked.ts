import type { Sentence } from '../errors.ts';
import { type Decision, decide, type PathStep } from '../policy/decide.ts';
import type { ParameterName, Policy, PolicyFacts } from '../policy/types.ts';
import type { LoanContext, LoanLibrary, Reading } from './context.ts';
import type { PreparedRequest } from './prepare.ts';
import type { Citation } from './types.ts';

/** What one rule says about a request. Only `refuse` keeps it from being submitted. */
export interface Verdict {
  readonly rule: string;
  readonly outcome: 'pass' | 'warn' | 'review' | 'refuse';
  readonly sentence: Sentence;
  readonly pointer: string | null;
  /** The rules of policy that were looked at, and which decided; empty for rules of the gateway. */
  readonly path: readonly PathStep[];
}

export interface AskingReader {
  readonly id: string;
  readonly library: string;
  readonly patronGroup: string | null;
  readonly approved: boolean;
}

/** Everything that a rule may look at. */
export interface Asked {
  readonly context: LoanContext;
  readonly db: Reading;
  readonly policy: Policy;
  readonly reader: AskingReader;
  readonly prepared: PreparedRequest;
  readonly citation: Citation;
  readonly lender: LoanLibrary | null;
  readonly facts: PolicyFacts;
  readonly now: Date;
}

export function plain(
  rule: string,
  outcome: Verdict['outcome'],
  zh: string,
  en: string,
  pointer: string | null = null,
): Verdict {
  return { rule, outcome, sentence: { zh, en }, pointer, path: [] };
}

export function decided(
  decision: Decision,
  outcome: Verdict['outcome'],
  pointer: string | null = null,
  sentence: Sentence = decision.sentence,
): Verdict {
  const rule = decision.rule ?? decision.parameter;
  return { rule, outcome, sentence, pointer, path: decision.path };
}

export function ask(asked: Asked, parameter: ParameterName): Decision {
  return decide(asked.policy, parameter, asked.facts);
}
