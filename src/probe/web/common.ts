import { isbnForms } from '../../marc/identifiers.ts';
import { hasHan, toSimplified } from '../../marc/text.ts';
import type {
  ConnectorInput,
  HttpInput,
  IsbnForm,
  LibraryInput,
  SruInput,
  XserviceInput,
} from '../../members/document.ts';
import type { SourceRecord } from '../../members/types.ts';
import { type IndexName, indexNames } from '../../query/types.ts';
import { type Asker, clause, createAsker, joined, withConnector } from '../asking.ts';
import { hasTime, type ProbeContext } from '../context.ts';
import { probeCopies, probeLocalIds, probeRecordCharset } from '../records.ts';
import { firstTerm, isSame, knownItem, nonsenseTerm, otherScript, titleTerm } from '../terms.ts';

export interface Counted {
  readonly hits: number;
  /** Why the server would not search so, or null. */
  readonly refused: string | null;
}

export type WebInput = SruInput | XserviceInput | HttpInput;

/** What a protocol brings to the probes that are the same over HTTP. */
export interface WebWays {
  readonly seed: { readonly index: IndexName; readonly spelling: string; readonly term: string };
  /** How the server may spell an index, the likeliest first. */
  candidates(name: IndexName): readonly string[];
  /** Hits of a term in an index by the server's own spelling, without repairs. */
  count(spelling: string, term: string): Promise<Counted>;
  /** Sort keys to try; none where the protocol has no sorting. */
  readonly sorts?: { readonly year: string; readonly title: string };
  /** Requests of a search that bring no records. */
  readonly overhead?: number;
  /** Records that come where a hundred are asked for. */
  cap?(): Promise<number>;
}

export interface WebFound<C extends WebInput> {
  readonly connector: C;
  readonly known: SourceRecord;
  readonly records: readonly SourceRecord[];
}

const sampleSize = 20;

/** Samples, charsets, indexes, paging and manners, given one search that finds something. */
export async function probeFound<C extends WebInput>(
  context: ProbeContext,
  draft: LibraryInput,
  base: C,
  ways: WebWays,
): Promise<WebFound<C> | null> {
  const { seed } = ways;
  const seeded = { ...base, indexes: { ...base.indexes, [seed.index]: seed.spelling } } as C;
  const asker = createAsker(context, withConnector(draft, seeded));
  if (asker === null) return null;
  try {
    let records = await sample(context, asker, seed.index, seed.term);
    if (records.some(isDamaged)) {
      const other = await otherCharset(context, draft, seeded, seed, records);
      if (other !== null) {
        base = { ...base, charset: other.charset };
        records = other.records;
      }
    }
    const known = knownItem(records);
    if (known === null) return null;
    const dialect = known.record.dialect;
    probeRecordCharset(context, records);
    probeLocalIds(context, records);
    const holdings = base.protocol === 'http' ? undefined : probeCopies(context, records);
    if (base.protocol === 'http') noteListCopies(context, records);
    context.notebook.pass('dialect', dialect, `${dialect}.`);
    await probeNonsense(context, ways);
    const indexes = await probeIndexes(context, ways, known, records);
    const script = await probeTerms(context, ways, indexes, known);
    const forms = await probeForms(context, ways, indexes, known, records);
    const pageSize = await probePaging(context, asker, ways);
    const plain: C = {
      ...base,
      ...(base.protocol === 'http' ? {} : { records: dialect }),
      indexes: base.protocol === 'http' ? { ...base.indexes, ...indexes } : indexes,
      terms: { isbn: forms, script },
      ...(holdings === undefined ? {} : { holdings }),
      limits: {
        pageSize,
        connections: 2,
        timeoutMs: 8000,
        perMinute: 120,
        ...draft.connector.limits,
      },
    };
    const sorts = await probeSorts(context, withConnector(draft, plain as ConnectorInput), ways);
    await probeBoolean(context, withConnector(draft, plain as ConnectorInput), known, records);
    return { connector: { ...plain, ...(sorts === null ? {} : { sorts }) }, known, records };
  } finally {
    await asker.close();
  }
}

const isDamaged = ({ record }: SourceRecord): boolean => record.title.includes('\ufffd');

