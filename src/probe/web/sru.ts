import { detectCharset } from '../../marc/charset/index.ts';
import type { LibraryInput, SruInput } from '../../members/document.ts';
import { decodeExplain, indexesOf, type SruExplain } from '../../protocols/sru/explain.ts';
import { escapeTerm } from '../../query/index.ts';
import type { IndexName } from '../../query/types.ts';
import { type Answer, createAsker, withConnector } from '../asking.ts';
import { hasTime, type ProbeContext } from '../context.ts';
import { enoughHits, enoughSeeds, hanSeeds, latinSeeds, yearSeeds } from '../terms.ts';
import { probeFound } from './common.ts';
import { type Fetched, fetchXml, textAt } from './fetch.ts';
import type { WebOutcome } from './index.ts';
import { probeEdges, probePacking, probePost, probeScan } from './sru-manners.ts';
import { countTerm, type Seed, type Server, search, type Version } from './sru-search.ts';

const versions: readonly Version[] = ['1.1', '1.2', '2.0'];

/** Index names that servers have, the standard ones first; those of the explain record go before them. */
const usualNames: Readonly<Partial<Record<IndexName, readonly string[]>>> = {
  any: ['cql.serverChoice', 'cql.anywhere', 'alma.all_for_ui'],
  title: ['dc.title', 'alma.title', 'bath.title', 'title'],
  author: ['dc.creator', 'alma.creator', 'bath.author', 'author'],
  isbn: ['bath.isbn', 'alma.isbn', 'bib.isbn', 'dc.identifier', 'isbn'],
  issn: ['bath.issn', 'alma.issn', 'issn'],
  subject: ['dc.subject', 'alma.subjects', 'subject'],
  publisher: ['dc.publisher', 'alma.publisher', 'publisher'],
  year: ['dc.date', 'alma.main_pub_date', 'date'],
  callnumber: ['local.callnumber', 'alma.PermanentCallNumber', 'bath.callNumber'],
  class: ['local.class', 'bath.class'],
  series: ['local.series', 'dc.relation', 'alma.series'],
  id: ['rec.id', 'rec.identifier', 'alma.mms_id'],
};

const usualSchemas = [
  'marcxml',
  'info:srw/schema/1/marcxml-v1.1',
  'cnmarcxml',
  'unimarcxml',
  'marcxchange',
  'MARC21-xml',
  'unimarcxchange',
  'mods',
  'dc',
];

/** Probes an SRU server; null where none answers at the address. */
export async function probeSru(
  context: ProbeContext,
  draft: LibraryInput,
): Promise<WebOutcome | null> {
  const { connector } = draft;
  if (connector.protocol === 'z3950') return null;
  const url = new URL(connector.url ?? process.env[connector.urlEnv ?? ''] ?? '');
  for (const name of [
    'operation',
    'version',
    'query',
    'startRecord',
    'maximumRecords',
    'recordSchema',
  ]) {
    url.searchParams.delete(name);
  }
  const server: Server = { context, url, version: '1.2', schema: '' };
  const explain = await askExplain(server);
  const first = explain === null ? await search(server, 'cql.serverChoice = "test"', 1, 1) : null;
  if (explain === null && !isSru(first?.fetched)) return null;
  context.notebook.pass('protocol', '对方按 SRU 应答', 'The other side speaks SRU.');
  noteExplain(context, explain);
  const version = await probeVersions(server);
  if (version === null) return { protocol: 'sru', connector: null, known: null };
  server.version = version;
  const seed = await findSeed(server, explain);
  if (seed === null) return { protocol: 'sru', connector: null, known: null };
  const schema = await probeSchemas(server, explain, seed);
  if (schema === null) return { protocol: 'sru', connector: null, known: null };
  server.schema = schema;
  await probePacking(server, seed);
  await probePost(server, seed);
  await probeEdges(server, seed);
  const base: SruInput = {
    protocol: 'sru',
    ...(connector.urlEnv === undefined ? { url: url.href } : { urlEnv: connector.urlEnv }),
    ...(connector.protocol === 'sru' && connector.auth ? { auth: connector.auth } : {}),
    version,
    recordSchema: schema,
    charset: 'utf-8',
    queryCharset: 'utf-8',
  };
  const found = await probeFound(context, draft, base, {
    seed: seed.search,
    candidates: (name) => candidatesFor(explain, name),
    count: (index, term) => countTerm(server, index, term),
    sorts: { year: sortName(explain, 'year'), title: sortName(explain, 'title') },
    cap: async () => (await search(server, seed.cql, 1, 100)).records,
  });
  if (found === null) return { protocol: 'sru', connector: null, known: null };
  await probeScan(server, found.connector.indexes?.title);
  return { protocol: 'sru', connector: found.connector, known: found.known };
}

