import { encodeTerm } from '../../marc/charset/index.ts';
import { toTraditional } from '../../marc/text.ts';
import type { QueryCharset } from '../../marc/types.ts';
import type { SourceRecord } from '../../members/types.ts';
import type { NamedRecord } from '../../protocols/z3950/apdu/index.ts';
import { databasesOf } from '../../protocols/z3950/ask.ts';
import { readRecord } from '../../protocols/z3950/decode.ts';
import { hasTime, type ProbeContext } from '../context.ts';
import { enoughHits, enoughSeeds, hanSeeds, knownItem, latinSeeds, yearSeeds } from '../terms.ts';
import { type Findings, oidOf, type SyntaxName, syntaxNames } from './findings.ts';
import { type SearchWish, type Session, said, type Tried } from './session.ts';

interface Seed {
  readonly use: number;
  readonly term: string;
  readonly charset: QueryCharset;
}

/** Asked in this order until something is found: ASCII first, since it is the same in every charset. */
function* seeds(): Generator<Seed> {
  for (const term of latinSeeds.slice(0, 3)) yield { use: 1016, term, charset: 'ascii' };
  for (const term of yearSeeds.slice(0, 4)) yield { use: 31, term, charset: 'ascii' };
  for (const charset of ['utf-8', 'gb18030', 'big5'] as const) {
    for (const term of hanSeeds.slice(0, 2))
      yield { use: 4, term: inScript(term, charset), charset };
  }
  for (const term of latinSeeds) yield { use: 4, term, charset: 'ascii' };
  for (const term of yearSeeds) yield { use: 30, term, charset: 'ascii' };
  for (const charset of ['utf-8', 'gb18030', 'big5'] as const) {
    for (const term of hanSeeds.slice(1))
      yield { use: 1016, term: inScript(term, charset), charset };
  }
}

/** Big5 has only the traditional characters. */
const inScript = (term: string, charset: QueryCharset): string =>
  charset === 'big5' ? toTraditional(term) : term;

const maxSeeds = 40;

export interface SeedFound {
  readonly wish: SearchWish;
  readonly hits: number;
}

/** Looks for any search that finds something. Says in the notebook how that went. */
export async function findSeed(context: ProbeContext, session: Session): Promise<SeedFound | null> {
  const { notebook } = context;
  let tried = 0;
  let best: SeedFound | null = null;
  let lastSaid = '';
  const refused = new Set<number>();
  for (const { use, term, charset } of seeds()) {
    if (tried >= maxSeeds || !hasTime(context)) break;
    if (refused.has(use)) continue;
    tried += 1;
    const wish = { attributes: { '1': use }, octets: encodeTerm(term, charset) };
    const answer = await session.search(wish);
    if (!answer.ok) {
      lastSaid = answer.ended;
      continue;
    }
    const { failed, hits } = answer.value;
    if (failed !== null) {
      lastSaid = said(failed);
      if (failed.condition === 109 || failed.condition === 235 || failed.condition === 236) {
        noteDatabase(context, session, failed.condition, lastSaid);
        return null;
      }
      if (failed.condition === 114) refused.add(use);
      continue;
    }
    notebook.pass('database', `数据库可检索`, `The database can be searched.`);
    if (hits > (best?.hits ?? 0)) best = { wish, hits };
    if (best !== null && (best.hits >= enoughHits || tried >= enoughSeeds)) break;
  }
  if (best !== null) return best;
  notebook.warn(
    'database',
    `${tried} 个常见词都没有命中${lastSaid && `（${lastSaid}）`}`,
    `None of ${tried} common words found anything${lastSaid && ` (${lastSaid})`}.`,
    {
      zh: '核对数据库名；或写一份草稿配置（含一个确实可检索的检索点）后再检测',
      en: 'Check the database name, or write a draft document with an index that works and probe that.',
    },
  );
  notebook.fail(
    'sample',
    '没有取得任何记录，无法判断格式与字符集',
    'No record was found, so nothing can be said of syntax and charset.',
  );
  return null;
}

function noteDatabase(
  { notebook }: ProbeContext,
  { association }: Session,
  condition: number,
  words: string,
): void {
  const denied = condition === 236;
  notebook.fail(
    'database',
    denied ? `拒绝访问该数据库（${words}）` : `没有这个数据库（${words}）`,
    denied
      ? `Access to the database is denied (${words}).`
      : `There is no such database (${words}).`,
    denied
      ? { zh: '向该馆申请账号，写入 auth', en: 'Ask the library for an account and set auth.' }
      : {
          zh: `向该馆询问数据库名；常见的有 Default、INNOPAC、unicorn、libsys2000（${association.granted?.implementation ?? ''}）`,
          en: 'Ask the library for the name; usual ones are Default, INNOPAC, unicorn, libsys2000.',
        },
  );
}

