import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { indexNames } from '../../query/types.ts';
import {
  facetNames,
  type Search,
  type SearchAnswer,
  type SearchRequest,
  sortOrders,
  type View,
} from '../../search/types.ts';
import { payFor } from '../allowance.ts';
import type { WebContext } from '../context.ts';
import { badInput, notFound, type ProblemError, problems, unlessOverloaded } from '../problem.ts';
import { type Admission, createAdmission } from './admission.ts';
import { searchAnswerSchema } from './answers.ts';
import {
  type AnswerMode,
  answerModes,
  type RawInput,
  readSearchInput,
  readViewInput,
} from './search-input.ts';
import { registerSearchParts } from './search-parts.ts';
import { lastEventId, streamFormat, streamSearch } from './stream.ts';

const viewParameters = {
  page: Type.Optional(Type.Integer({ minimum: 1, description: 'Page of the merged list; 1' })),
  size: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Lines a page; 20' })),
  sort: Type.Optional(Type.Enum([...sortOrders], { description: 'relevance by default' })),
  filter: Type.Optional(
    Type.Array(Type.String(), {
      description: `Repeated name:value; names are ${facetNames.join(', ')}`,
    }),
  ),
  timings: Type.Optional(
    Type.Enum(['0', '1'], { description: '1 adds phases, roundTrips, firstRecordMs, mergeMs' }),
  ),
  lang: Type.Optional(Type.Enum(['zh', 'en'], { description: 'Language of titles of errors' })),
};

const searchParameters = {
  q: Type.String({ description: 'Words, an ISBN, an ISSN, or CQL 1.2' }),
  syntax: Type.Optional(Type.Enum(['auto', 'words', 'cql'])),
  index: Type.Optional(Type.Enum([...indexNames], { description: 'Index for words; any' })),
  libraries: Type.Optional(
    Type.String({ description: 'Comma-separated library ids and @group ids; at most 10 counted' }),
  ),
  wait: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 60000, description: 'Deadline in ms; 8000' }),
  ),
  answer: Type.Optional(Type.Enum([...answerModes], { description: 'When to answer; complete' })),
  ...viewParameters,
};

const streams = {
  description:
    'As JSON, or with Accept: text/event-stream or application/x-ndjson as a stream of ' +
    'library, records, facets and done events.',
  content: {
    'application/json': { schema: searchAnswerSchema },
    'text/event-stream': { schema: Type.String() },
    'application/x-ndjson': { schema: Type.String() },
  },
};

/** Documented by the schema, checked by search-input.ts, which lists every fault at once. */
const unchecked = () => (value: unknown) => ({ value });