function candidatesFor(explain: SruExplain | null, name: IndexName): readonly string[] {
  const explained = explain === null ? undefined : indexesOf(explain)[name];
  const usual = usualNames[name] ?? [];
  if (typeof explained !== 'string') return usual;
  // A name of a known context set is preferred only where the server says it has it.
  return [explained, ...usual.filter((one) => one !== explained)];
}

function sortName(explain: SruExplain | null, name: 'year' | 'title'): string {
  const sortable = explain?.indexes.filter(({ sort }) => sort).flatMap(({ names }) => names) ?? [];
  const usual = usualNames[name] ?? [];
  return sortable.find((one) => usual.includes(one)) ?? usual[0] ?? '';
}

const isSru = (fetched: Fetched | undefined): boolean =>
  /^(?:searchRetrieveResponse|explainResponse|diagnostics)$/.test(fetched?.root?.name ?? '');

async function askExplain({ context, url }: Server): Promise<SruExplain | null> {
  for (const parameters of [
    { version: '1.2', operation: 'explain' },
    { version: '1.1', operation: 'explain' },
    {},
  ]) {
    const { root, bytes } = await fetchXml(context, url, parameters);
    if (root === null || !/^explain(?:Response)?$/.test(root.name)) continue;
    const explain = decodeExplain(bytes);
    if (explain.indexes.length > 0 || explain.diagnostic === null) return explain;
  }
  return null;
}

function noteExplain({ notebook }: ProbeContext, explain: SruExplain | null): void {
  if (explain === null) {
    notebook.warn(
      'explain',
      '没有 Explain 记录，以下均由检测得出',
      'No explain record; what follows was found by asking.',
    );
    notebook.warn('explain.indexes', '无从得知', 'Nothing says.');
    notebook.warn('explain.schemas', '无从得知', 'Nothing says.');
    return;
  }
  const { title, database, indexes, schemas, maximumRecords } = explain;
  const name = title ?? database ?? '';
  notebook.pass(
    'explain',
    `Explain：${name}，自称每页上限 ${maximumRecords ?? '未说明'}`,
    `Explain: ${name}; records at once by its own word: ${maximumRecords ?? 'not said'}.`,
  );
  const names = indexes.flatMap((index) => index.names);
  if (names.length > 0)
    notebook.pass(
      'explain.indexes',
      names.slice(0, 30).join(', '),
      `${names.slice(0, 30).join(', ')}.`,
    );
  else notebook.warn('explain.indexes', 'Explain 未列索引', 'No index is listed.');
  const listed = schemas.map((schema) => schema.name || schema.identifier || '');
  if (listed.length > 0)
    notebook.pass('explain.schemas', listed.join(', '), `${listed.join(', ')}.`);
  else notebook.warn('explain.schemas', 'Explain 未列格式', 'No schema is listed.');
}

async function probeVersions(server: Server): Promise<Version | null> {
  const { notebook } = server.context;
  const good: Version[] = [];
  for (const version of versions) {
    const { fetched, diagnostic } = await search(
      { ...server, version },
      'cql.serverChoice = "the"',
      1,
      1,
    );
    const { root } = fetched;
    if (fetched.problem === 'xml_encoding') noteMisdeclared(server.context, fetched.bytes);
    const isOasis = /docs\.oasis-open\.org\/ns\/search-ws/.test(root?.namespace ?? '');
    const said = isOasis ? '2.0' : (textAt(root, 'version') ?? (root === null ? null : '1.x'));
    const answers = root?.name === 'searchRetrieveResponse' && diagnostic !== 5;
    if (answers && (said === version || (said === '1.x' && version !== '2.0'))) {
      good.push(version);
      notebook.pass(`version.${version}`, `按 ${version} 应答`, `It answers as ${version}.`);
    } else {
      const why =
        diagnostic === null ? (said ?? fetched.problem ?? 'no answer') : `SRU ${diagnostic}`;
      notebook.warn(`version.${version}`, `不支持（${why}）`, `Not supported (${why}).`, {
        zh: '配置中写明可用的版本',
        en: 'The document names a version that works.',
      });
    }
  }
  return (['1.2', '2.0', '1.1'] as const).find((version) => good.includes(version)) ?? null;
}

/** Text that is not in the encoding its XML declaration says reaches readers damaged. */
function noteMisdeclared({ notebook }: ProbeContext, bytes: Uint8Array): void {
  const { charset } = detectCharset(bytes, 'auto');
  notebook.fail(
    'charset.records',
    `XML 声明的编码与字节不符，字节像是 ${charset}；文字会损坏`,
    `The XML declares another encoding than its bytes have, which look like ${charset}; text will be damaged.`,
    {
      zh: `请该馆将 XML 声明改为 ${charset}，或按声明输出`,
      en: `Ask the library to declare ${charset}, or to send what it declares.`,
    },
  );
}

