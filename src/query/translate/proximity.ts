import type { BooleanNode } from '../types.ts';
import { unsupportedModifier } from './words.ts';

/** Nearness as Z39.50 says it (ISO 23950 section 3.7.2); CQL's modifiers say the same. */
export interface Proximity {
  readonly exclusion: boolean;
  readonly distance: number;
  readonly ordered: boolean;
  /** 1 <, 2 ≤, 3 =, 4 ≥, 5 >, 6 ≠ */
  readonly relation: number;
  /** 2 word, 3 sentence, 4 paragraph, 8 element. */
  readonly unit: number;
}

const relationNumbers: Readonly<Record<string, number>> = {
  '<': 1,
  '<=': 2,
  '=': 3,
  '==': 3,
  '>=': 4,
  '>': 5,
  '<>': 6,
};
const unitNumbers: Readonly<Record<string, number>> = {
  word: 2,
  sentence: 3,
  paragraph: 4,
  element: 8,
};

/**
 * The modifiers of `prox`: at most one word apart in any order unless said otherwise; other units than
 * words mean the same one, distance 0 (CQL context set 1.2, boolean modifiers).
 */
export function proximityOf(node: BooleanNode): Proximity {
  let distance: number | null = null;
  let relation = 2;
  let unit = 2;
  let ordered = false;
  for (const modifier of node.modifiers) {
    const name = modifier.name.replace(/^cql\./, '');
    if (name === 'ordered') ordered = true;
    else if (name === 'unordered') ordered = false;
    else if (name === 'unit') unit = known(unitNumbers, modifier.value?.toLowerCase(), name);
    else if (name === 'distance' && /^[0-9]{1,6}$/.test(modifier.value ?? '')) {
      relation = known(relationNumbers, modifier.comparison, name);
      distance = Number(modifier.value);
    } else throw unsupportedModifier(modifier.name);
  }
  return {
    exclusion: false,
    distance: distance ?? (unit === 2 ? 1 : 0),
    ordered,
    relation,
    unit,
  };
}

function known(
  table: Readonly<Record<string, number>>,
  key: string | null | undefined,
  name: string,
): number {
  const value = key != null && Object.hasOwn(table, key) ? table[key] : undefined;
  if (value === undefined) throw unsupportedModifier(name);
  return value;
}