/** Another charset in which nothing is damaged, where the declared one does not fit the bytes. */
async function otherCharset<C extends WebInput>(
  context: ProbeContext,
  draft: LibraryInput,
  seeded: C,
  seed: WebWays['seed'],
  before: readonly SourceRecord[],
) {
  const damaged = before.filter(isDamaged).length;
  for (const charset of ['gb18030', 'big5', 'utf-8'] as const) {
    const asker = createAsker(context, withConnector(draft, { ...seeded, charset }));
    if (asker === null) continue;
    const { records } = await asker.search(clause(seed.index, seed.term), { limit: sampleSize });
    await asker.close();
    if (records.length === 0 || records.some(isDamaged)) continue;
    context.notebook.fail(
      'charset.records',
      `服务器声明的字符集不对：按声明读 ${damaged} 条题名损坏，按 ${charset} 读则无，如「${records[0]?.record.title}」`,
      `The server declares the wrong charset: read as declared, ${damaged} titles are damaged; as ${charset} none, as “${records[0]?.record.title}”.`,
      {
        zh: `配置中写明 charset: ${charset}；并请该馆改正 Content-Type 或 XML 声明`,
        en: `The document says charset: ${charset}; ask the library to correct Content-Type or XML declaration.`,
      },
    );
    return { charset, records };
  }
  return null;
}

async function sample(
  { notebook }: ProbeContext,
  asker: Asker,
  index: IndexName,
  term: string,
): Promise<readonly SourceRecord[]> {
  const { records, hits, outcome, error } = await asker.search(clause(index, term), {
    limit: sampleSize,
  });
  if (records.length === 0) {
    const why = error?.reason ?? 'no records';
    notebook.fail(
      'sample',
      `命中 ${hits} 条，但取不到记录（${why}）`,
      `${hits} hits, but no record comes (${why}).`,
    );
    return records;
  }
  notebook.pass(
    'sample',
    `命中 ${hits} 条，取样 ${records.length} 条`,
    `${hits} hits, ${records.length} records as a sample.`,
  );
  const unreadable = outcome?.unreadable ?? 0;
  const repaired = records.filter(({ warnings }) => warnings.length > 0);
  if (unreadable === 0 && repaired.length === 0) {
    notebook.pass(
      'readable',
      `${records.length} 条全部可读`,
      `All ${records.length} records can be read.`,
    );
  } else {
    const first = repaired[0]?.warnings[0] ?? '';
    notebook.warn(
      'readable',
      `${unreadable} 条读不出来，${repaired.length} 条需修补：${first}`,
      `${unreadable} cannot be read, ${repaired.length} were repaired: ${first}`,
    );
  }
  return records;
}

function noteListCopies({ notebook }: ProbeContext, records: readonly SourceRecord[]): void {
  const having = records.filter(({ record }) => record.items.length > 0).length;
  if (having > 0) notebook.pass('copies', `${having} 条列出馆藏`, `${having} records list copies.`);
  else notebook.warn('copies', '列表中没有馆藏', 'No copies stand in the list.');
}

async function probeNonsense({ notebook }: ProbeContext, { seed, count }: WebWays): Promise<void> {
  const { hits } = await count(seed.spelling, nonsenseTerm);
  if (hits === 0) notebook.pass('nonsense', '没有命中', 'It is found nowhere.');
  else {
    notebook.fail(
      'nonsense',
      `「${nonsenseTerm}」也命中 ${hits} 条`,
      `“${nonsenseTerm}” is found ${hits} times.`,
      {
        zh: '该服务器不按检索词检索，检索点无法由命中判断',
        en: 'The server does not search by terms: hits prove nothing of its indexes.',
      },
    );
  }
}

type Spellings = Partial<Record<IndexName, string>>;

async function probeIndexes(
  context: ProbeContext,
  ways: WebWays,
  known: SourceRecord,
  records: readonly SourceRecord[],
): Promise<Spellings> {
  const { notebook } = context;
  const found: Spellings = {};
  for (const name of indexNames) {
    if (!hasTime(context)) break;
    const term = firstTerm(known, records, name);
    const candidates = ways.candidates(name);
    if (candidates.length === 0 || term === null) {
      notebook.warn(
        `index.${name}`,
        candidates.length === 0 ? '该系统没有这种检索' : '样本中没有可检索的内容',
        candidates.length === 0 ? 'The system has no such index.' : 'No sample has such a term.',
      );
      continue;
    }
    const words: string[] = [];
    for (const spelling of candidates) {
      if (!hasTime(context)) break;
      const { hits, refused } = await ways.count(spelling, term);
      if (hits > 0) {
        found[name] = spelling;
        notebook.pass(
          `index.${name}`,
          `${spelling} 检索「${term}」命中 ${hits} 条`,
          `${spelling} finds “${term}” ${hits} times.`,
        );
        break;
      }
      words.push(`${spelling}: ${refused ?? 0}`);
    }
    if (found[name] === undefined) {
      notebook.warn(
        `index.${name}`,
        `检索样本中的「${term}」没有命中（${words.join('；')}）`,
        `“${term}”, which a record has, is not found (${words.join('; ')}).`,
        {
          zh: `建议的配置不含 ${name}`,
          en: `The proposed document leaves ${name} out.`,
        },
      );
    }
  }
  return found;
}

type Script = 'as-is' | 'traditional';

