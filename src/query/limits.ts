/**
 * Bounds of every query, whatever notation it came in. They keep parsing linear, recursion shallow and
 * what libraries are sent short; a query above one is refused with the bound in the message.
 */
export const queryLimits = {
  /** UTF-16 units of the text. */
  characters: 2000,
  /** Clauses, where every word of an `all` or `any` list and every part of `a "b c" d` counts. */
  terms: 50,
  /** Parentheses open at once. */
  depth: 20,
  /** Modifiers of one relation, boolean or sort key. */
  modifiers: 10,
  /** Prefix assignments of the whole query. */
  prefixes: 20,
  sortKeys: 10,
} as const;
