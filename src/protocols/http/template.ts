import { encodeTerm, UnmappableError } from '../../marc/charset/index.ts';
import type { QueryCharset } from '../../marc/types.ts';
import { UnsupportedQueryError } from '../../query/errors.ts';

/** Values by name; a variable that is not there is unset. */
export type Variables = Readonly<Record<string, string | number>>;

const variable = /\{([A-Za-z][A-Za-z0-9_-]{0,31})\}/g;

function variableOf(variables: Variables, name: string): string | number | null {
  return Object.hasOwn(variables, name) ? (variables[name] ?? null) : null;
}

/** True when every variable of the template has a value. */
export function isFillable(template: string, variables: Variables): boolean {
  return [...template.matchAll(variable)].every(
    ([, name]) => variableOf(variables, name ?? '') !== null,
  );
}

/** The template with its variables written as they are; an unset one is empty. */
export function fill(template: string, variables: Variables): string {
  return template.replace(variable, (_all, name: string) =>
    String(variableOf(variables, name) ?? ''),
  );
}

/** A header's value: a variable can end neither the line nor the header. */
export function fillHeader(template: string, variables: Variables): string {
  const text = fill(template, variables);
  return [...text].filter((character) => character >= ' ' && character !== '\x7f').join('');
}

/** A URL whose variables are percent-encoded, each as a part that cannot end the one it stands in. */
export function fillUrl(template: string, variables: Variables, charset: QueryCharset): URL {
  const encoded = template.replace(variable, (_all, name: string) =>
    percentEncode(String(variableOf(variables, name) ?? ''), charset),
  );
  refuseDotSegments(template, encoded);
  return new URL(encoded);
}

/** `.` and `..` as a whole segment would change the path, and no encoding keeps them (WHATWG URL, 4.5). */
function refuseDotSegments(template: string, filled: string): void {
  const written = pathSegments(template);
  const changed = pathSegments(filled).some(
    (segment, at) => /^\.{1,2}$/.test(segment) && segment !== written[at],
  );
  if (!changed) return;
  throw new UnsupportedQueryError(
    '检索词不能只由“.”组成',
    'A term of nothing but dots cannot be asked at this library',
  );
}

function pathSegments(address: string): string[] {
  return (address.split(/[?#]/, 1)[0] ?? '').split('/');
}

/** `name=value` pairs of those parameters whose variables are all set, encoded in the charset. */
export function fillPairs(
  templates: Readonly<Record<string, string>>,
  variables: Variables,
  charset: QueryCharset,
): string {
  return Object.entries(templates)
    .filter(([, template]) => isFillable(template, variables))
    .map(([name, template]) => {
      const value = fill(template, variables);
      return `${percentEncode(name, charset)}=${percentEncode(value, charset)}`;
    })
    .join('&');
}

/** RFC 3986 unreserved characters stay, every other byte of the charset is written as %XX. */
function percentEncode(text: string, charset: QueryCharset): string {
  let encoded = '';
  for (const byte of termBytes(text, charset)) {
    const character = String.fromCharCode(byte);
    encoded += /[A-Za-z0-9._~-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

function termBytes(text: string, charset: QueryCharset): Uint8Array {
  try {
    return encodeTerm(text, charset);
  } catch (error) {
    if (!(error instanceof UnmappableError)) throw error;
    throw new UnsupportedQueryError(
      `该馆的字符集不含“${error.character}”`,
      'A character of the query cannot be written in this library’s character set',
    );
  }
}

/** Stands for a part of a JSON body that is left out. */
const leftOut = Symbol('left out');
const maxJsonDepth = 16;

/**
 * A JSON body whose strings are templates. A string that is one numeric variable becomes a number. A
 * property with an unset variable is left out; in a list the whole element is, so that each index can have
 * its own element; a list that loses all of them is left out itself.
 */
export function fillJson(template: unknown, variables: Variables): unknown {
  const filled = fillNode(template, variables, 0);
  return filled === leftOut ? null : filled;
}

function fillNode(node: unknown, variables: Variables, depth: number): unknown {
  if (typeof node === 'string') return fillString(node, variables);
  if (node === null || typeof node !== 'object') return node;
  if (depth >= maxJsonDepth) throw new RangeError('The body template is nested too deeply.');
  if (Array.isArray(node)) {
    const kept = node
      .map((element) => fillElement(element, variables, depth + 1))
      .filter((element) => element !== leftOut);
    return node.length > 0 && kept.length === 0 ? leftOut : kept;
  }
  const entries = Object.entries(node)
    .map(([name, value]) => [name, fillNode(value, variables, depth + 1)] as const)
    .filter(([, value]) => value !== leftOut);
  return Object.fromEntries(entries);
}

/** An element of a list is whole or not there. */
function fillElement(element: unknown, variables: Variables, depth: number): unknown {
  const filled = fillNode(element, variables, depth);
  if (filled === leftOut || element === null || typeof element !== 'object') return filled;
  if (Array.isArray(element)) return filled;
  const lost = Object.keys(element).length > Object.keys(filled as object).length;
  return lost ? leftOut : filled;
}

function fillString(template: string, variables: Variables): unknown {
  if (!isFillable(template, variables)) return leftOut;
  const whole = /^\{([A-Za-z][A-Za-z0-9_-]*)\}$/.exec(template);
  const value = whole === null ? null : variableOf(variables, whole[1] ?? '');
  return typeof value === 'number' ? value : fill(template, variables);
}
