import {
  type BerNode,
  boolean,
  child,
  childrenOf,
  encoded,
  inner,
  integer,
  need,
  octets,
  oid,
  text,
  universalChild,
} from '../ber/read.ts';
import { context, tagName, universal, universalTags } from '../ber/tag.ts';
import * as write from '../ber/write.ts';
import { Z3950Error } from '../errors.ts';
import { decodeExternal, type External, encodeExternal } from './external.ts';

/** A search term; servers understand `general` best, its bytes in their own charset. */
export type Term =
  | { readonly kind: 'general'; readonly octets: Uint8Array }
  | { readonly kind: 'numeric'; readonly value: number }
  | { readonly kind: 'characterString'; readonly text: string }
  | { readonly kind: 'oid'; readonly oid: string }
  | { readonly kind: 'dateTime'; readonly text: string }
  | { readonly kind: 'null' }
  /** A form that nobody uses (external, integer with unit): the encoded value. */
  | { readonly kind: 'other'; readonly encoded: Uint8Array };

export interface Attribute {
  /** Attribute set where it differs from the query's. */
  readonly set?: string | undefined;
  readonly type: number;
  /** A list is the complex form: any one of its values. */
  readonly value: number | readonly (string | number)[];
}

export interface Proximity {
  readonly exclusion?: boolean | undefined;
  readonly distance: number;
  readonly ordered: boolean;
  readonly relation: number;
  readonly unit: { readonly kind: 'known' | 'private'; readonly code: number };
}

/** RPNStructure of ISO 23950 section 3.7. */
export type Rpn =
  | { readonly type: 'term'; readonly attributes: readonly Attribute[]; readonly term: Term }
  | {
      readonly type: 'resultSet';
      readonly name: string;
      /** Only in type-101 queries. */
      readonly attributes?: readonly Attribute[] | undefined;
    }
  | {
      readonly type: 'operation';
      readonly operator: 'and' | 'or' | 'and-not' | Proximity;
      readonly left: Rpn;
      readonly right: Rpn;
    };

export type WireQuery =
  | { readonly type: 'type-1' | 'type-101'; readonly attributeSet: string; readonly rpn: Rpn }
  /** CCL (ISO 8777) and other text queries. */
  | { readonly type: 'type-2' | 'type-100' | 'type-102'; readonly octets: Uint8Array }
  /** CQL and other query languages by object identifier. */
  | { readonly type: 'type-104'; readonly external: External }
  | { readonly type: 'other'; readonly encoded: Uint8Array };

/** Reads what the explicit tag [21] of a search request holds. */
export function decodeQuery(node: BerNode): WireQuery {
  const value = inner(node);
  switch (value.tag) {
    case context(1):
      return { type: 'type-1', ...decodeRpnQuery(value) };
    case context(101):
      return { type: 'type-101', ...decodeRpnQuery(value) };
    case context(2):
      return { type: 'type-2', octets: octets(inner(value)) };
    case context(100):
      return { type: 'type-100', octets: octets(inner(value)) };
    case context(102):
      return { type: 'type-102', octets: octets(inner(value)) };
    case context(104):
      return { type: 'type-104', external: decodeExternal(value) };
    default:
      return { type: 'other', encoded: encoded(value) };
  }
}

function decodeRpnQuery(node: BerNode): { attributeSet: string; rpn: Rpn } {
  const set = universalChild(node, universalTags.oid);
  const structure = childrenOf(node).find((one) => one.tag !== universal(universalTags.oid));
  if (set === undefined || structure === undefined) {
    throw new Z3950Error(
      'apdu_malformed',
      'An RPN query lacks its attribute set or its structure.',
    );
  }
  return { attributeSet: oid(set), rpn: decodeRpn(structure) };
}

/** Post-order over an explicit stack, so that no query can make the reader recurse. */
function decodeRpn(root: BerNode): Rpn {
  const waiting: { node: BerNode; operandsDone: boolean }[] = [{ node: root, operandsDone: false }];
  const done: Rpn[] = [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node } = next;
    if (node.tag === context(0)) {
      done.push(decodeOperand(inner(node)));
      continue;
    }
    const [left, right, operator] = childrenOf(node);
    if (node.tag !== context(1) || !left || !right || operator?.tag !== context(46)) {
      throw new Z3950Error('apdu_malformed', `${tagName(node.tag)} is no RPN structure.`);
    }
    if (next.operandsDone) {
      const second = done.pop() as Rpn;
      const first = done.pop() as Rpn;
      done.push({
        type: 'operation',
        operator: decodeOperator(operator),
        left: first,
        right: second,
      });
    } else {
      waiting.push({ node, operandsDone: true });
      waiting.push({ node: right, operandsDone: false }, { node: left, operandsDone: false });
    }
  }
  return done[0] as Rpn;
}

function decodeOperand(node: BerNode): Rpn {
  switch (node.tag) {
    case context(102):
      return { type: 'term', ...decodeAttributesPlusTerm(node) };
    case context(31):
      return { type: 'resultSet', name: text(node) };
    case context(214):
      return {
        type: 'resultSet',
        name: text(need(node, 31)),
        attributes: decodeAttributes(need(node, 44)),
      };
    default:
      throw new Z3950Error('apdu_malformed', `${tagName(node.tag)} is no operand.`);
  }
}

/** AttributesPlusTerm, of a query's operand or of a scan. */
export function decodeAttributesPlusTerm(node: BerNode): {
  attributes: readonly Attribute[];
  term: Term;
} {
  const list = child(node, 44);
  const term = childrenOf(node).find((one) => one.tag !== context(44));
  if (term === undefined) throw new Z3950Error('apdu_malformed', 'An operand has no term.');
  return { attributes: list === undefined ? [] : decodeAttributes(list), term: decodeTerm(term) };
}

