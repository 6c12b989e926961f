import Type from 'typebox';
import { dialects, queryCharsets, recordCharsets } from '../../marc/types.ts';

/** An object whose unknown keys are refused. */
export const closed = <T extends Parameters<typeof Type.Object>[0]>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });

/** One of a closed list of strings. */
export const literals = <const T extends readonly string[]>(values: T): Type.TEnum<[...T]> =>
  Type.Enum([...values]) as unknown as Type.TEnum<[...T]>;

export const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** The name of an environment variable that holds a secret or an address. */
export const environmentName = Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,63}$' });

const attributeValue = Type.Union([Type.Integer({ minimum: 0 }), Type.String({ maxLength: 64 })]);
const attributes = Type.Record(Type.String({ pattern: '^[1-9][0-9]{0,2}$' }), attributeValue);
const attributeEntry = Type.Record(
  Type.String({ pattern: '^([1-9][0-9]{0,2}|phrase|word|all|any|begins|exact)$' }),
  Type.Union([attributeValue, attributes]),
);
const oneIndex = Type.Union([Type.String({ minLength: 1, maxLength: 200 }), attributeEntry]);
export const indexEntry = Type.Union([
  oneIndex,
  Type.Array(oneIndex, { minItems: 1, maxItems: 8 }),
]);

/** How a library spells a sort key: an SRU or HTTP name, or Z39.50 attributes. */
const sortSpelling = Type.Union([Type.String({ minLength: 1, maxLength: 200 }), attributes]);

/** Keys every protocol has. */
export const connectorCommon = {
  charset: Type.Optional(literals(recordCharsets)),
  queryCharset: Type.Optional(literals(queryCharsets)),
  records: Type.Optional(literals(['auto', ...dialects] as const)),
  indexes: Type.Optional(
    closed({
      any: Type.Optional(indexEntry),
      title: Type.Optional(indexEntry),
      author: Type.Optional(indexEntry),
      isbn: Type.Optional(indexEntry),
      issn: Type.Optional(indexEntry),
      subject: Type.Optional(indexEntry),
      publisher: Type.Optional(indexEntry),
      year: Type.Optional(indexEntry),
      callnumber: Type.Optional(indexEntry),
      class: Type.Optional(indexEntry),
      series: Type.Optional(indexEntry),
      id: Type.Optional(indexEntry),
    }),
  ),
  terms: Type.Optional(
    closed({
      isbn: Type.Optional(
        Type.Array(literals(['hyphen13', 'plain13', 'hyphen10', 'plain10'] as const), {
          minItems: 1,
          maxItems: 4,
        }),
      ),
      script: Type.Optional(literals(['as-is', 'simplified', 'traditional', 'both'] as const)),
    }),
  ),
  sorts: Type.Optional(
    closed({
      year: Type.Optional(sortSpelling),
      title: Type.Optional(sortSpelling),
      author: Type.Optional(sortSpelling),
    }),
  ),
  holdings: Type.Optional(
    closed({
      tag: Type.String({ pattern: '^[0-9A-Za-z]{3}$' }),
      library: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
      barcode: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
      location: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
      volume: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
      status: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
      callNumber: Type.Optional(
        closed({
          whole: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
          parts: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 1 }))),
          join: Type.Optional(Type.String({ maxLength: 4 })),
        }),
      ),
    }),
  ),
  repairs: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 16 }),
  ),
  limits: Type.Optional(
    closed({
      pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
      connections: Type.Optional(Type.Integer({ minimum: 1, maximum: 32 })),
      timeoutMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 60000 })),
      perMinute: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000000 })),
    }),
  ),
  reach: Type.Optional(literals(['public', 'cernet', 'allowlist'] as const)),
};