/** Finds the seed again where the association that held its result set is gone, then presents. */
export async function presentSeed(
  findings: Findings,
  wish: { start: number; count: number; syntax: SyntaxName; elementSet?: string },
) {
  const { session, seed } = findings;
  const oid = oidOf(wish.syntax);
  const elementSet = wish.elementSet ?? findings.elementSet;
  const before = session.association;
  if (!before.ended) {
    const answer = await session.present({ ...wish, syntax: oid, elementSet });
    if (
      answer.ok &&
      !(answer.value.withheld && [27, 30].includes(answer.value.withheld.condition))
    ) {
      return answer;
    }
    if (!answer.ok) return answer;
  }
  const again = await session.search(seed);
  if (!again.ok) return again;
  return session.present({ ...wish, syntax: oid, elementSet });
}

/** Which syntaxes the library really sends, by what came and not by what was asked for. */
export async function probeSyntaxes(context: ProbeContext, findings: Findings): Promise<void> {
  const { notebook } = context;
  const mislabelled: string[] = [];
  await findings.session.search(findings.seed);
  for (const name of syntaxNames) {
    if (!hasTime(context)) return;
    const count = name === 'usmarc' || name === 'unimarc' ? Math.min(4, findings.seedHits) : 1;
    const answer = await presentSeed(findings, { start: 1, count, syntax: name });
    const { records, label } = readAll(findings, answer, name);
    if (label !== null && label !== oidOf(name)) mislabelled.push(`${name} → ${label}`);
    if (records.length > 0 && label === oidOf(name)) {
      findings.bySyntax.set(name, records);
      const isText = name === 'sutrs' || name === 'grs-1';
      const what = isText ? '' : (records[0]?.record.dialect ?? '');
      notebook.pass(
        `syntax.${name}`,
        `返回 ${records.length} 条${what && `，内容为 ${what}`}`,
        `${records.length} came${what && `; they are ${what}`}.`,
      );
      continue;
    }
    const why = !answer.ok
      ? answer.ended
      : answer.value.withheld !== null
        ? said(answer.value.withheld)
        : label === null
          ? 'no record'
          : `${label} came instead`;
    notebook.warn(`syntax.${name}`, `不提供（${why}）`, `Not offered (${why}).`);
    if (records.length > 0 && label !== null) keepMislabelled(findings, label, records);
  }
  if (mislabelled.length === 0) {
    notebook.pass(
      'syntax.label',
      '返回的语法与所请求的一致',
      'What came is labelled as what was asked for.',
    );
  } else {
    notebook.warn(
      'syntax.label',
      `请求与返回的语法不同：${mislabelled.join('、')}`,
      `Another syntax came than was asked for: ${mislabelled.join(', ')}.`,
      {
        zh: '建议的配置只用确实返回的语法',
        en: 'The proposed document asks only for what really comes.',
      },
    );
  }
}

/** Tries the MARC forms again in the present element set, without a word in the notebook. */
export async function readForms(context: ProbeContext, findings: Findings): Promise<void> {
  for (const name of ['usmarc', 'unimarc', 'xml'] as const) {
    if (!hasTime(context)) return;
    const count = Math.min(4, findings.seedHits);
    const answer = await presentSeed(findings, { start: 1, count, syntax: name });
    const { records, label } = readAll(findings, answer, name);
    if (records.length > 0 && label !== null) keepMislabelled(findings, label, records);
  }
}

/** Whatever was asked for, what came can be had by its own name. */
function keepMislabelled(
  findings: Findings,
  label: string,
  records: readonly SourceRecord[],
): void {
  const name = syntaxNames.find((one) => oidOf(one) === label);
  if (name !== undefined && !findings.bySyntax.has(name)) findings.bySyntax.set(name, records);
}

/** Reads records with nothing declared, so that their bytes decide. */
export function readAll(
  { library, database }: Findings,
  answer: Tried<{ records: readonly NamedRecord[] }>,
  syntax: SyntaxName,
): { records: SourceRecord[]; label: string | null; unreadable: number } {
  if (!answer.ok) return { records: [], label: null, unreadable: 0 };
  const undeclared = {
    ...library,
    connector: { ...library.connector, charset: 'auto', records: 'auto', syntax },
  } as const;
  const [settings] = databasesOf({ ...undeclared.connector, databases: [{ name: database }] });
  const records: SourceRecord[] = [];
  let label: string | null = null;
  let unreadable = 0;
  for (const [at, named] of answer.value.records.entries()) {
    if (named.kind === 'record') label ??= named.record.reference;
    try {
      if (settings !== undefined) records.push(readRecord(undeclared, settings, named, at + 1));
    } catch (error) {
      // Whatever a library sends in the place of a record counts as one that cannot be read.
      if (!(error instanceof Error) || error instanceof TypeError) throw error;
      unreadable += 1;
    }
  }
  return { records, label, unreadable };
}

