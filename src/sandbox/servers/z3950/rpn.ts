import { decodeText } from '../../../marc/charset/index.ts';
import type { QueryCharset } from '../../../marc/types.ts';
import type { Attribute, Rpn, Term } from '../../../protocols/z3950/apdu/index.ts';
import { attributeSets } from '../../../protocols/z3950/oid.ts';
import {
  type Comparison,
  type Criterion,
  type SearchField,
  type Test,
  test,
} from '../../search/criterion.ts';
import { Bib1Diagnostic } from './diagnostics.ts';
import type { Z3950ServerSettings } from './settings.ts';

/** What reading a query needs of the session it came in. */
export interface RpnReading {
  readonly settings: Z3950ServerSettings;
  readonly charset: QueryCharset;
  /** Records of an earlier result set, or undefined. */
  resultSet(name: string): ReadonlySet<number> | undefined;
}

/** Deeper than the codec lets a query nest; recursion stops here all the same. */
const maxDepth = 64;

/** An RPN query as a criterion; throws Bib1Diagnostic for what this server does not support. */
export function readRpn(rpn: Rpn, attributeSet: string, reading: RpnReading, depth = 0): Criterion {
  if (depth > maxDepth) throw new Bib1Diagnostic(108, 'too deep');
  if (attributeSet !== attributeSets.bib1) throw new Bib1Diagnostic(121, attributeSet);
  switch (rpn.type) {
    case 'term':
      return readOperand(rpn.attributes, rpn.term, reading);
    case 'resultSet': {
      const records = reading.resultSet(rpn.name);
      if (records === undefined) throw new Bib1Diagnostic(30, rpn.name);
      return { type: 'among', records };
    }
    case 'operation': {
      if (typeof rpn.operator !== 'string') throw new Bib1Diagnostic(110, 'prox');
      return {
        type: rpn.operator === 'and-not' ? 'not' : rpn.operator,
        left: readRpn(rpn.left, attributeSet, reading, depth + 1),
        right: readRpn(rpn.right, attributeSet, reading, depth + 1),
      };
    }
  }
}

/** The text of a term in the charset of the session. */
export function termText(term: Term, charset: QueryCharset): string {
  switch (term.kind) {
    case 'general':
      return decodeText(term.octets, charset === 'ascii' ? 'utf-8' : charset);
    case 'characterString':
    case 'dateTime':
      return term.text;
    case 'numeric':
      return String(term.value);
    default:
      throw new Bib1Diagnostic(229, term.kind);
  }
}

/** The field a list of attributes names. Without a Use attribute any field will do. */
export function fieldOf(
  attributes: readonly Attribute[],
  settings: Z3950ServerSettings,
): SearchField {
  const use = attributes.find((attribute) => attribute.type === 1);
  if (use === undefined) return 'any';
  const values = typeof use.value === 'number' ? [use.value] : use.value;
  for (const value of values) {
    const field = settings.useAttributes[Number(value)];
    if (field !== undefined) return field;
  }
  throw new Bib1Diagnostic(114, String(values[0] ?? ''));
}

const comparisons: Readonly<Record<number, Comparison>> = {
  1: '<',
  2: '<=',
  3: '=',
  4: '>=',
  5: '>',
  6: '<>',
};

const truncations: Readonly<Record<number, Test['open']>> = {
  1: 'right',
  2: 'left',
  3: 'both',
  100: 'none',
};

function readOperand(attributes: readonly Attribute[], term: Term, reading: RpnReading): Criterion {
  const { settings } = reading;
  const field = fieldOf(attributes, settings);
  const text = termText(term, reading.charset);
  if (text.trim() === '') throw new Bib1Diagnostic(125, 'empty term');
  for (const { type } of attributes) {
    if (type < 1 || type > 6) throw new Bib1Diagnostic(113, String(type));
  }
  const relation = known(attributes, 2, 3, 117, Object.keys(comparisons).map(Number));
  const position = known(attributes, 3, 3, 119, [1, 2, 3]);
  const structure = known(attributes, 4, 1, 118, settings.structures);
  const truncation = known(attributes, 5, 100, 120, Object.keys(truncations).map(Number));
  const completeness = known(attributes, 6, 1, 122, [1, 2, 3]);
  const comparison = comparisons[relation] ?? '=';
  if (comparison !== '=' && field !== 'year') throw new Bib1Diagnostic(117, String(relation));
  const wordList = structure === 2 || structure === 6 || structure === 105;
  const anchor = completeness > 1 ? 'whole' : position < 3 ? 'start' : 'anywhere';
  return test(field, text, {
    words: wordList && anchor === 'anywhere' ? 'all' : 'phrase',
    anchor,
    open: truncations[truncation] ?? 'none',
    comparison,
  });
}

/** The value of an attribute, where it is one of those known; else the diagnostic of its type. */
function known(
  attributes: readonly Attribute[],
  type: number,
  fallback: number,
  condition: number,
  values: readonly number[],
): number {
  const attribute = attributes.find((one) => one.type === type);
  if (attribute === undefined) return fallback;
  const value = Number(typeof attribute.value === 'number' ? attribute.value : attribute.value[0]);
  if (!values.includes(value)) throw new Bib1Diagnostic(condition, String(value));
  return value;
}
