import { resolveIndex } from '../../src/query/indexes.ts';
import type { Clause, QueryNode, RpnNode } from '../../src/query/types.ts';

/**
 * What queries find in a small catalogue, by the meaning that each notation gives them and nothing
 * shared between them: a translation that loses a hit is seen here.
 */
export interface Entry {
  readonly title: readonly string[];
  readonly author: readonly string[];
  readonly year: readonly string[];
}

export const vocabulary = ['a', 'ab', 'abc', 'b', 'ba', 'cab', 'and', 'not', '化学', '化工', '学'];

/** Entries with every pattern of words that the queries of a run may ask for. */
export function catalogue(count: number): readonly Entry[] {
  let state = 12345;
  const next = (below: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor(state / 65536) % below;
  };
  const words = (most: number) =>
    Array.from({ length: 1 + next(most) }, () => vocabulary[next(vocabulary.length)] ?? 'a');
  return Array.from({ length: count }, () => ({
    title: words(4),
    author: words(2),
    year: [String(1995 + next(12))],
  }));
}

type WordTest = (word: string) => boolean;

/** Every word of a query is tried on every entry, and making a test takes longer than using it. */
const made = new Map<string, WordTest>();

/** One word against a pattern with `*` and `?`. */
function wordTest(raw: string): WordTest {
  const known = made.get(raw);
  if (known !== undefined) return known;
  const test = makeWordTest(raw);
  made.set(raw, test);
  return test;
}

function makeWordTest(raw: string): WordTest {
  let source = '';
  for (let at = 0; at < raw.length; at += 1) {
    const character = raw.charAt(at);
    if (character === '\\') source += escapeSource(raw.charAt(++at));
    else if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else source += escapeSource(character);
  }
  const pattern = new RegExp(`^${source}$`, 'su');
  return (word) => pattern.test(word);
}

function escapeSource(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

type Fields = readonly (readonly string[])[];

function fieldsOf(entry: Entry, index: string | null): Fields {
  switch (resolveIndex(index)) {
    case 'title':
      return [entry.title];
    case 'author':
      return [entry.author];
    case 'year':
      return [entry.year];
    default:
      return [entry.title, entry.author];
  }
}

function hasPhrase(
  fields: Fields,
  tests: readonly WordTest[],
  from: boolean,
  to: boolean,
): boolean {
  return fields.some((words) => {
    const last = words.length - tests.length;
    for (let start = 0; start <= last; start += 1) {
      if ((from && start > 0) || (to && start < last)) continue;
      if (tests.every((test, at) => test(words[start + at] ?? ''))) return true;
    }
    return false;
  });
}

export function findsCql(node: QueryNode, entry: Entry): boolean {
  if (node.type === 'clause') return findsClause(node, entry);
  const left = findsCql(node.left, entry);
  const right = findsCql(node.right, entry);
  if (node.operator === 'or') return left || right;
  if (node.operator === 'not') return left && !right;
  return left && right && (node.operator === 'and' || isNear(node.left, node.right, entry));
}

function isNear(left: QueryNode, right: QueryNode, entry: Entry): boolean {
  if (left.type !== 'clause' || right.type !== 'clause') return true;
  const places = (clause: Clause) =>
    entry.title.flatMap((word, at) => (wordTest(clause.term)(word) ? [at] : []));
  return places(left).some((one) => places(right).some((other) => Math.abs(one - other) === 1));
}

function findsClause(clause: Clause, entry: Entry): boolean {
  const fields = fieldsOf(entry, clause.index);
  const words = clause.term.split(' ');
  const list = () => words.map((word) => findsPhrase(fields, word));
  switch (clause.relation.name) {
    case 'all':
      return list().every(Boolean);
    case 'any':
      return list().some(Boolean);
    case '==':
    case 'exact':
      return findsPhrase(fields, `^${clause.term.replaceAll('^', '')}^`);
    case 'within':
      return fields.some(
        ([value]) => Number(value) >= Number(words[0]) && Number(value) <= Number(words[1]),
      );
    case '=':
      return findsPhrase(fields, clause.term);
    default:
      return fields.some(([value]) =>
        compares(clause.relation.name, Number(value), Number(clause.term)),
      );
  }
}

function findsPhrase(fields: Fields, raw: string): boolean {
  const from = raw.startsWith('^');
  const to = raw.endsWith('^');
  const body = raw.slice(from ? 1 : 0, to ? -1 : undefined);
  return hasPhrase(fields, body.split(' ').map(wordTest), from, to);
}

function compares(relation: string, value: number, bound: number): boolean {
  switch (relation) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    default:
      return value !== bound;
  }
}

