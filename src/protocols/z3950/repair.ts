import type { Z3950Settings } from '../../members/document.ts';
import { alternatives } from '../../query/index.ts';
import type { RpnNode, RpnQuery, Simplification } from '../../query/types.ts';
import type { Diagnostic } from './apdu/diagnostics.ts';
import { isBib1 } from './diagnostics.ts';
import { type Drop, operandsOf, type Wording } from './wording.ts';

type Operand = RpnNode & { type: 'operand' };

const useNotSupported = 114;

/** The attribute type that each condition refuses. */
const refusedTypes: Readonly<Record<number, number>> = { 117: 2, 118: 4, 119: 3, 120: 5, 122: 6 };
const combinationNotSupported = 123;
/** Its additional information names the type, not a value of it. */
const typeNotSupported = 113;

/**
 * The attribute values without which a search finds at least what it found with them. What a server takes
 * in their place is its own choice, so only values stand here that say the least (equal, no truncation) or
 * that narrow (first in field, whole field, phrase).
 */
const harmless: Readonly<Record<number, readonly (number | string)[]>> = {
  2: [3],
  3: [1, 2],
  4: [1, 108],
  5: [100],
  6: [2, 3],
};

/** Structures that say `these words`, which an `and` of single words says as well. */
const wordStructures: readonly (number | string)[] = [2, 6];

/** The order in which attributes are given up where a combination of them was refused. */
const byWorth = [6, 3, 5, 4, 2] as const;

/**
 * Another wording after a diagnostic about the query's attributes, or null where every other one could lose
 * hits. A refused Use attribute gives way to the index's next declared alternative; only the any-index may go
 * without one, since every field is what it means.
 */
export function reword(
  rpn: RpnQuery,
  wording: Wording,
  diagnostic: Diagnostic,
  connector: Z3950Settings,
): Wording | null {
  if (!isBib1(diagnostic)) return null;
  const operands = operandsOf(rpn.node);
  if (diagnostic.condition === useNotSupported) {
    return nextAlternative(operands, wording, diagnostic, connector);
  }
  const drop = findDrop(operands, diagnostic);
  if (drop === null) return null;
  return { ...wording, drops: [...wording.drops, drop] };
}

function nextAlternative(
  operands: readonly Operand[],
  wording: Wording,
  diagnostic: Diagnostic,
  connector: Z3950Settings,
): Wording | null {
  for (const operand of blamed(operands, 1, diagnostic.addinfo)) {
    const { index } = operand;
    if (index === null) continue;
    const next = (wording.alternative[index] ?? 0) + 1;
    if (next < alternatives(connector.indexes, index).length) {
      return { ...wording, alternative: { ...wording.alternative, [index]: next } };
    }
    const use = operand.attributes.find((one) => one.type === 1);
    if (index === 'any' && use !== undefined) {
      const drop: Drop = { type: 1, value: use.value, index, splitWords: false, note: null };
      return { ...wording, drops: [...wording.drops, drop] };
    }
  }
  return null;
}

function findDrop(operands: readonly Operand[], diagnostic: Diagnostic): Drop | null {
  const { condition } = diagnostic;
  const addinfo = condition === typeNotSupported ? '' : diagnostic.addinfo;
  const types = typesRefused(diagnostic);
  for (const type of types) {
    if (type === undefined) continue;
    const having = blamed(operands, type, addinfo).filter(
      (one) => attributeValue(one, type) !== null,
    );
    const [first] = having;
    const value = first === undefined ? null : attributeValue(first, type);
    if (value === null) continue;
    const same = having.filter((one) => attributeValue(one, type) === value);
    if (harmless[type]?.includes(value)) {
      return { type, value, index: null, splitWords: false, note: attributeDropped(type) };
    }
    if (type === 4 && wordStructures.includes(value) && same.every(isOfWords)) {
      return { type, value, index: null, splitWords: true, note: null };
    }
  }
  return null;
}

function typesRefused({ condition, addinfo }: Diagnostic): readonly (number | undefined)[] {
  if (condition === combinationNotSupported) return byWorth;
  return [condition === typeNotSupported ? Number(addinfo) : refusedTypes[condition]];
}

/** An `and` of words means what a word list does, unless something else ties the words together. */
function isOfWords(operand: Operand): boolean {
  const tied = operand.attributes.some(
    (one) => (one.type === 3 && one.value !== 3) || (one.type === 6 && one.value !== 1),
  );
  return operand.term.trim() !== '' && (!/\s/.test(operand.term.trim()) || !tied);
}

function attributeValue(operand: Operand, type: number): number | string | null {
  return operand.attributes.find((one) => one.type === type)?.value ?? null;
}

/** The operands that the additional information names by the attribute's value; all where it names none. */
function blamed(operands: readonly Operand[], type: number, addinfo: string): readonly Operand[] {
  const numbers: string[] = addinfo.match(/\d+/g) ?? [];
  const named = operands.filter((one) => numbers.includes(String(attributeValue(one, type))));
  return named.length > 0 ? named : operands;
}

const namesOfTypes: Readonly<Record<number, readonly [zh: string, en: string]>> = {
  2: ['关系', 'relation'],
  3: ['位置', 'position'],
  4: ['结构', 'structure'],
  5: ['截断', 'truncation'],
  6: ['完整性', 'completeness'],
};

function attributeDropped(type: number): Simplification {
  const [zh, en] = namesOfTypes[type] ?? ['检索点', 'access point'];
  return {
    code: 'attribute_dropped',
    zh: `该馆不支持所用的${zh}属性,检索时已略去`,
    en: `The library does not support the ${en} attribute; it was left out`,
  };
}