/** Chooses the syntax: ISO 2709 of the records' own dialect before all others. */
export function chooseSyntax(context: ProbeContext, findings: Findings): boolean {
  const { notebook } = context;
  const { bySyntax } = findings;
  const dialectOf = (name: SyntaxName) => bySyntax.get(name)?.[0]?.record.dialect;
  const isUnimarc = (dialect: string | undefined) => dialect === 'cnmarc' || dialect === 'unimarc';
  const both = { us: dialectOf('usmarc'), uni: dialectOf('unimarc') };
  const order: SyntaxName[] =
    isUnimarc(both.uni) && (isUnimarc(both.us) || both.us === undefined || prefersUnimarc(findings))
      ? ['unimarc', 'usmarc']
      : ['usmarc', 'unimarc'];
  const chosen = [...order, 'xml', 'opac', 'grs-1', 'sutrs'].find((name) =>
    bySyntax.has(name as SyntaxName),
  ) as SyntaxName | undefined;
  if (chosen === undefined) {
    notebook.fail(
      'sample',
      '命中的记录一条也读不出来',
      'Records are found, but none of them can be read.',
      {
        zh: '请该馆确认 Z39.50 输出 ISO 2709 记录',
        en: 'Ask the library to have Z39.50 give records in ISO 2709.',
      },
    );
    return false;
  }
  findings.syntax = chosen;
  const dialect = dialectOf(chosen) ?? '';
  const foreign = chosen === 'usmarc' && isUnimarc(dialect);
  if (foreign) {
    notebook.warn(
      'dialect',
      `记录标为 USMARC，内容却是 ${dialect}`,
      `Records are labelled USMARC, but they are ${dialect}.`,
      { zh: `配置中写明 records: ${dialect}`, en: `The document says records: ${dialect}.` },
    );
  } else {
    notebook.pass(
      'dialect',
      `${dialect}，取 ${chosen} 语法`,
      `${dialect}, asked for as ${chosen}.`,
    );
  }
  return true;
}

/** Where a server converts both ways, the form that keeps more fields is its own. */
function prefersUnimarc({ bySyntax }: Findings): boolean {
  const fields = (name: SyntaxName) => bySyntax.get(name)?.[0]?.marc?.fields.length ?? 0;
  return fields('unimarc') > fields('usmarc');
}

/** A larger sample in the chosen syntax, with how many records come at once. */
export async function probeChunks(context: ProbeContext, findings: Findings): Promise<void> {
  const { notebook } = context;
  const wanted = Math.min(50, findings.seedHits);
  const answer = await presentSeed(findings, { start: 1, count: wanted, syntax: findings.syntax });
  let { records, unreadable } = readAll(findings, answer, findings.syntax);
  const came = answer.ok ? answer.value.records.length : 0;
  if (came >= wanted) {
    notebook.pass('chunk-size', `一次取回 ${came} 条`, `${came} records came at once.`);
    findings.pageSize = 20;
  } else if (came > 0) {
    findings.pageSize = Math.max(1, Math.min(20, came));
    notebook.warn(
      'chunk-size',
      `要 ${wanted} 条，一次只给 ${came} 条`,
      `${wanted} records were asked for, ${came} came at once.`,
      { zh: `limits.pageSize: ${findings.pageSize}`, en: `limits.pageSize: ${findings.pageSize}` },
    );
  } else {
    const why = answer.ok
      ? answer.value.withheld
        ? said(answer.value.withheld)
        : '0'
      : answer.ended;
    const fewer = await presentSeed(findings, {
      start: 1,
      count: Math.min(10, wanted),
      syntax: findings.syntax,
    });
    ({ records, unreadable } = readAll(findings, fewer, findings.syntax));
    findings.pageSize = 10;
    notebook.warn(
      'chunk-size',
      `一次取 ${wanted} 条失败（${why}），取 10 条得 ${records.length} 条`,
      `${wanted} records at once failed (${why}); of 10 asked for, ${records.length} came.`,
      { zh: 'limits.pageSize: 10', en: 'limits.pageSize: 10' },
    );
  }
  findings.records = records.length > 0 ? records : (findings.bySyntax.get(findings.syntax) ?? []);
  findings.known = knownItem(findings.records);
  if (unreadable === 0) {
    notebook.pass(
      'readable',
      `${records.length} 条全部可读`,
      `All ${records.length} records can be read.`,
    );
  } else {
    notebook.warn(
      'readable',
      `${records.length + unreadable} 条中有 ${unreadable} 条读不出来`,
      `${unreadable} of ${records.length + unreadable} records cannot be read.`,
      {
        zh: '请该馆检查这些记录的目次区',
        en: 'Ask the library to look at the directories of these records.',
      },
    );
  }
}
