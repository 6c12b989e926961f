import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { defaultSet } from '../../members/selection.ts';
import type { Search, View } from '../../search/types.ts';
import { begin } from '../api/search.ts';
import { type RawInput, readViewInput } from '../api/search-input.ts';
import type { Assets } from '../assets.ts';
import type { WebContext } from '../context.ts';
import { type Language, languageOf } from '../language.ts';
import { type BadInput, ProblemError } from '../problem.ts';
import { renderForm } from './form.ts';
import { type Html, html } from './html.ts';
import { sendPage } from './layout.ts';
import { renderResults } from './results.ts';
import { texts } from './texts.ts';

/** The page answers this soon even when no library has: the rest grows in, with script or without. */
const firstAnswerMs = 1200;

interface PageQuery {
  readonly q?: string;
  readonly index?: string;
  readonly libraries?: string | string[];
  readonly page?: string;
  readonly search?: string;
  readonly fragment?: string;
}

/** The search page at `/`: rendered here, usable without script, growing with it. */
export function registerSearchPage(
  app: FastifyInstance,
  context: WebContext,
  assets: Assets,
): void {
  const frame = {
    assets,
    loans: (context.loans ?? null) !== null,
    health: context.health !== undefined,
  };
  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    const query = request.query as PageQuery;
    const language = languageOf(request);
    const text = query.q?.trim() ?? '';
    if (text === '' && query.search === undefined) {
      return show(reply, language, frame, formFor(query, language, context, []), null);
    }
    const outcome = await findOrBegin(request, query, context);
    if ('errors' in outcome) {
      reply.code(outcome.status);
      return show(reply, language, frame, formFor(query, language, context, outcome.errors), null);
    }
    const { search, view } = outcome;
    await settle(search, view, request);
    const answer = search.answer(view);
    await search.settled();
    const results = renderResults({
      query: text,
      answer,
      language,
      directory: context.directory,
      loans: frame.loans,
      pageLink: (page) => linkTo(query, language, { page: String(page), search: search.id }),
    });
    if (query.fragment === '1') {
      return reply
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(results.text);
    }
    const refresh =
      answer.state === 'running'
        ? linkTo(query, language, { page: String(view.page), search: search.id })
        : null;
    return show(
      reply,
      language,
      frame,
      formFor(query, language, context, [], answer.query.libraries),
      {
        results,
        refresh,
      },
    );
  });
}

async function findOrBegin(
  request: FastifyRequest,
  query: PageQuery,
  context: WebContext,
): Promise<{ search: Search; view: View } | { errors: readonly BadInput[]; status: number }> {
  const raw: RawInput = { ...(query.page === undefined ? {} : { page: query.page }) };
  try {
    const known = query.search === undefined ? undefined : await context.engine.find(query.search);
    if (known) {
      const view = readViewInput(raw, context);
      return 'errors' in view ? { ...view, status: 400 } : { search: known, view };
    }
    return begin(
      context,
      {
        q: query.q ?? '',
        ...(query.index === undefined ? {} : { index: query.index }),
        ...(query.libraries === undefined ? {} : { libraries: query.libraries }),
        ...raw,
      },
      request,
    );
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const errors =
      error.errors.length > 0 ? error.errors : [{ pointer: '/', message: error.message }];
    return { errors, status: error.status };
  }
}

/** Waits for the first records, or a moment; the search runs on and the page follows it. */
async function settle(search: Search, view: View, request: FastifyRequest): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const moment = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, firstAnswerMs);
    request.raw.once('close', () => resolve());
  });
  if (view.page > 1) await Promise.race([search.deepen(view), moment]);
  await Promise.race([search.wait('first'), moment]);
  clearTimeout(timer);
}

function formFor(
  query: PageQuery,
  language: Language,
  context: WebContext,
  errors: readonly BadInput[],
  asked?: readonly string[],
): Html {
  const listed = query.libraries === undefined ? null : [query.libraries].flat();
  const chosen = asked ?? listed ?? defaultSet(context.directory, context.selection);
  return renderForm(
    {
      query: query.q ?? '',
      index: query.index ?? 'any',
      chosen: new Set(chosen),
      errors,
      language,
    },
    context,
  );
}

function linkTo(
  query: PageQuery,
  language: Language,
  more: Readonly<Record<string, string>>,
): string {
  const parameters = new URLSearchParams({ lang: language, q: query.q ?? '' });
  if (query.index) parameters.set('index', query.index);
  for (const id of [query.libraries ?? []].flat()) parameters.append('libraries', id);
  for (const [name, value] of Object.entries(more)) parameters.set(name, value);
  return `/?${parameters}`;
}

interface Frame {
  readonly assets: Assets;
  readonly loans: boolean;
  readonly health: boolean;
}

function show(
  reply: FastifyReply,
  language: Language,
  { assets, loans, health }: Frame,
  form: Html,
  found: { results: Html; refresh: string | null } | null,
): FastifyReply {
  const text = texts[language];
  return sendPage(reply, {
    language,
    title: text.title,
    assets,
    script: assets.searchScript,
    refresh: found?.refresh ?? null,
    otherLanguage: `/?lang=${language === 'zh' ? 'en' : 'zh'}`,
    menu: html`${health && html`<a href="/health?lang=${language}">${text.health}</a> `}${loans && html`<a href="/me?lang=${language}">${text.myRequests}</a>`}`,
    main: html`${form}\n${found?.results}`,
  });
}
