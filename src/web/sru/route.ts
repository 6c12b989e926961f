import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { type Clock, systemClock } from '../../members/guards/clock.ts';
import { OverloadedError } from '../../search/engine.ts';
import { payFor } from '../allowance.ts';
import type { WebContext } from '../context.ts';
import { libraryLookup } from '../line-export.ts';
import { SruDiagnostic } from './diagnostics.ts';
import { diagnosticsElement, echoElement, envelope, recordElement } from './envelope.ts';
import { explainSchema, printExplain } from './explain.ts';
import { checkRequest, type Manner, mannerOf } from './request.ts';
import { createResultSets } from './result-sets.ts';
import { scan } from './scan.ts';
import {
  type Caller,
  defaultRecords,
  type SruServices,
  searchRetrieve,
} from './search-retrieve.ts';
import { element, nothing, type Xml } from './xml.ts';

const form = 'application/x-www-form-urlencoded';

/** The federation as an SRU 1.1, 1.2 and 2.0 server, at `/sru`. */
export function registerSru(
  app: FastifyInstance,
  context: WebContext,
  clock: Clock = systemClock,
): void {
  const services: SruServices = {
    context,
    sets: createResultSets(context.engine, clock),
    libraryOf: libraryLookup(context.directory),
  };
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      form,
      { parseAs: 'string' },
      async (_: unknown, body: string) => body,
    );
    for (const method of ['GET', 'POST'] as const) {
      scope.route({
        method,
        url: '/sru',
        validatorCompiler: () => (value: unknown) => ({ value }),
        schema: describedFor(method),
        handler: (request, reply) => answer(request, reply, services),
        errorHandler: (error, request, reply) => {
          const status = error.statusCode ?? 500;
          if (status < 500) throw error;
          if (status !== 503) request.log.error({ err: error }, 'unexpected error');
          return refuse(request, reply, status, services);
        },
      });
    }
    done();
  });
}

const parameterSchema = Type.Object({
  operation: Type.Optional(Type.Enum(['searchRetrieve', 'explain', 'scan'])),
  version: Type.Optional(Type.Enum(['1.1', '1.2', '2.0'])),
  query: Type.Optional(Type.String({ description: 'CQL; without it the server explains itself' })),
  startRecord: Type.Optional(Type.Integer({ minimum: 1 })),
  maximumRecords: Type.Optional(Type.Integer({ minimum: 0, description: '10; 100 at most' })),
  recordSchema: Type.Optional(
    Type.String({ description: 'marcxml (default), unimarcxml, cnmarcxml, dc, mods' }),
  ),
  recordPacking: Type.Optional(Type.String({ description: '1.x: xml or string' })),
  recordXMLEscaping: Type.Optional(Type.String({ description: '2.0: xml or string' })),
  sortKeys: Type.Optional(Type.String()),
  scanClause: Type.Optional(
    Type.String({ description: 'An index and a term: lists the terms of the libraries around it' }),
  ),
  responsePosition: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Place of the term; 1' }),
  ),
  maximumTerms: Type.Optional(Type.Integer({ minimum: 1, description: '20; 100 at most' })),
  'x-libraries': Type.Optional(Type.String({ description: 'Ids and @group ids, comma-separated' })),
});

function describedFor(method: 'GET' | 'POST') {
  return {
    tags: ['search'],
    summary: 'The federation as an SRU 1.1, 1.2 and 2.0 server',
    ...(method === 'GET' ? { querystring: parameterSchema } : { body: parameterSchema }),
    ...(method === 'POST' ? { consumes: [form] } : {}),
    response: { 200: { content: { 'text/xml': { schema: Type.String() } } } },
  };
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  services: SruServices,
): Promise<FastifyReply> {
  const parameters = parametersOf(request);
  const manner = mannerOf(parameters);
  const gone = new AbortController();
  const leave = () => gone.abort();
  reply.raw.once('close', leave);
  try {
    const refresh = /\bno-cache\b/.test(request.headers['cache-control'] ?? '');
    const body = await operate(request, parameters, manner, services, {
      gone: gone.signal,
      refresh,
      pay: (libraries) => payFor(request.server.allowance, request.ip, libraries),
    });
    return send(reply, 200, body);
  } catch (error) {
    if (error instanceof OverloadedError) return refuse(request, reply, 503, services);
    if (!(error instanceof SruDiagnostic)) throw error;
    return send(
      reply,
      200,
      refusal(error, manner, parameters, explained(request, manner, services)),
    );
  } finally {
    reply.raw.off('close', leave);
  }
}

async function operate(
  request: FastifyRequest,
  parameters: URLSearchParams,
  manner: Manner,
  services: SruServices,
  caller: Caller,
): Promise<string> {
  checkRequest(parameters, manner);
  if (manner.operation === 'searchRetrieve') {
    return searchRetrieve(parameters, manner, services, caller);
  }
  if (manner.operation === 'scan') return scan(parameters, manner, services.context, caller);
  return envelope(manner, [explained(request, manner, services), echoElement(manner, parameters)]);
}

/** The record that explains the server. */
function explained(request: FastifyRequest, { version }: Manner, { context }: SruServices): Xml {
  const parameters = parametersOf(request);
  const asked = parameters.get(version === '2.0' ? 'recordXMLEscaping' : 'recordPacking');
  const data = printExplain({
    host: request.hostname,
    port: request.port ?? context.settings.port,
    defaultRecords,
    maximumRecords: context.settings.search.maxPageSize,
  });
  const packing = asked === 'string' ? 'string' : 'xml';
  return recordElement({ schema: explainSchema, packing, data }, version);
}

/** An answer that is a diagnostic. 1.x has to give a count; 2.0 leaves it out, as nothing was counted. */
function refusal(
  diagnostic: SruDiagnostic,
  manner: Manner,
  parameters: URLSearchParams,
  explain: Xml,
): string {
  const { version, operation } = manner;
  return envelope(manner, [
    operation === 'searchRetrieve' && version !== '2.0' ? element('numberOfRecords', 0) : nothing,
    operation === 'explain' ? explain : nothing,
    echoElement(manner, parameters),
    diagnosticsElement(diagnostic, version),
  ]);
}

/** Faults that are not the request's: an HTTP status for machines between, a diagnostic for the client. */
function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  services: SruServices,
): FastifyReply {
  const parameters = parametersOf(request);
  const manner = mannerOf(parameters);
  const diagnostic = new SruDiagnostic(status === 503 ? 2 : 1);
  if (status === 503) reply.header('retry-after', '1');
  const body = refusal(diagnostic, manner, parameters, explained(request, manner, services));
  return send(reply, status, body);
}

function send(reply: FastifyReply, status: number, body: string): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('text/xml; charset=utf-8')
    .send(body);
}

/** The parameters of the address, or of the form that was posted. The first of a repeated one counts. */
function parametersOf(request: FastifyRequest): URLSearchParams {
  if (typeof request.body === 'string') return new URLSearchParams(request.body);
  const mark = request.url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : request.url.slice(mark + 1));
}
