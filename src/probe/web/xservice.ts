import type {
  LibraryDocument,
  LibraryInput,
  XserviceInput,
  XserviceSettings,
} from '../../members/document.ts';
import { ConnectorError } from '../../members/errors.ts';
import type { SourceRecord } from '../../members/types.ts';
import { createXserviceOperations } from '../../protocols/xservice/operations.ts';
import type { IndexName } from '../../query/types.ts';
import { createAsker, withConnector } from '../asking.ts';
import { callWithin, hasTime, type ProbeContext } from '../context.ts';
import { enoughHits, enoughSeeds, hanSeeds, latinSeeds, yearSeeds } from '../terms.ts';
import { type Counted, probeFound } from './common.ts';
import { fetchXml, textAt } from './fetch.ts';
import type { WebOutcome } from './index.ts';

/** Find codes of the tab00 that Aleph ships, and those many libraries add. */
const codes: Readonly<Record<IndexName, readonly string[]>> = {
  any: ['WRD'],
  title: ['WTI', 'WTL', 'TIT'],
  author: ['WAU', 'AUT'],
  isbn: ['ISB', 'ISBN', 'BS'],
  issn: ['ISS', 'ISSN'],
  subject: ['WSU', 'SUB'],
  publisher: ['WPU', 'PUB'],
  year: ['WYR', 'YR'],
  callnumber: ['CAL', 'CNB'],
  class: ['CLC', 'LCI', 'DDC'],
  series: ['WSE', 'SRS'],
  id: ['SYS', '001'],
};

/** Base codes of Aleph's own examples and of libraries whose documentation is public. */
const usualBases = ['MAI01', 'USM01', 'NLC01', 'NLC09', 'BIB01', 'LIB01', 'CNL01', 'XXX01'];

/** Three letters that a host or a library could have made its base code of. */
function basesOfHost(host: string): string[] {
  const labels = host.split('.').filter((label) => /^[a-z]{3,}$/i.test(label));
  const letters = labels.map((label) => label.slice(0, 3).toUpperCase());
  return [...new Set(letters)]
    .filter((code) => !['WWW', 'COM', 'EDU', 'ORG'].includes(code))
    .map((code) => `${code}01`);
}

/** Faculties and kinds of library, as base codes are commonly made of. */
const kinds = [
  'MED',
  'LAW',
  'ART',
  'AGR',
  'UNI',
  'PUB',
  'SCI',
  'TEC',
  'HUM',
  'THU',
  'PKU',
  'BNU',
  'RUC',
];

interface Found extends Counted {
  readonly isXservice: boolean;
  readonly texts: string;
}

/** Probes an Aleph X-Server; null where none answers at the address. */
export async function probeXservice(
  context: ProbeContext,
  draft: LibraryInput,
): Promise<WebOutcome | null> {
  const { connector } = draft;
  if (connector.protocol === 'z3950') return null;
  const given = connector.protocol === 'xservice' ? (connector.bases ?? []) : [];
  const url = new URL(connector.url ?? process.env[connector.urlEnv ?? ''] ?? '');
  const named = url.searchParams.getAll('base').flatMap((text) => text.split(','));
  url.search = '';
  if (!/\/X\/?$/.test(url.pathname)) url.pathname = '/X';
  const { notebook } = context;
  const first = await find(context, url, 'NOBASE', 'wrd=test');
  if (!first.isXservice) return null;
  notebook.pass(
    'protocol',
    '对方按 Aleph X-Service 应答',
    'The other side speaks the Aleph X-Service.',
  );
  const asked = [...given, ...named].filter((base) => base !== '');
  const wanted =
    asked.length > 0
      ? asked
      : [...basesOfHost(url.hostname), ...usualBases, ...kinds.map((kind) => `${kind}01`)];
  const bases = await findBases(context, url, wanted);
  if (bases.length === 0) {
    notebook.fail(
      'base',
      `没有找到书目库（试过 ${wanted.slice(0, 12).join('、')}…）`,
      `No bibliographic base was found among ${wanted.slice(0, 12).join(', ')}….`,
      {
        zh: '向该馆询问书目库代码，写在地址后：…/X?base=XXX01',
        en: 'Ask the library for its base and add it to the address: …/X?base=XXX01',
      },
    );
    return { protocol: 'xservice', connector: null, known: null };
  }
  notebook.pass('base', bases.join(', '), `${bases.join(', ')}.`);
  const seed = await findSeed(context, url, bases);
  if (seed === null) return { protocol: 'xservice', connector: null, known: null };
  const base: XserviceInput = {
    protocol: 'xservice',
    ...(connector.urlEnv === undefined ? { url: url.href } : { urlEnv: connector.urlEnv }),
    bases: [...bases],
    admLibrary: `${bases[0]?.slice(0, 3)}50`,
    ...(connector.protocol === 'xservice' && connector.credentials
      ? { credentials: connector.credentials }
      : {}),
    charset: 'utf-8',
    queryCharset: 'utf-8',
  };
  const count = (code: string, term: string) => countIn(context, url, bases, code, term);
  const found = await probeFound(context, draft, base, {
    seed,
    candidates: (name) => codes[name],
    count,
    overhead: bases.length,
  });
  if (found === null) return { protocol: 'xservice', connector: null, known: null };
  await probeOperations(context, withConnector(draft, found.connector), bases, found.known);
  return { protocol: 'xservice', connector: found.connector, known: found.known };
}

