import { QuerySyntaxError } from '../errors.ts';
import type { RpnAttribute, RpnNode } from '../types.ts';
import type { CclToken } from './lexer.ts';
import type { CclFields, Qualifier } from './qualifiers.ts';

/** A split list of n words has 2^(n-1) readings. */
const maxSplitWords = 6;

const relationNumbers: Readonly<Record<string, number>> = {
  '<': 1,
  '<=': 2,
  '=': 3,
  '>=': 4,
  '>': 5,
  '<>': 6,
};

/** The words after a field in the way its structure says. */
export function termsNode(
  words: readonly CclToken[],
  qualifier: Qualifier,
  fields: CclFields,
): RpnNode {
  const { structures } = qualifier;
  const single = words.filter((word) => word.kind !== 'comma');
  const leaf = (group: readonly CclToken[], isGroup = false) =>
    leafNode(group, qualifier, fields, [], isGroup);
  if (structures.has('al'))
    return joined(
      'and',
      single.map((word) => leaf([word])),
    );
  if (structures.has('ol'))
    return joined(
      'or',
      single.map((word) => leaf([word])),
    );
  if (structures.has('ag')) {
    return joined(
      'and',
      groupsOf(words).map((group) => leaf(group, !(group[0]?.isPhrase ?? false))),
    );
  }
  if (structures.has('sl')) {
    if (single.length > maxSplitWords) {
      throw new QuerySyntaxError('Too many words for this field.', at(words), 38);
    }
    return splitNode(single, leaf);
  }
  return leaf(words);
}

/** Quoted phrases by themselves, and the words between them together. */
function groupsOf(words: readonly CclToken[]): readonly (readonly CclToken[])[] {
  const groups: CclToken[][] = [];
  for (const word of words) {
    const last = groups.at(-1);
    if (last === undefined || word.isPhrase || last[0]?.isPhrase) groups.push([word]);
    else last.push(word);
  }
  return groups;
}

/** Every way to cut the words into neighbours that belong together. */
function splitNode(
  words: readonly CclToken[],
  leaf: (group: readonly CclToken[]) => RpnNode,
): RpnNode {
  return joined(
    'or',
    words.map((_, at) => {
      const first = leaf(words.slice(0, at + 1));
      const rest = words.slice(at + 1);
      return rest.length === 0 ? first : joined('and', [first, splitNode(rest, leaf)]);
    }),
  );
}

/** Terms of a field whose values have an order: compared, or a range (`1980-1990`, `-1990`). */
export function comparedNode(
  words: readonly CclToken[],
  relation: CclToken,
  qualifier: Qualifier,
  fields: CclFields,
): RpnNode {
  const number = relationNumbers[relation.text];
  if (number === undefined) {
    throw new QuerySyntaxError(`${relation.text} is no relation.`, relation.position, 19);
  }
  const bound = (group: readonly CclToken[], value: number) =>
    leafNode(group, qualifier, fields, [{ set: null, type: 2, value }], false);
  const range = number === 3 ? rangeOf(words, qualifier.order === 'range') : null;
  if (range !== null) {
    const bounds = [
      ...(range.from.length === 0 ? [] : [bound(range.from, 4)]),
      ...(range.to.length === 0 ? [] : [bound(range.to, 2)]),
    ];
    if (bounds.length === 0) {
      throw new QuerySyntaxError('A search term is expected here.', at(words), 10);
    }
    return joined('and', bounds);
  }
  if (number === 3 && qualifier.omitsEquals) return leafNode(words, qualifier, fields, [], false);
  return bound(words, number);
}

interface Range {
  readonly from: readonly CclToken[];
  readonly to: readonly CclToken[];
}

/** A range of two words or less; with `inWords` the hyphen may stand inside or at the end of a word. */
function rangeOf(words: readonly CclToken[], inWords: boolean): Range | null {
  const [first, second, third, more] = words;
  if (first === undefined || more !== undefined) return null;
  if (second?.text === '-') return { from: [first], to: third === undefined ? [] : [third] };
  if (first.text === '-' && third === undefined) {
    return { from: [], to: second === undefined ? [] : [second] };
  }
  if (!inWords || third !== undefined) return null;
  const hyphen = first.text.indexOf('-');
  const cut = (token: CclToken, text: string) => (text === '' ? [] : [{ ...token, text }]);
  if (second === undefined) {
    if (hyphen === -1 || first.text.includes('\\')) return null;
    return {
      from: cut(first, first.text.slice(0, hyphen)),
      to: cut(first, first.text.slice(hyphen + 1)),
    };
  }
  if (hyphen === first.text.length - 1) {
    return { from: cut(first, first.text.slice(0, -1)), to: [second] };
  }
  return hyphen === -1 && second.text.startsWith('-')
    ? { from: [first], to: cut(second, second.text.slice(1)) }
    : null;
}