export function registerSearch(app: FastifyInstance, context: WebContext): void {
  const admission = createAdmission(context.engine, context.settings.cache.freshSeconds);
  app.get(
    '/api/v1/search',
    {
      onRequest: admission.decide,
      validatorCompiler: unchecked,
      schema: {
        tags: ['search'],
        summary: 'Search the chosen libraries at once',
        querystring: Type.Object(searchParameters),
        response: { 200: streams, 400: problems, 503: problems },
      },
    },
    async (request, reply) => {
      const begun = begin(context, request.query as RawInput, request);
      return respond(begun, request, reply, admission);
    },
  );

  app.post(
    '/api/v1/search',
    {
      onRequest: admission.decide,
      validatorCompiler: unchecked,
      schema: {
        tags: ['search'],
        summary: 'The same with a JSON body: titles stay out of proxy logs',
        body: Type.Object(searchParameters),
        response: { 201: streams, 400: problems, 503: problems },
      },
    },
    async (request, reply) => {
      const body = request.body;
      if (typeof body !== 'object' || body === null || Array.isArray(body)) {
        throw badInput([{ pointer: '', message: 'must be a JSON object' }]);
      }
      const begun = begin(context, body as RawInput, request);
      reply.code(201).header('location', `/api/v1/search/${begun.search.id}`);
      return respond(begun, request, reply, admission);
    },
  );

  app.get(
    '/api/v1/search/:id',
    {
      validatorCompiler: unchecked,
      schema: {
        tags: ['search'],
        summary: 'A search again: other pages, sorts and filters without asking the libraries',
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object({
          ...viewParameters,
          wait: Type.Optional(Type.Integer({ description: 'Long-poll for so many ms' })),
          since: Type.Optional(
            Type.Integer({ description: 'Event id; adds `events`: only what is newer' }),
          ),
        }),
        response: { 200: streams, 400: problems, 404: problems },
      },
    },
    async (request, reply) => {
      const search = await find(context, request);
      const raw = request.query as RawInput;
      const view = checkedView(raw, context);
      const format = streamFormat(request);
      if (format) return streamSearch(search, view, format, reply, lastEventId(request));
      const since = sinceOf(raw);
      await longPoll(search, since, longPollMs(raw, context), request);
      await search.deepen(view);
      reply.header('cache-control', 'no-store').header('etag', `"${search.sequence}"`);
      const answer = search.answer(view);
      const events = since === null ? {} : { events: search.since(since, view) };
      await search.settled();
      return { ...answer, ...events };
    },
  );

  app.delete(
    '/api/v1/search/:id',
    {
      schema: {
        tags: ['search'],
        summary: 'Ends the work at the libraries',
        params: Type.Object({ id: Type.String() }),
        response: { 204: Type.Null(), 404: problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params as { id: string };
      if (!(await context.engine.cancel(id))) throw notKnown(id);
      return reply.code(204).send();
    },
  );

  registerSearchParts(app, (request) => find(context, request));
}

/** Answers in the form asked for; after an early answer the search runs on until its deadline. */
async function respond(
  { search, view, answer }: Begun,
  request: FastifyRequest,
  reply: FastifyReply,
  admission: Admission,
): Promise<unknown> {
  const format = streamFormat(request);
  // A new search has no events before this stream, whatever id a reader of another one brings along.
  if (format) return streamSearch(search, view, format, reply, 0);
  const gone = () => {
    if (!reply.raw.writableEnded) search.cancel();
  };
  reply.raw.once('close', gone);
  if (answer !== 'now') await search.wait(answer);
  if (answer === 'complete') await search.deepen(view);
  reply.raw.off('close', gone);
  reply.header('cache-control', 'no-store');
  const body = search.answer(view);
  if (view.timings) reply.header('server-timing', serverTiming(body));
  admission.answered(request, body);
  await search.settled();
  return body;
}

export interface Begun {
  readonly search: Search;
  readonly view: View;
  readonly answer: AnswerMode;
}

/** Checks the parameters and starts the search they ask for; throws a ProblemError. */
export function begin(context: WebContext, raw: RawInput, request: FastifyRequest): Begun {
  const refresh = /\bno-cache\b/.test(request.headers['cache-control'] ?? '');
  const input = readSearchInput(raw, context, refresh);
  if ('errors' in input) throw badInput(input.errors);
  payFor(request.server.allowance, request.ip, input.request.libraries.length);
  return { ...input, search: start(context, input.request) };
}

function start(context: WebContext, request: SearchRequest): Search {
  return unlessOverloaded(() => context.engine.start(request));
}

async function find(context: WebContext, request: FastifyRequest): Promise<Search> {
  const { id } = request.params as { id: string };
  const search = await context.engine.find(id);
  if (!search) throw notKnown(id);
  return search;
}

function notKnown(id: string): ProblemError {
  return notFound(`search ${id} is not known any more`);
}

function checkedView(raw: RawInput, context: WebContext): View {
  const view = readViewInput(raw, context, ['wait', 'since']);
  if ('errors' in view) throw badInput(view.errors);
  return view;
}

function longPollMs(raw: RawInput, context: WebContext): number {
  if (raw.wait === undefined) return 0;
  const waitMs = /^[0-9]{1,6}$/.test(String(raw.wait)) ? Number(raw.wait) : Number.NaN;
  if (waitMs <= context.settings.search.maxWaitMs) return waitMs;
  throw badInput([{ pointer: '/wait', message: 'must be a whole number of ms up to 60000' }]);
}

function sinceOf(raw: RawInput): number | null {
  if (raw.since === undefined) return null;
  if (/^[0-9]{1,9}$/.test(String(raw.since))) return Number(raw.since);
  throw badInput([{ pointer: '/since', message: 'must be the id of an event' }]);
}

/** Waits for the end of the search, or for anything newer than `since`, or for so many ms. */
async function longPoll(
  search: Search,
  since: number | null,
  waitMs: number,
  request: FastifyRequest,
): Promise<void> {
  if (waitMs === 0 || search.state !== 'running') return;
  const ended = new AbortController();
  const end = () => ended.abort();
  const timer = setTimeout(end, waitMs);
  request.raw.once('close', end);
  const unwatch = search.watch();
  const expired = new Promise<void>((resolve) => {
    ended.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const change = since === null ? search.wait('complete') : search.changed(since, ended.signal);
  await Promise.race([change, expired]);
  clearTimeout(timer);
  request.raw.off('close', end);
  unwatch();
}

function serverTiming({ libraries, elapsedMs }: SearchAnswer): string {
  const each = libraries.map((library) => `${library.id};dur=${library.elapsedMs}`);
  return [`total;dur=${elapsedMs}`, ...each].join(', ');
}
