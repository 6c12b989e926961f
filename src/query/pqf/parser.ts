import { QuerySyntaxError } from '../errors.ts';
import type { RpnAttribute, RpnNode, RpnQuery } from '../types.ts';
import { attributeSetOid, bib1 } from './sets.ts';

export type PqfFault =
  | 'extra'
  | 'missing'
  | 'attribute_set'
  | 'bad_integer'
  | 'proximity'
  | 'too_long';

/** PQF that does not parse; `fault` is the kind of mistake. */
export class PqfSyntaxError extends QuerySyntaxError {
  readonly fault: PqfFault;

  constructor(fault: PqfFault, message: string, position: number) {
    super(message, position);
    this.name = 'PqfSyntaxError';
    this.fault = fault;
  }
}

/** PQF is longer than the CQL it says; these bounds hold every query the gateway makes itself. */
const maxCharacters = 100_000;
const maxDepth = 200;

interface Word {
  readonly text: string;
  /** Quoted or escaped, and so never an operator. */
  readonly isLiteral: boolean;
  readonly position: number;
}

interface State {
  readonly words: readonly Word[];
  readonly end: number;
  next: number;
  depth: number;
}

/** Parses prefix query notation as YAZ defines it. Throws PqfSyntaxError. */
export function parsePqf(text: string): RpnQuery {
  if (text.length > maxCharacters) {
    throw new PqfSyntaxError('too_long', 'The query is too long.', maxCharacters);
  }
  const state: State = { words: readWords(text), end: text.length, next: 0, depth: 0 };
  let attributeSet = bib1;
  if (isOperator(peek(state), 'attrset')) {
    state.next += 1;
    attributeSet = readSet(takeWord(state));
  }
  const node = readNode(state, []);
  const rest = peek(state);
  if (rest !== undefined) {
    throw new PqfSyntaxError(
      'extra',
      `Nothing may follow, but “${rest.text}” does.`,
      rest.position,
    );
  }
  return { attributeSet, node };
}

/** Words, `"quoted words"` and `{braced words}`; a backslash makes the next character itself. */
function readWords(text: string): readonly Word[] {
  const words: Word[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    const position = at;
    const close = text.charAt(at) === '"' ? '"' : text.charAt(at) === '{' ? '}' : null;
    if (close !== null) at += 1;
    let word = '';
    let isLiteral = close !== null;
    while (at < text.length) {
      const character = text.charAt(at);
      if (close === null ? /\s/.test(character) : character === close) break;
      if (character === '\\' && at + 1 < text.length) {
        at += 1;
        isLiteral ||= word === '';
      }
      word += text.charAt(at);
      at += 1;
    }
    if (close !== null) at += 1;
    words.push({ text: word, isLiteral, position });
  }
  return words;
}

function readNode(state: State, inherited: readonly RpnAttribute[]): RpnNode {
  state.depth += 1;
  if (state.depth > maxDepth) {
    const position = peek(state)?.position ?? state.end;
    throw new PqfSyntaxError('too_long', 'The query is nested too deep.', position);
  }
  const node = readHere(state, inherited);
  state.depth -= 1;
  return node;
}

function readHere(state: State, inherited: readonly RpnAttribute[]): RpnNode {
  let attributes = inherited;
  while (isOperator(peek(state), 'attr')) {
    state.next += 1;
    attributes = withAttribute(attributes, readAttribute(state));
  }
  const word = takeWord(state);
  if (word.isLiteral || !word.text.startsWith('@')) return operand(word.text, attributes);
  switch (word.text) {
    case '@and':
    case '@or':
    case '@not': {
      const left = readNode(state, attributes);
      const right = readNode(state, attributes);
      const operator = word.text === '@not' ? 'and-not' : word.text === '@and' ? 'and' : 'or';
      return { type: 'operator', operator, left, right };
    }
    case '@prox':
      return readProximity(state, attributes);
    case '@set':
      return { type: 'resultSet', name: takeWord(state).text };
    case '@term':
      // Every type of term is sent as a general one.
      takeWord(state);
      return readNode(state, attributes);
    default:
      return operand(word.text, attributes);
  }
}

function operand(term: string, attributes: readonly RpnAttribute[]): RpnNode {
  return { type: 'operand', attributes, term, index: null };
}

/** Of attributes of one type the nearest to the term counts. */
function withAttribute(
  attributes: readonly RpnAttribute[],
  added: RpnAttribute,
): readonly RpnAttribute[] {
  return [...attributes.filter((one) => one.type !== added.type), added];
}

function readAttribute(state: State): RpnAttribute {
  const first = takeWord(state);
  if (first.text.includes('=')) return attributeOf(first, null);
  return attributeOf(takeWord(state), readSet(first));
}

function attributeOf(word: Word, set: string | null): RpnAttribute {
  const equals = word.text.indexOf('=');
  const type = word.text.slice(0, equals);
  const value = word.text.slice(equals + 1);
  if (equals === -1 || !/^[0-9]{1,9}$/.test(type) || value === '') {
    throw new PqfSyntaxError(
      'bad_integer',
      `“${word.text}” is no attribute (number=value).`,
      word.position,
    );
  }
  const isNumber = /^-?[0-9]{1,9}$/.test(value);
  return { set, type: Number(type), value: isNumber ? Number(value) : value };
}

function readSet(word: Word): string {
  const oid = attributeSetOid(word.text);
  if (oid !== null) return oid;
  throw new PqfSyntaxError('attribute_set', `“${word.text}” is no attribute set.`, word.position);
}

function readProximity(state: State, attributes: readonly RpnAttribute[]): RpnNode {
  const exclusion = readNumber(state);
  const distance = readNumber(state);
  const ordered = readNumber(state);
  const relation = readNumber(state);
  const kind = takeWord(state);
  if (!/^k(nown)?$/.test(kind.text)) {
    throw new PqfSyntaxError('proximity', 'Only known units (k) can be asked for.', kind.position);
  }
  const unit = readNumber(state);
  const left = readNode(state, attributes);
  const right = readNode(state, attributes);
  const flags = { exclusion: exclusion !== 0, ordered: ordered !== 0 };
  return { type: 'prox', ...flags, distance, relation, unit, left, right };
}

function readNumber(state: State): number {
  const word = takeWord(state);
  if (word.text === 'void') return 0;
  if (/^[0-9]{1,9}$/.test(word.text)) return Number(word.text);
  throw new PqfSyntaxError('proximity', `“${word.text}” is no number.`, word.position);
}

function isOperator(word: Word | undefined, name: string): boolean {
  return word !== undefined && !word.isLiteral && word.text === `@${name}`;
}

function takeWord(state: State): Word {
  const word = peek(state);
  if (word === undefined) {
    throw new PqfSyntaxError('missing', 'The query ends where more is expected.', state.end);
  }
  state.next += 1;
  return word;
}

function peek(state: State): Word | undefined {
  return state.words[state.next];
}