async function findSeed(server: Server, explain: SruExplain | null): Promise<Seed | null> {
  const { context } = server;
  let best: Seed | null = null;
  let tried = 0;
  const tries: readonly (readonly [IndexName, string])[] = [
    ...latinSeeds.slice(0, 2).map((term) => ['any', term] as const),
    ...hanSeeds.slice(0, 3).map((term) => ['title', term] as const),
    ...yearSeeds.slice(0, 3).map((term) => ['year', term] as const),
    ...latinSeeds.map((term) => ['title', term] as const),
    ...hanSeeds.map((term) => ['any', term] as const),
  ];
  for (const [index, term] of tries) {
    if (!hasTime(context)) break;
    const [spelling] = candidatesFor(explain, index);
    if (spelling === undefined) continue;
    const { hits } = await countTerm(server, spelling, term);
    tried += 1;
    if (hits > (best?.hits ?? 0)) {
      const cql = `${spelling} = "${escapeTerm(term)}"`;
      best = { cql, hits, search: { index, spelling, term } };
    }
    if (best !== null && (best.hits >= enoughHits || tried >= enoughSeeds)) break;
  }
  if (best !== null) return best;
  context.notebook.fail('sample', '常见词都没有命中', 'No common word found anything.', {
    zh: '核对数据库路径与索引名',
    en: 'Check the path of the database and the names of its indexes.',
  });
  return null;
}

/** Tries the schemas the server lists, or the usual ones; a MARC schema before all others. */
async function probeSchemas(
  server: Server,
  explain: SruExplain | null,
  seed: Seed,
): Promise<string | null> {
  const { context } = server;
  const { notebook } = context;
  const listed =
    explain?.schemas
      .filter(({ retrieve }) => retrieve)
      .map((one) => one.name || one.identifier || '') ?? [];
  const names = [...new Set([...listed, ...(listed.length > 0 ? [] : usualSchemas)])].slice(0, 10);
  const found: { name: string; dialect: string }[] = [];
  for (const name of ['', ...names]) {
    if (!hasTime(context)) break;
    const { records, diagnostic } = await search({ ...server, schema: name }, seed.cql, 1, 1);
    if (records === 0 || diagnostic !== null) continue;
    found.push({ name, dialect: await dialectOf(server, name, seed) });
    if (name !== '' && isMarc(found.at(-1)?.dialect) && listed.length === 0) break;
  }
  const marc =
    found.find((one) => one.name !== '' && isMarc(one.dialect)) ??
    found.find((one) => isMarc(one.dialect));
  const dublin = found.find((one) => one.dialect === 'dc');
  if (marc)
    notebook.pass(
      'schema.marc',
      `${marc.name || '缺省格式'}：${marc.dialect}`,
      `${marc.name || 'the default schema'}: ${marc.dialect}.`,
    );
  else {
    notebook.warn('schema.marc', '没有取得 MARC 格式的记录', 'No schema gives MARC.', {
      zh: 'DC 记录字段较少，合并与借书会缺信息',
      en: 'Dublin Core has less: merging and loans will lack details.',
    });
  }
  if (dublin)
    notebook.pass('schema.dc', dublin.name || 'default', dublin.name || 'The default schema.');
  else notebook.warn('schema.dc', '没有 DC 格式', 'No Dublin Core.');
  const mods = found.find((one) => one.dialect === 'mods');
  const chosen = marc ?? mods ?? dublin ?? found[0];
  if (chosen !== undefined) return chosen.name;
  notebook.fail('sample', '各种格式都取不到记录', 'No schema gives a record.', {
    zh: '请该馆确认 SRU 可输出的格式',
    en: 'Ask the library which schemas its SRU gives.',
  });
  return null;
}

const isMarc = (dialect: string | undefined): boolean =>
  dialect === 'marc21' || dialect === 'cnmarc' || dialect === 'unimarc';

async function dialectOf(server: Server, schema: string, seed: Seed): Promise<string> {
  const { context, url, version } = server;
  const { index, spelling, term } = seed.search;
  const asker = createAsker(
    context,
    withConnector(
      {
        id: 'probe',
        code: '000000',
        name: { zh: 'probe' },
        connector: { protocol: 'sru', url: url.href },
      },
      {
        protocol: 'sru',
        url: url.href,
        version,
        recordSchema: schema,
        indexes: { [index]: spelling },
      },
    ),
  );
  if (asker === null) return '';
  const answer: Answer = await asker.search(
    {
      node: {
        type: 'clause',
        index,
        relation: { name: '=', modifiers: [] },
        term: escapeTerm(term),
      },
      sort: [],
      prefixes: [],
    },
    { limit: 1 },
  );
  await asker.close();
  return answer.records[0]?.record.dialect ?? '';
}
