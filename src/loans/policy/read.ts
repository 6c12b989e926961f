import { parse } from 'yaml';
import type { Duration } from '../calendar/calendar.ts';
import { isDay } from '../calendar/dates.ts';
import {
  isParameterName,
  type ParameterName,
  type Policy,
  type PolicyLayer,
  type PolicyRule,
  type PolicyValue,
  parameterFacts,
  policyLayers,
  type RuleConditions,
  type Sentence,
} from './types.ts';

const maxRules = 2000;

export interface PolicyFault {
  readonly pointer: string;
  readonly message: string;
}

/** A policy document that cannot be used, with everything that is wrong with it. */
export class PolicyError extends Error {
  readonly faults: readonly PolicyFault[];

  constructor(faults: readonly PolicyFault[]) {
    super(faults.map((fault) => `${fault.pointer}: ${fault.message}`).join('; '));
    this.name = 'PolicyError';
    this.faults = faults;
  }
}

/** Reads a policy file. Throws PolicyError with all faults at once. */
export function readPolicyText(text: string): Policy {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new PolicyError([{ pointer: '', message }]);
  }
  return readPolicy(value);
}

/** Reads a policy document. Throws PolicyError with all faults at once. */
export function readPolicy(value: unknown): Policy {
  const faults: PolicyFault[] = [];
  const fault = (pointer: string, message: string) => {
    faults.push({ pointer, message });
  };
  const document = recordOf(value);
  onlyKeys(document, ['id', 'title', 'source', 'rules'], '', fault);
  const id = textOf(document.id, '/id', fault);
  const title = sentenceOf(document.title, '/title', fault);
  const source = textOf(document.source, '/source', fault);
  const entries = Array.isArray(document.rules) ? document.rules : [];
  if (!Array.isArray(document.rules)) fault('/rules', 'must be a list');
  if (entries.length > maxRules) fault('/rules', `must have at most ${maxRules} rules`);
  const rules = entries
    .slice(0, maxRules)
    .map((entry: unknown, index) => readRule(entry, `/rules/${index}`, source, fault));
  const seen = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    if (rule === null) continue;
    if (seen.has(rule.id)) fault(`/rules/${index}/id`, `${rule.id} stands twice`);
    seen.add(rule.id);
  }
  if (faults.length > 0) throw new PolicyError(faults);
  return { id, title, source, rules: rules.filter((rule) => rule !== null) };
}

type Fault = (pointer: string, message: string) => void;

const ruleKeys = ['id', 'parameter', 'layer', 'when', 'from', 'to', 'value', 'sentence', 'source'];

function readRule(
  value: unknown,
  pointer: string,
  source: string,
  fault: Fault,
): PolicyRule | null {
  const entry = recordOf(value);
  onlyKeys(entry, ruleKeys, pointer, fault);
  const id = textOf(entry.id, `${pointer}/id`, fault);
  const parameter = textOf(entry.parameter, `${pointer}/parameter`, fault);
  const layer = textOf(entry.layer, `${pointer}/layer`, fault);
  const sentence = sentenceOf(entry.sentence, `${pointer}/sentence`, fault);
  const from = dayOrNull(entry.from, `${pointer}/from`, fault);
  const to = dayOrNull(entry.to, `${pointer}/to`, fault);
  if (from !== null && to !== null && to < from) fault(`${pointer}/to`, 'is before from');
  const isLayer = (policyLayers as readonly string[]).includes(layer);
  if (!isLayer) fault(`${pointer}/layer`, `must be one of ${policyLayers.join(', ')}`);
  const when = conditionsOf(entry.when, `${pointer}/when`, fault);
  if (!isParameterName(parameter)) {
    fault(`${pointer}/parameter`, `${parameter} is no parameter of a policy`);
    return null;
  }
  return {
    id,
    parameter,
    layer: layer as PolicyLayer,
    when,
    from,
    to,
    value: ruleValue(parameter, entry.value, `${pointer}/value`, fault),
    sentence,
    source: entry.source === undefined ? source : textOf(entry.source, `${pointer}/source`, fault),
  };
}