/** Terms beyond ASCII, and either script. */
async function probeTerms(
  { notebook }: ProbeContext,
  { count }: WebWays,
  indexes: Spellings,
  known: SourceRecord,
): Promise<Script> {
  const spelling = indexes.title ?? indexes.any;
  const term = titleTerm(known.record.title);
  if (spelling === undefined || term === null || !/[^\p{ASCII}]/u.test(term)) {
    notebook.warn(
      'charset.query',
      '样本题名只有 ASCII 字符，无从比较；按协议取 UTF-8',
      'The sample titles are ASCII; UTF-8 is what the protocol says.',
    );
    notebook.pass(
      'charset.script',
      '样本题名没有繁简之分',
      'The sample title is the same in both scripts.',
    );
    return 'as-is';
  }
  const { hits } = await count(spelling, term);
  if (hits > 0)
    notebook.pass(
      'charset.query',
      `「${term}」命中 ${hits} 条`,
      `“${term}” is found ${hits} times.`,
    );
  else notebook.warn('charset.query', `「${term}」没有命中`, `“${term}” is not found.`);
  const other = hasHan(term) ? otherScript(term) : null;
  if (other === null) {
    notebook.pass(
      'charset.script',
      '样本题名没有繁简之分',
      'The sample title is the same in both scripts.',
    );
    return 'as-is';
  }
  const turned = await count(spelling, other);
  if (turned.hits > 0) {
    notebook.pass('charset.script', '繁简互通', 'Either script finds the other.');
    return 'as-is';
  }
  const script: Script = toSimplified(term) === term ? 'as-is' : 'traditional';
  notebook.warn(
    'charset.script',
    `「${term}」有命中，「${other}」没有：繁简不互通`,
    `“${term}” is found, “${other}” is not: scripts are not folded.`,
    {
      zh: `terms.script: ${script}`,
      en: `terms.script: ${script}`,
    },
  );
  return script;
}

const allForms: readonly IsbnForm[] = ['plain13', 'hyphen13', 'plain10', 'hyphen10'];

async function probeForms(
  { notebook }: ProbeContext,
  { count }: WebWays,
  indexes: Spellings,
  known: SourceRecord,
  records: readonly SourceRecord[],
): Promise<IsbnForm[]> {
  const isbn = firstTerm(known, records, 'isbn');
  if (isbn === null || indexes.isbn === undefined) {
    notebook.warn(
      'isbn-forms',
      '没有可用的 ISBN 检索，四种写法都会依次尝试',
      'No index of ISBNs to try; all four forms will be tried in turn.',
    );
    return [...allForms];
  }
  const counts: (readonly [IsbnForm, number])[] = [];
  for (const form of allForms) {
    const term = isbnForms(isbn)[form];
    counts.push([form, term === null ? 0 : (await count(indexes.isbn, term)).hits]);
  }
  const listed = counts.map(([form, hits]) => `${form} ${hits}`).join(', ');
  notebook.pass('isbn-forms', `各写法命中数：${listed}`, `Hits by form: ${listed}.`);
  const good = counts.filter(([, hits]) => hits > 0).map(([form]) => form);
  return [...good, ...allForms.filter((form) => !good.includes(form))];
}

/** Pages, counts and two searches at once; returns the page size to propose. */
async function probePaging(context: ProbeContext, asker: Asker, ways: WebWays): Promise<number> {
  const { notebook } = context;
  const query = clause(ways.seed.index, ways.seed.term);
  const first = await asker.search(query, { limit: 5 });
  if (first.hits < 10) {
    notebook.warn(
      'page-two',
      `只有 ${first.hits} 条命中，无从翻页`,
      `Only ${first.hits} hits: nothing to page through.`,
    );
  } else {
    const second = await asker.search(query, { start: 6, limit: 5 });
    const repeated = second.records.filter((one) =>
      first.records.some((other) => isSame(one, other)),
    );
    if (second.records.length > 0 && repeated.length === 0)
      notebook.pass(
        'page-two',
        '第二页与第一页不同',
        'The second page has other records than the first.',
      );
    else
      notebook.warn(
        'page-two',
        `第二页 ${second.records.length} 条，${repeated.length} 条与第一页相同`,
        `${second.records.length} records on the second page, ${repeated.length} of them on the first too.`,
      );
  }
  const counted = await asker.search(query, { limit: 0 });
  if (counted.error === null)
    notebook.pass(
      'count-only',
      `不取记录时命中 ${counted.hits}`,
      `${counted.hits} hits without records.`,
    );
  else
    notebook.warn(
      'count-only',
      `不取记录时失败（${counted.error.reason}）`,
      `Asking for the count alone fails (${counted.error.reason}).`,
    );
  if (counted.hits === first.hits)
    notebook.pass('count-stable', `两次均为 ${first.hits}`, `${first.hits} both times.`);
  else
    notebook.warn(
      'count-stable',
      `同一检索先后命中 ${first.hits} 与 ${counted.hits}`,
      `The same search found ${first.hits}, then ${counted.hits}.`,
      { zh: '命中数只作估计', en: 'Take its counts as estimates.' },
    );
  const both = await Promise.all([
    asker.search(query, { limit: 1 }),
    asker.search(query, { limit: 1 }),
  ]);
  const failed = both.find(({ error }) => error !== null);
  if (failed === undefined)
    notebook.pass('concurrency', '可同时检索两次', 'Two searches at once are answered.');
  else
    notebook.warn(
      'concurrency',
      `同时检索时有一个失败（${failed.error?.reason}）`,
      `Of two searches at once one fails (${failed.error?.reason}).`,
      { zh: 'limits.connections: 1', en: 'limits.connections: 1' },
    );
  return probeCap(context, asker, ways, first.hits);
}