/** One operand, or one for each of the field's alternative attributes. */
function leafNode(
  words: readonly CclToken[],
  qualifier: Qualifier,
  fields: CclFields,
  relation: readonly RpnAttribute[],
  isGroup: boolean,
): RpnNode {
  const raw = words.map((word, place) => (place === 0 ? '' : word.space) + word.text).join('');
  const shaped = shape(raw, qualifier, fields, at(words));
  const isPhrase = (words.length > 1 && !isGroup) || words.some((word) => word.isPhrase);
  const usesStructure = qualifier.structures.has('pw') || qualifier.structures.has('ag');
  const structure: readonly RpnAttribute[] = usesStructure
    ? [{ set: null, type: 4, value: isPhrase ? 1 : 2 }]
    : [];
  const before = [...shaped.attributes, ...relation, ...structure];
  return joined(
    'or',
    alternativesOf(qualifier.attributes).map(
      (own): RpnNode => ({
        type: 'operand',
        attributes: [...before, ...own.toReversed()],
        term: shaped.term,
        index: null,
      }),
    ),
  );
}

/** Attributes of one type given twice are alternatives; only Use attributes are in practice. */
function alternativesOf(attributes: readonly RpnAttribute[]): readonly (readonly RpnAttribute[])[] {
  const uses = attributes.filter((attribute) => attribute.type === 1);
  if (uses.length < 2) return [attributes];
  return uses.map((use) => attributes.filter((one) => one.type !== 1 || one === use));
}

interface Shaped {
  readonly term: string;
  readonly attributes: readonly RpnAttribute[];
}

/** Truncation signs of the term as an attribute of type 5, where the field allows them. */
function shape(raw: string, qualifier: Qualifier, fields: CclFields, position: number): Shaped {
  const { truncation } = qualifier;
  const signs = signsOf(raw, fields);
  const attribute = (value: number): RpnAttribute[] => [{ set: null, type: 5, value }];
  if (signs.length === 0) {
    return { term: plain(raw), attributes: truncation.has('n') ? attribute(100) : [] };
  }
  if (truncation.has('z')) return { term: pattern(raw, fields, 'z'), attributes: attribute(104) };
  if (truncation.has('x')) return { term: pattern(raw, fields, 'x'), attributes: attribute(102) };
  if (signs.some((sign) => sign.kind === 'one')) {
    throw new QuerySyntaxError('One character cannot be masked in this field.', position, 28);
  }
  const left = signs[0]?.at === 0;
  const right = signs.at(-1)?.at === raw.length - 1;
  if (signs.length > (left ? 1 : 0) + (right ? 1 : 0)) {
    throw new QuerySyntaxError('A mask inside a word is not possible in this field.', position, 28);
  }
  const allowed = left && right ? 'b' : left ? 'l' : 'r';
  if (!truncation.has(allowed)) {
    throw new QuerySyntaxError('Such a truncation is not possible in this field.', position, 28);
  }
  const term = plain(raw.slice(left ? 1 : 0, right ? -1 : undefined));
  return { term, attributes: attribute(left && right ? 3 : left ? 2 : 1) };
}

function signsOf(raw: string, fields: CclFields): readonly { kind: 'many' | 'one'; at: number }[] {
  const found: { kind: 'many' | 'one'; at: number }[] = [];
  for (let place = 0; place < raw.length; place += 1) {
    const character = raw.charAt(place);
    if (character === '\\') place += 1;
    else if (character === fields.truncationSign) found.push({ kind: 'many', at: place });
    else if (character === fields.maskSign) found.push({ kind: 'one', at: place });
  }
  return found;
}

function plain(raw: string): string {
  return raw.replace(/\\([\s\S])/g, '$1');
}

/** The term as a pattern: `?` and `#` in Z39.58, `.*` and `.` in a regular expression. */
function pattern(raw: string, fields: CclFields, kind: 'z' | 'x'): string {
  const special = kind === 'z' ? /[?#\\]/ : /[[\]{}()*+?.\\^$|]/;
  let result = '';
  for (let place = 0; place < raw.length; place += 1) {
    let character = raw.charAt(place);
    const isEscaped = character === '\\' && place + 1 < raw.length;
    if (isEscaped) character = raw.charAt(++place);
    if (!isEscaped && character === fields.truncationSign) result += kind === 'z' ? '?' : '.*';
    else if (!isEscaped && character === fields.maskSign) result += kind === 'z' ? '#' : '.';
    else result += (special.test(character) ? '\\' : '') + character;
  }
  return result;
}

function joined(operator: 'and' | 'or', nodes: readonly RpnNode[]): RpnNode {
  return nodes.reduce((left, right) => ({ type: 'operator', operator, left, right }));
}

function at(words: readonly CclToken[]): number {
  return words[0]?.position ?? 0;
}
