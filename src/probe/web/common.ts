import type {
  ConnectorInput,
  HttpInput,
  LibraryInput,
  SruInput,
  XserviceInput,
} from '../../members/document.ts';
import type { SourceRecord } from '../../members/types.ts';
import { type IndexName, indexNames } from '../../query/types.ts';
import { type Asker, clause, createAsker, withConnector } from '../asking.ts';
import { hasTime, type ProbeContext } from '../context.ts';
import { probeCopies, probeLocalIds, probeRecordCharset } from '../records.ts';
import { firstTerm, knownItem, nonsenseTerm } from '../terms.ts';
import { probeBoolean, probeSorts } from './combining.ts';
import { probePaging } from './paging.ts';
import { probeForms, probeTerms } from './wording.ts';

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

/** The server's own name of each index that works. */
export type Spellings = Partial<Record<IndexName, string>>;

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
