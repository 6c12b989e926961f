import Type from 'typebox';
import { dialects, queryCharsets, recordCharsets } from '../../marc/types.ts';
import { closed, connectorCommon, environmentName, literals } from './common.ts';

const recordSyntax = literals(['usmarc', 'unimarc', 'xml', 'opac', 'sutrs', 'grs-1'] as const);

/** Named repairs: `cql-query` asks in CQL where it is granted, `type-101` sends RPN queries as type 101. */
export const z3950Repairs = ['cql-query', 'type-101'] as const;

/** Connector keys of `protocol: z3950`. */
export const z3950Connector = closed({
  protocol: Type.Literal('z3950'),
  host: Type.Optional(Type.String({ minLength: 1, maxLength: 253 })),
  hostEnv: Type.Optional(environmentName),
  port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535 })),
  /** TLS from the first byte, as some libraries offer it behind a tunnel. */
  tls: Type.Optional(Type.Boolean()),
  database: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  databases: Type.Optional(
    Type.Array(
      closed({
        name: Type.String({ minLength: 1, maxLength: 200 }),
        syntax: Type.Optional(recordSyntax),
        charset: Type.Optional(literals(recordCharsets)),
        queryCharset: Type.Optional(literals(queryCharsets)),
        records: Type.Optional(literals(['auto', ...dialects] as const)),
      }),
      { maxItems: 8 },
    ),
  ),
  syntax: Type.Optional(recordSyntax),
  /** Element set asked for; `F` by default, empty for none. */
  elementSet: Type.Optional(Type.String({ maxLength: 64 })),
  auth: Type.Optional(
    closed({
      kind: literals(['anonymous', 'open', 'idPass'] as const),
      user: Type.Optional(Type.String({ maxLength: 200 })),
      group: Type.Optional(Type.String({ maxLength: 200 })),
      userEnv: Type.Optional(environmentName),
      passwordEnv: Type.Optional(environmentName),
    }),
  ),
  negotiateCharset: Type.Optional(Type.Boolean()),
  /** Languages proposed at Init for what the server says besides records, best first (`chi`, `eng`; MARC codes). */
  negotiateLanguages: Type.Optional(
    Type.Array(Type.String({ pattern: '^[a-z]{3}$' }), { minItems: 1, maxItems: 8 }),
  ),
  pipeline: Type.Optional(Type.Boolean()),
  /** False for servers that choke on piggy-backed records. */
  piggyback: Type.Optional(Type.Boolean()),
  /** True where the server searches by nearness; elsewhere `prox` is widened to `and`. */
  proximity: Type.Optional(Type.Boolean()),
  ...connectorCommon,
  repairs: Type.Optional(Type.Array(literals(z3950Repairs), { maxItems: 16 })),
});
