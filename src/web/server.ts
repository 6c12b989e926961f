import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import underPressure from '@fastify/under-pressure';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { librarySchema } from '../members/document.ts';
import { createAllowance } from './allowance.ts';
import { registerLibraryHealth } from './api/health/index.ts';
import { registerHoldings } from './api/holdings.ts';
import { registerLibraries } from './api/libraries/index.ts';
import { registerLoans } from './api/loans/index.ts';
import { registerProbe } from './api/probe.ts';
import { registerRecords } from './api/records.ts';
import { registerSearch } from './api/search.ts';
import { endStreams } from './api/stream.ts';
import { readAssets, registerAssets } from './assets.ts';
import type { WebContext } from './context.ts';
import { registerHealth } from './health.ts';
import { registerMetrics } from './metrics.ts';
import { registerHealthPages } from './pages/health.ts';
import { registerLoanPages } from './pages/loans/index.ts';
import { registerSearchPage } from './pages/search.ts';
import { busy, registerProblems, sendProblem } from './problem.ts';
import { acceptRawUrls } from './raw-url.ts';
import { registerSru } from './sru/route.ts';

const version = '1.0.0';
/** After the start, opening the database included, the event loop has settled. */
const settleMs = 20_000;

/** The HTTP server with every route; it does not listen yet. */
export async function createServer(
  context: WebContext,
  logger: FastifyBaseLogger,
): Promise<FastifyInstance> {
  const { server } = context.settings;
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: server.bodyLimitBytes,
    requestTimeout: server.requestTimeoutMs,
    connectionTimeout: server.socketIdleTimeoutMs,
    keepAliveTimeout: server.keepAliveTimeoutMs,
    maxRequestsPerSocket: server.requestsPerSocket,
    trustProxy: server.trustProxy,
    forceCloseConnections: 'idle',
    // What still arrives over open connections while the gateway stops is answered like the rest.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 300 },
    http: { headersTimeout: server.headersTimeoutMs },
  });
  acceptRawUrls(app.server, server.headersTimeoutMs);
  // Answers are built by us and checked against their schemas in tests; the schemas document them.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  registerProblems(app);
  app.decorate('allowance', createAllowance(server.rateLimitPerMinute));
  await registerPlugins(app, context);
  logRequests(app);
  registerHealth(app, context);
  registerMetrics(app, context.metrics, server.publicMetrics);
  registerSearch(app, context);
  registerRecords(app, context);
  registerHoldings(app, context);
  await registerLibraries(app, context);
  await registerProbe(app, context);
  await registerLibraryHealth(app, context);
  registerSru(app, context);
  if (context.loans) await registerLoans(app, context, context.loans);
  const assets = readAssets();
  registerAssets(app, assets);
  registerSearchPage(app, context, assets);
  if (context.loans) await registerLoanPages(app, { context, services: context.loans, assets });
  registerHealthPages(app, context, assets);
  app.get('/schemas/library.json', { schema: { hide: true } }, async () => ({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Guanji library document',
    ...librarySchema,
  }));
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  app.addHook('preClose', () => endStreams(app.server, server.drainMs));
  app.addHook('onSend', async (_request, reply) => {
    // A gateway that is about to go asks its clients to come back over another connection.
    if (!context.isReady()) reply.header('connection', 'close');
  });
  return app;
}

async function registerPlugins(app: FastifyInstance, context: WebContext): Promise<void> {
  const { server } = context.settings;
  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: false,
  });
  if (server.corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...server.corsOrigins],
      // What the public routes need, and what their answers say beside the body.
      methods: ['GET', 'POST', 'DELETE'],
      exposedHeaders: ['ETag', 'Location', 'Retry-After', 'Server-Timing', 'X-Request-Id'],
    });
  }
  const startedAt = performance.now();
  await app.register(underPressure, {
    maxEventLoopDelay: server.maxEventLoopDelayMs,
    pressureHandler: (request, reply) => {
      // What a start costs the event loop once is no overload.
      if (performance.now() - startedAt < settleMs) return;
      sendProblem(request, reply, busy('the event loop is blocked', 1));
    },
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Guanji 馆际',
        version,
        description: 'Federated search over member libraries, each answer with its own state.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'search', description: 'One query, up to ten libraries, one merged list' },
        { name: 'records', description: 'Merged records and single source records' },
        { name: 'libraries', description: 'The member directory' },
        ...(context.loans
          ? [
              { name: 'readers', description: 'Registration, review, sign-in and one’s own data' },
              { name: 'requests', description: 'Interlibrary loan from preview to completion' },
              { name: 'desks', description: 'Work lists, slips, consignments, pick-up cards' },
              { name: 'rules', description: 'Policies in force, and which rule decided' },
            ]
          : []),
        { name: 'service', description: 'Liveness and readiness' },
      ],
      components: {
        securitySchemes: {
          administrator: {
            type: 'http',
            scheme: 'bearer',
            description:
              'The administrator’s token; about libraries also a session of a federation administrator',
          },
          library: {
            type: 'http',
            scheme: 'bearer',
            description: 'The token a library is shown when it registers',
          },
          ...(context.loans && {
            session: {
              type: 'http',
              scheme: 'bearer',
              description: 'The token that POST /api/v1/sessions answers with',
            },
            cookie: {
              type: 'apiKey',
              in: 'cookie',
              name: '__Host-guanji',
              description: 'Set at sign-in; named guanji where the gateway is reached without TLS',
            },
          }),
        },
      },
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
}

/** One line a request, without query strings: what readers look for stays out of logs. */
function logRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        elapsedMs: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });
}