async function find(
  context: ProbeContext,
  url: URL,
  base: string,
  request: string,
): Promise<Found> {
  const { root, problem } = await fetchXml(context, url, { op: 'find', base, request });
  const name = root?.name.toLowerCase() ?? '';
  const texts = textAt(root, 'error') ?? '';
  const isXservice = name === 'find' || (name === 'login' && texts !== '');
  if (!isXservice) return { isXservice, texts, hits: 0, refused: problem ?? name };
  const hits = Number(/^\d{1,15}/.exec(textAt(root, 'no_records') ?? '')?.[0] ?? 0);
  const refused = hits > 0 || texts === '' || /empty set/i.test(texts) ? null : texts.slice(0, 80);
  return { isXservice, texts, hits, refused };
}

/** A base is there where a search in it finds something or says that the set is empty. */
async function findBases(
  context: ProbeContext,
  url: URL,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const bases: string[] = [];
  for (const base of [...new Set(wanted)].slice(0, 24)) {
    if (!hasTime(context)) break;
    const { refused, isXservice } = await find(context, url, base, 'wrd=test');
    if (isXservice && refused === null) bases.push(base);
    // Sister bases share the first letters; strangers of other institutions are not looked for.
    if (bases.length > 0 && bases[0]?.slice(0, 3) !== base.slice(0, 3)) break;
  }
  return bases;
}

async function countIn(
  context: ProbeContext,
  url: URL,
  bases: readonly string[],
  code: string,
  term: string,
): Promise<Counted> {
  let hits = 0;
  let refused: string | null = null;
  for (const base of bases) {
    const answer = await find(context, url, base, `${code.toLowerCase()}=${term}`);
    hits += answer.hits;
    refused ??= answer.refused;
  }
  return hits > 0 ? { hits, refused: null } : { hits, refused };
}

async function findSeed(context: ProbeContext, url: URL, bases: readonly string[]) {
  let best: { index: IndexName; spelling: string; term: string; hits: number } | null = null;
  let tried = 0;
  const tries: readonly (readonly [IndexName, string, string])[] = [
    ...hanSeeds.slice(0, 3).map((term) => ['any', 'WRD', term] as const),
    ...latinSeeds.slice(0, 3).map((term) => ['any', 'WRD', term] as const),
    ...yearSeeds.slice(0, 3).map((term) => ['year', 'WYR', term] as const),
    ...hanSeeds.slice(3).map((term) => ['title', 'WTI', term] as const),
  ];
  for (const [index, spelling, term] of tries) {
    if (!hasTime(context)) break;
    const { hits, refused } = await countIn(context, url, bases, spelling, term);
    tried += 1;
    if (hits === 0 && refused !== null) {
      context.notebook.warn(
        'op.find',
        `${spelling}=${term} 被拒（${refused}）`,
        `${spelling}=${term} is refused (${refused}).`,
      );
    }
    if (hits > (best?.hits ?? 0)) best = { index, spelling, term, hits };
    if (best !== null && (best.hits >= enoughHits || tried >= enoughSeeds)) break;
  }
  if (best !== null) {
    const { spelling, term, hits } = best;
    context.notebook.pass(
      'op.find',
      `${spelling}=${term} 命中 ${hits} 条`,
      `${spelling}=${term} finds ${hits}.`,
    );
    return best;
  }
  context.notebook.fail('sample', '常见词都没有命中', 'No common word found anything.');
  return null;
}

/** The operations beside search that show copies; none that changes anything or names a reader. */
async function probeOperations(
  context: ProbeContext,
  document: LibraryInput,
  bases: readonly string[],
  known: SourceRecord,
): Promise<void> {
  const { notebook } = context;
  const asker = createAsker(context, document);
  const prefix = bases.find((one) => known.localId.startsWith(one));
  const base = prefix ?? bases[0] ?? '';
  const number = known.localId.slice(prefix?.length ?? 0);
  if (asker === null || number === '') return;
  const library = asker.library as LibraryDocument<XserviceSettings>;
  const operations = createXserviceOperations(library, context.dependencies);
  const tries = {
    'op.find-doc': () => operations.findDocument(base, number, callWithin(context)),
    'op.circ-status': () => operations.circStatus(base, number, callWithin(context)),
    'op.item-data': () => operations.itemData(base, number, callWithin(context)),
    'op.publish-avail': () => operations.availability(base, [number], callWithin(context)),
  } as const;
  for (const id of Object.keys(tries) as (keyof typeof tries)[]) {
    if (!hasTime(context)) break;
    try {
      const reply = await tries[id]();
      const size = reply.ok && Array.isArray(reply.value) ? reply.value.length : 1;
      if (reply.ok && size > 0)
        notebook.pass(id, `${base}${number}：${size} 项`, `${base}${number}: ${size}.`);
      else
        notebook.warn(
          id,
          `没有内容${reply.ok ? '' : `（${reply.reasons[0]}）`}`,
          `Nothing came${reply.ok ? '' : ` (${reply.reasons[0]})`}.`,
        );
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      notebook.warn(id, `不可用（${error.reason}）`, `Not to be had (${error.reason}).`, {
        zh: '若需实时馆藏，请向该馆申请账号，写入 credentials',
        en: 'For live copies ask the library for an account and set credentials.',
      });
    }
  }
  await asker.close();
}