async function probeCap(
  context: ProbeContext,
  asker: Asker,
  ways: WebWays,
  hits: number,
): Promise<number> {
  const { notebook, footprint } = context;
  const wanted = Math.min(100, hits);
  let came: number;
  if (ways.cap !== undefined) came = await ways.cap();
  else {
    const before = footprint.requests;
    const { records } = await asker.search(clause(ways.seed.index, ways.seed.term), {
      limit: wanted,
    });
    came = Math.ceil(
      records.length / Math.max(1, footprint.requests - before - (ways.overhead ?? 0)),
    );
  }
  if (came >= wanted)
    notebook.pass(
      'page-cap',
      `要 ${wanted} 条，一次给 ${came} 条`,
      `${came} of ${wanted} records came at once.`,
    );
  else
    notebook.warn(
      'page-cap',
      `要 ${wanted} 条，每次给 ${came} 条`,
      `${wanted} records were asked for, ${came} come at a time.`,
    );
  return came >= wanted ? 20 : Math.max(1, Math.min(20, came));
}

async function probeSorts(
  context: ProbeContext,
  document: LibraryInput,
  { seed, sorts }: WebWays,
): Promise<{ year?: string; title?: string } | null> {
  if (sorts === undefined) return null;
  const { notebook } = context;
  const working: { year?: string; title?: string } = {};
  for (const key of ['year', 'title'] as const) {
    const connector = { ...document.connector, sorts: { [key]: sorts[key] } } as ConnectorInput;
    const indexes = { ...connector.indexes, [seed.index]: seed.spelling };
    const asker = createAsker(
      context,
      withConnector(document, { ...connector, indexes } as ConnectorInput),
    );
    if (asker === null || !hasTime(context)) continue;
    const { outcome, error } = await asker.search(clause(seed.index, seed.term), {
      limit: 3,
      sort: { key, descending: false },
    });
    await asker.close();
    if (outcome?.sorted) {
      working[key] = sorts[key];
      notebook.pass(
        `sort.${key}`,
        `按 ${sorts[key]} 排序成功`,
        `Sorting by ${sorts[key]} succeeds.`,
      );
    } else {
      notebook.warn(
        `sort.${key}`,
        `不能按 ${sorts[key]} 排序（${error?.reason ?? '被忽略'}）`,
        `It does not sort by ${sorts[key]} (${error?.reason ?? 'left out'}).`,
      );
    }
  }
  return working;
}

async function probeBoolean(
  context: ProbeContext,
  document: LibraryInput,
  known: SourceRecord,
  records: readonly SourceRecord[],
): Promise<void> {
  const { notebook } = context;
  const asker = createAsker(context, document);
  const indexes = asker?.library.connector.indexes ?? {};
  const title = firstTerm(known, records, 'title');
  const pair = (['year', 'author', 'publisher', 'any'] as const)
    .map((name) => [name, firstTerm(known, [], name)] as const)
    .find(([name, term]) => indexes[name] !== undefined && term !== null);
  if (asker === null || title === null || pair === undefined || indexes.title === undefined) {
    notebook.warn('boolean', '样本没有可组合的两项', 'The sample has no two terms to combine.');
    return;
  }
  const { hits, error } = await asker.search(
    joined('and', ['title', title], [pair[0], pair[1] ?? '']),
    { limit: 1 },
  );
  await asker.close();
  if (hits > 0)
    notebook.pass(
      'boolean',
      `题名与 ${pair[0]} 相与命中 ${hits} 条`,
      `Title and ${pair[0]} together find ${hits}.`,
    );
  else
    notebook.warn(
      'boolean',
      `题名与 ${pair[0]} 相与没有命中${error ? `（${error.reason}）` : ''}`,
      `Title and ${pair[0]} together find nothing${error ? ` (${error.reason})` : ''}.`,
    );
}