const listConditions = [
  'service',
  'lender',
  'lenderKind',
  'home',
  'patronGroup',
  'collection',
  'language',
  'delivery',
] as const;

function conditionsOf(value: unknown, pointer: string, fault: Fault): RuleConditions {
  if (value === undefined || value === null) return {};
  const entry = recordOf(value);
  onlyKeys(entry, [...listConditions, 'foreign', 'ageOver', 'ageUnder'], pointer, fault);
  const conditions: Record<string, readonly string[] | boolean | number> = {};
  for (const key of listConditions) {
    const list = entry[key];
    if (list === undefined) continue;
    const words = Array.isArray(list) ? list : [list];
    if (words.length === 0 || words.some((word) => typeof word !== 'string')) {
      fault(`${pointer}/${key}`, 'must be a word or a list of words');
    } else conditions[key] = words as string[];
  }
  if (entry.foreign !== undefined) {
    if (typeof entry.foreign !== 'boolean') fault(`${pointer}/foreign`, 'must be true or false');
    else conditions.foreign = entry.foreign;
  }
  for (const key of ['ageOver', 'ageUnder'] as const) {
    const age = entry[key];
    if (age === undefined) continue;
    if (!isCount(age)) fault(`${pointer}/${key}`, 'must be a number of years');
    else conditions[key] = age;
  }
  return conditions;
}

function ruleValue(
  parameter: ParameterName,
  value: unknown,
  pointer: string,
  fault: Fault,
): PolicyValue {
  const facts = parameterFacts(parameter);
  const known = (word: unknown) =>
    typeof word === 'string' && (facts.words === undefined || facts.words.includes(word));
  switch (facts.kind) {
    case 'count':
      if (isCount(value)) return value;
      break;
    case 'limit':
      if (isCount(value) || value === null) return value;
      break;
    case 'switch':
      if (typeof value === 'boolean') return value;
      break;
    case 'word':
      if (known(value)) return value as string;
      break;
    case 'words':
      if (Array.isArray(value) && value.every(known)) return value as string[];
      break;
    case 'duration': {
      const duration = readDuration(value);
      if (duration !== null) return duration;
    }
  }
  fault(pointer, `is no ${facts.kind} for ${parameter}`);
  return null;
}

const units: Readonly<Record<string, Duration['unit']>> = {
  h: 'hours',
  d: 'days',
  wd: 'working_days',
  m: 'months',
};

/** `1h`, `30d`, `7wd` (working days) or `1m` (a calendar month), or `{ count, unit }`. */
export function readDuration(value: unknown): Duration | null {
  if (typeof value === 'string') {
    const match = /^(\d{1,4})(h|d|wd|m)$/.exec(value);
    const unit = units[match?.[2] ?? ''];
    return unit === undefined ? null : { count: Number(match?.[1]), unit };
  }
  const { count, unit } = recordOf(value);
  if (!isCount(count) || count > 9999) return null;
  const known = Object.values(units).find((name) => name === unit);
  return known === undefined ? null : { count, unit: known };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1_000_000;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function onlyKeys(
  record: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  pointer: string,
  fault: Fault,
): void {
  for (const key of Object.keys(record)) {
    if (!keys.includes(key)) fault(`${pointer}/${key}`, 'is not known');
  }
}

function textOf(value: unknown, pointer: string, fault: Fault): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 500) return value;
  fault(pointer, 'must be text');
  return '';
}

function sentenceOf(value: unknown, pointer: string, fault: Fault): Sentence {
  const { zh, en } = recordOf(value);
  return { zh: textOf(zh, `${pointer}/zh`, fault), en: textOf(en, `${pointer}/en`, fault) };
}

function dayOrNull(value: unknown, pointer: string, fault: Fault): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && isDay(value)) return value;
  fault(pointer, 'must be a day (YYYY-MM-DD)');
  return null;
}
