import type { HttpInput, LibraryInput } from '../../members/document.ts';
import { ConnectorError } from '../../members/errors.ts';
import type { SourceRecord } from '../../members/types.ts';
import { createConnector } from '../../protocols/index.ts';
import type { IndexName } from '../../query/types.ts';
import { clause, createAsker, withConnector } from '../asking.ts';
import { hasTime, type ProbeContext } from '../context.ts';
import { hanSeeds, latinSeeds } from '../terms.ts';
import { type Counted, probeFound } from './common.ts';
import { opacFamilies } from './families.ts';
import type { WebOutcome } from './index.ts';

interface Start {
  readonly connector: HttpInput;
  readonly seed: { readonly index: IndexName; readonly spelling: string; readonly term: string };
}

/** Probes an OPAC of a family that is known, or the templates of a document; null where none answers. */
export async function probeOpac(
  context: ProbeContext,
  draft: LibraryInput,
): Promise<WebOutcome | null> {
  const start = await findStart(context, draft);
  if (start === null) return null;
  const { connector, seed } = start;
  const { notebook } = context;
  notebook.pass('protocol', '对方按网页目录应答', 'The other side answers as an OPAC.');
  await probeReferer(context, draft, start);
  if (connector.expect !== undefined)
    notebook.pass(
      'login-page',
      `没有跳到登录页，${connector.expect} 在其中`,
      `No login page: ${connector.expect} is there.`,
    );
  else
    notebook.warn(
      'login-page',
      '没有可辨认登录页的选择器',
      'No selector tells a login page from an empty list.',
      { zh: '填写 expect', en: 'Fill in expect.' },
    );
  const found = await probeFound<HttpInput>(context, draft, connector, {
    seed,
    candidates: (name) => {
      const spelling = connector.indexes?.[name];
      return typeof spelling === 'string' ? [spelling] : [];
    },
    count: (spelling, term) => countWith(context, draft, connector, spelling, term),
  });
  if (found === null) return { protocol: 'http', connector: null, known: null };
  await probeItems(context, withConnector(draft, found.connector), found.known);
  return { protocol: 'http', connector: found.connector, known: found.known };
}

async function findStart(context: ProbeContext, draft: LibraryInput): Promise<Start | null> {
  const { notebook } = context;
  const { connector } = draft;
  if (connector.protocol === 'http') {
    const seed = await findSeed(context, draft, connector);
    if (seed !== null)
      notebook.pass('family', '按已有配置的模板', 'By the templates of the document.');
    return seed === null ? null : { connector, seed };
  }
  if (connector.protocol !== 'sru' || connector.url === undefined) return null;
  for (const base of foldersOf(new URL(connector.url))) {
    for (const family of opacFamilies) {
      if (!hasTime(context)) return null;
      const template = family.connector(base);
      const seed = await findSeed(context, draft, template);
      if (seed === null) continue;
      notebook.pass('family', family.zh, `${family.en}.`);
      return { connector: template, seed };
    }
  }
  return null;
}

/** The folder of the address, then the usual ones. */
function foldersOf({ origin, pathname }: URL): string[] {
  const folder = pathname.replace(/\/[^/]*\.[^/]*$/, '').replace(/\/+$/, '');
  const folders = [folder, '/opac', '/uopac/opac'].map((path) => `${origin}${path}`);
  return [...new Set(folder === '' ? folders.slice(1) : folders)];
}

async function findSeed(
  context: ProbeContext,
  draft: LibraryInput,
  connector: HttpInput,
): Promise<Start['seed'] | null> {
  const tries: readonly (readonly [IndexName, string])[] = [
    ...hanSeeds.slice(0, 3).map((term) => ['any', term] as const),
    ...hanSeeds.slice(0, 2).map((term) => ['title', term] as const),
    ...latinSeeds.slice(0, 2).map((term) => ['title', term] as const),
  ];
  const asker = createAsker(context, withConnector(draft, connector));
  if (asker === null) return null;
  try {
    for (const [index, term] of tries) {
      const spelling = connector.indexes?.[index];
      if (typeof spelling !== 'string') continue;
      const { records, error } = await asker.search(clause(index, term), { limit: 5 });
      if (records.length > 0) return { index, spelling, term };
      // What is no such OPAC says so at the first question.
      if (error !== null && error.code !== 'busy' && error.code !== 'timeout') return null;
    }
    return null;
  } finally {
    await asker.close();
  }
}

async function countWith(
  context: ProbeContext,
  draft: LibraryInput,
  connector: HttpInput,
  spelling: string,
  term: string,
): Promise<Counted> {
  // The plain any-index stands in for whichever one the server's own name belongs to, so that a number stays as it is written.
  const asker = createAsker(
    context,
    withConnector(draft, { ...connector, indexes: { any: spelling } }),
  );
  if (asker === null) return { hits: 0, refused: 'template' };
  const { hits, records, error } = await asker.search(clause('any', term), { limit: 1 });
  await asker.close();
  if (error !== null) return { hits: 0, refused: error.reason };
  return { hits: records.length > 0 ? Math.max(hits, 1) : 0, refused: null };
}

/** Whether the server answers without the headers that its own pages send. */
async function probeReferer(
  context: ProbeContext,
  draft: LibraryInput,
  { connector, seed }: Start,
): Promise<void> {
  const { notebook } = context;
  const { headers: _left, ...bare } = connector;
  const { hits, refused } = await countWith(context, draft, bare, seed.spelling, seed.term);
  if (hits > 0)
    notebook.pass(
      'referer',
      '不带 Referer 也应答；仍照其页面的习惯发送',
      'It answers without one; it is sent all the same, as its own pages do.',
    );
  else
    notebook.warn(
      'referer',
      `不带 Referer 没有结果（${refused ?? '0'}）`,
      `Without one nothing comes (${refused ?? '0'}).`,
      { zh: '配置已带 headers.referer', en: 'The document sends headers.referer.' },
    );
}

async function probeItems(
  context: ProbeContext,
  document: LibraryInput,
  known: SourceRecord,
): Promise<void> {
  const { notebook } = context;
  const asker = createAsker(context, document);
  if (asker === null) return;
  const connector = createConnector(asker.library, context.dependencies);
  const { signal, answerMs } = context;
  const trace = { enter: () => undefined, roundTrip: () => undefined };
  try {
    const ask = { deadline: performance.now() + answerMs, trace };
    const items = (await connector.holdings?.(known.localId, ask, signal)) ?? [];
    if (items.length > 0)
      notebook.pass(
        'item-page',
        `${items.length} 个复本，状态 ${items[0]?.status}`,
        `${items.length} copies, status ${items[0]?.status}.`,
      );
    else notebook.warn('item-page', '没有取得复本', 'No copies came.');
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    notebook.warn('item-page', `不可用（${error.reason}）`, `Not to be had (${error.reason}).`);
  } finally {
    await connector.close();
    await asker.close();
  }
}
