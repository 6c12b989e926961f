export { parseCcl } from './ccl/parser.ts';
export { printCcl } from './ccl/printer.ts';
export { type CclFields, CclFieldsError, parseCclFields } from './ccl/qualifiers.ts';
export { convertQuery, type Notation, notations } from './convert.ts';
export { parseCql } from './cql/parser.ts';
export { printCql } from './cql/printer.ts';
export { sortKeysOf } from './cql/sort-keys.ts';
export { printXcql } from './cql/xcql.ts';
export { QuerySyntaxError, UnsupportedQueryError } from './errors.ts';
export { alternatives, checkIndexes, resolveIndex } from './indexes.ts';
export { queryLimits } from './limits.ts';
export { type AttributeMap, AttributeMapError, parseAttributeMap } from './maps/properties.ts';
export { RpnTranslationError, rpnToCql } from './maps/rpn-to-cql.ts';
export { PqfSyntaxError, parsePqf } from './pqf/parser.ts';
export { printPqf } from './pqf/printer.ts';
export {
  looksLikeCql,
  parseReaderQuery,
  type ReaderSyntax,
  readerSyntaxes,
} from './reader.ts';
export { escapeTerm } from './term.ts';
export type { TermOptions } from './translate/clause.ts';
export { toRpn } from './translate/rpn.ts';
export { type SruOptions, type SruSupport, toSruCql } from './translate/sru.ts';
export { toTemplateVariables } from './translate/template.ts';
export { hasIsbnTerm } from './translate/walk.ts';
export { toXserviceRequest } from './translate/xservice.ts';