export function decodeAttributes(node: BerNode): Attribute[] {
  return childrenOf(node).map((element) => {
    const set = child(element, 1);
    const numeric = child(element, 121);
    return {
      set: set === undefined ? undefined : oid(set),
      type: integer(need(element, 120)),
      value: numeric === undefined ? decodeComplex(need(element, 224)) : integer(numeric),
    };
  });
}

function decodeComplex(node: BerNode): (string | number)[] {
  return childrenOf(need(node, 1)).map((one) =>
    one.tag === context(1) ? text(one) : integer(one),
  );
}

export function decodeTerm(node: BerNode): Term {
  switch (node.tag) {
    case context(45):
      return { kind: 'general', octets: octets(node) };
    case context(215):
      return { kind: 'numeric', value: integer(node) };
    case context(216):
      return { kind: 'characterString', text: text(node) };
    case context(217):
      return { kind: 'oid', oid: oid(node) };
    case context(218):
      return { kind: 'dateTime', text: text(node) };
    case context(221):
      return { kind: 'null' };
    default:
      return { kind: 'other', encoded: encoded(node) };
  }
}

function decodeOperator(node: BerNode): 'and' | 'or' | 'and-not' | Proximity {
  const value = inner(node);
  switch (value.tag) {
    case context(0):
      return 'and';
    case context(1):
      return 'or';
    case context(2):
      return 'and-not';
    case context(3):
      return decodeProximity(value);
    default:
      throw new Z3950Error('apdu_malformed', `${tagName(value.tag)} is no operator.`);
  }
}

function decodeProximity(node: BerNode): Proximity {
  const exclusion = child(node, 1);
  const unit = inner(need(node, 5));
  return {
    exclusion: exclusion === undefined ? undefined : boolean(exclusion),
    distance: integer(need(node, 2)),
    ordered: boolean(need(node, 3)),
    relation: integer(need(node, 4)),
    unit: { kind: unit.tag === context(2) ? 'private' : 'known', code: integer(unit) },
  };
}

export function encodeQuery(query: WireQuery): write.BerValue {
  switch (query.type) {
    case 'type-1':
    case 'type-101':
      return write.field(query.type === 'type-1' ? 1 : 101, [
        write.oid(universal(universalTags.oid), query.attributeSet),
        encodeRpn(query.rpn),
      ]);
    case 'type-104':
      return encodeExternal(query.external, context(104));
    case 'other':
      return write.verbatim(query.encoded);
    default:
      return write.field(Number(query.type.slice(5)), [
        write.primitive(universal(universalTags.octetString), query.octets),
      ]);
  }
}

/** Recurses over a query that our own translation made, which bounds its depth. */
function encodeRpn(rpn: Rpn): write.BerValue {
  switch (rpn.type) {
    case 'term':
      return write.field(0, [encodeAttributesPlusTerm(rpn.attributes, rpn.term)]);
    case 'resultSet': {
      const name = write.text(context(31), rpn.name);
      if (rpn.attributes === undefined) return write.field(0, [name]);
      return write.field(0, [write.field(214, [name, encodeAttributes(rpn.attributes)])]);
    }
    case 'operation':
      return write.field(1, [
        encodeRpn(rpn.left),
        encodeRpn(rpn.right),
        write.field(46, [encodeOperator(rpn.operator)]),
      ]);
  }
}

export function encodeAttributesPlusTerm(
  attributes: readonly Attribute[],
  term: Term,
): write.BerValue {
  return write.field(102, [encodeAttributes(attributes), encodeTerm(term)]);
}

export function encodeAttributes(attributes: readonly Attribute[]): write.BerValue {
  return write.field(
    44,
    attributes.map(({ set, type, value }) =>
      write.sequence([
        write.optional.oid(1, set),
        write.integer(context(120), type),
        typeof value === 'number'
          ? write.integer(context(121), value)
          : write.field(224, [write.field(1, value.map(encodeStringOrNumeric))]),
      ]),
    ),
  );
}

function encodeStringOrNumeric(value: string | number): write.BerValue {
  return typeof value === 'string'
    ? write.text(context(1), value)
    : write.integer(context(2), value);
}

export function encodeTerm(term: Term): write.BerValue {
  switch (term.kind) {
    case 'general':
      return write.primitive(context(45), term.octets);
    case 'numeric':
      return write.integer(context(215), term.value);
    case 'characterString':
      return write.text(context(216), term.text);
    case 'oid':
      return write.oid(context(217), term.oid);
    case 'dateTime':
      return write.text(context(218), term.text);
    case 'null':
      return write.nothingValue(context(221));
    case 'other':
      return write.verbatim(term.encoded);
  }
}

function encodeOperator(operator: 'and' | 'or' | 'and-not' | Proximity): write.BerValue {
  if (operator === 'and') return write.nothingValue(context(0));
  if (operator === 'or') return write.nothingValue(context(1));
  if (operator === 'and-not') return write.nothingValue(context(2));
  const unit = operator.unit.kind === 'known' ? 1 : 2;
  return write.field(3, [
    write.optional.boolean(1, operator.exclusion),
    write.integer(context(2), operator.distance),
    write.boolean(context(3), operator.ordered),
    write.integer(context(4), operator.relation),
    write.field(5, [write.integer(context(unit), operator.unit.code)]),
  ]);
}
