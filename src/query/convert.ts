import { printCcl } from './ccl/printer.ts';
import { parseCql } from './cql/parser.ts';
import { printCql } from './cql/printer.ts';
import { printXcql } from './cql/xcql.ts';
import { cqlToPqf } from './maps/cql-to-pqf.ts';
import { defaultMap } from './maps/default.ts';
import { type AttributeMap, parseAttributeMap } from './maps/properties.ts';

export const notations = ['ast', 'xcql', 'cql', 'pqf', 'ccl'] as const;
export type Notation = (typeof notations)[number];

/**
 * A CQL query in another notation, on one line unless `indent` asks for lines (XCQL and the tree).
 * `map` is a parsed properties map or the text of one. Throws QuerySyntaxError where the query does not parse or the notation or map cannot say it.
 */
export function convertQuery(
  text: string,
  to: Notation,
  map: AttributeMap | string = defaultMap,
  options: { readonly indent?: boolean } = {},
): string {
  const query = parseCql(text);
  switch (to) {
    case 'ast':
      return JSON.stringify(query, null, options.indent ? 2 : undefined);
    case 'xcql':
      return printXcql(query, options);
    case 'cql':
      return oneLine(printCql(query));
    case 'pqf':
      return cqlToPqf(query, typeof map === 'string' ? parseAttributeMap(map) : map);
    case 'ccl':
      return printCcl(query);
  }
}

/** A line end inside a term parts words like any blank. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, ' ');
}
