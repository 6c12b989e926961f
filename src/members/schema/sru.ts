import Type from 'typebox';
import { closed, connectorCommon, environmentName, literals } from './common.ts';

/** Connector keys of `protocol: sru`. */
export const sruConnector = closed({
  protocol: Type.Literal('sru'),
  url: Type.Optional(Type.String({ pattern: '^https?://', maxLength: 2000 })),
  urlEnv: Type.Optional(environmentName),
  version: Type.Optional(literals(['1.1', '1.2', '2.0'] as const)),
  recordSchema: Type.Optional(Type.String({ maxLength: 200 })),
  recordPacking: Type.Optional(literals(['xml', 'string'] as const)),
  method: Type.Optional(literals(['get', 'post'] as const)),
  auth: Type.Optional(
    closed({
      kind: literals(['basic', 'parameters'] as const),
      user: Type.Optional(Type.String({ maxLength: 200 })),
      userEnv: Type.Optional(environmentName),
      passwordEnv: Type.Optional(environmentName),
    }),
  ),
  ...connectorCommon,
});