/** bib-1 as ISO 23950 and the attribute set's definition have it. */
export function findsRpn(node: RpnNode, entry: Entry): boolean {
  switch (node.type) {
    case 'operator': {
      const left = findsRpn(node.left, entry);
      const right = findsRpn(node.right, entry);
      if (node.operator === 'or') return left || right;
      return node.operator === 'and' ? left && right : left && !right;
    }
    case 'operand':
      return findsOperand(node, entry);
    default:
      throw new Error(`unexpected ${node.type}`);
  }
}

function findsOperand(node: Extract<RpnNode, { type: 'operand' }>, entry: Entry): boolean {
  const value = (type: number) => node.attributes.find((one) => one.type === type)?.value;
  const names: Readonly<Record<string, string>> = { '4': 'title', '1003': 'author', '31': 'year' };
  const fields = fieldsOf(entry, names[String(value(1))] ?? null);
  const words = node.term.split(' ');
  const relation = ['', '<', '<=', '=', '>=', '>', '<>'][Number(value(2) ?? 3)] ?? '=';
  if (relation !== '=') {
    return fields.some(([year]) => compares(relation, Number(year), Number(node.term)));
  }
  if (value(4) === 6)
    return words.every((word) => hasPhrase(fields, [(one) => one === word], false, false));
  if (value(4) === 105)
    return words.some((word) => hasPhrase(fields, [(one) => one === word], false, false));
  const truncation = Number(value(5) ?? 100);
  const tests = words.map((word, at): WordTest => {
    const left = at === 0 && (truncation === 2 || truncation === 3);
    const right = at === words.length - 1 && (truncation === 1 || truncation === 3);
    if (left && right) return (one) => one.includes(word);
    if (left) return (one) => one.endsWith(word);
    return right ? (one) => one.startsWith(word) : (one) => one === word;
  });
  const isWhole = value(6) === 3;
  return hasPhrase(fields, tests, isWhole || value(3) === 1, isWhole);
}

/** One part of Aleph's CCL. */
export type AlephNode =
  | { readonly operator: 'AND' | 'OR' | 'NOT'; readonly left: AlephNode; readonly right: AlephNode }
  | { readonly code: string; readonly words: readonly string[] }
  | { readonly code: string; readonly from: string; readonly to: string };

/** Parses what `find` takes, and nothing besides; an error here is an injected sign. */
export function parseAleph(request: string): AlephNode {
  const tokens = request.match(/[()]|->|=|[^\s()=]+?(?=->)|[^\s()=]+/g) ?? [];
  let at = 0;
  const expect = (token: string) => {
    if (tokens[at] !== token) throw new Error(`expected ${token} at ${at} of ${request}`);
    at += 1;
  };
  const read = (): AlephNode => {
    if (tokens[at] === '(') {
      at += 1;
      const left = read();
      const operator = tokens[at] ?? '';
      if (operator !== 'AND' && operator !== 'OR' && operator !== 'NOT') {
        throw new Error(`no operator at ${at} of ${request}`);
      }
      at += 1;
      const right = read();
      expect(')');
      return { operator, left, right };
    }
    const code = tokens[at] ?? '';
    if (!/^W[A-Z]{2}$|^IS[BS]$/.test(code)) throw new Error(`no code at ${at} of ${request}`);
    at += 1;
    expect('=');
    expect('(');
    const words: string[] = [];
    while (at < tokens.length && tokens[at] !== ')') {
      const word = tokens[at] ?? '';
      if (word !== '->' && (/^(and|or|not|to)$/i.test(word) || !/[\p{L}\p{N}]/u.test(word))) {
        throw new Error(`${word} is no word of ${request}`);
      }
      words.push(word);
      at += 1;
    }
    expect(')');
    if (words[1] === '->') return { code, from: words[0] ?? '', to: words[2] ?? '' };
    if (words.length === 0 || words.includes('->')) throw new Error(`no words in ${request}`);
    return { code, words };
  };
  const node = read();
  if (at !== tokens.length) throw new Error(`more than one query in ${request}`);
  return node;
}

export function findsAleph(node: AlephNode, entry: Entry): boolean {
  if ('operator' in node) {
    const left = findsAleph(node.left, entry);
    const right = findsAleph(node.right, entry);
    if (node.operator === 'OR') return left || right;
    return node.operator === 'AND' ? left && right : left && !right;
  }
  const names: Readonly<Record<string, string>> = { WTI: 'title', WAU: 'author', WYR: 'year' };
  const fields = fieldsOf(entry, names[node.code] ?? null);
  if ('from' in node) return fields.some(([year = '']) => year >= node.from && year <= node.to);
  return node.words.every((word) => {
    const mask = word.replaceAll('?', '*').replaceAll('!', '?');
    return hasPhrase(fields, [wordTest(mask)], false, false);
  });
}
