import Type from 'typebox';
import { closed, connectorCommon, environmentName, literals } from './common.ts';

const account = closed({
  user: Type.Optional(Type.String({ maxLength: 200 })),
  userEnv: Type.Optional(environmentName),
  passwordEnv: Type.Optional(environmentName),
});

/** Connector keys of `protocol: xservice` (Ex Libris Aleph X-Server). */
export const xserviceConnector = closed({
  protocol: Type.Literal('xservice'),
  url: Type.Optional(Type.String({ pattern: '^https?://', maxLength: 2000 })),
  urlEnv: Type.Optional(environmentName),
  /** Bibliographic bases asked, in order. */
  bases: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 20 }), { maxItems: 8 })),
  /** The administrative library (XXX50) of items, loans and patrons. */
  admLibrary: Type.Optional(Type.String({ maxLength: 20 })),
  format: Type.Optional(Type.String({ maxLength: 40 })),
  method: Type.Optional(literals(['get', 'post'] as const)),
  /** Staff accounts by operation (`hold-req`), `default` for the others. */
  credentials: Type.Optional(Type.Record(Type.String({ pattern: '^[a-z0-9-]{1,40}$' }), account)),
  ...connectorCommon,
});
