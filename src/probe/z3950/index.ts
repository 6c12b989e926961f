import { checkLibrary } from '../../members/check.ts';
import type {
  LibraryDocument,
  LibraryInput,
  Z3950Input,
  Z3950Settings,
} from '../../members/document.ts';
import { hasTime, type ProbeContext } from '../context.ts';
import { probeCopies, probeLocalIds, probeRecordCharset } from '../records.ts';
import type { Bilingual } from '../types.ts';
import { probeIndexes, probeVariants } from './attributes.ts';
import {
  probeAgreement,
  probeNegotiation,
  probeNonsense,
  probeQueryCharset,
  probeScript,
} from './charsets.ts';
import { probeExplain, probeOpac, probeScan, probeSorts } from './extras.ts';
import { type Findings, newFindings } from './findings.ts';
import {
  probeBadQuery,
  probeBoolean,
  probeConcurrency,
  probeCounts,
  probeNamedSets,
  probePages,
  probePiggyback,
  probePipelining,
} from './manners.ts';
import { chooseSyntax, findSeed, probeChunks, probeSyntaxes, readForms } from './sample.ts';
import { openSession, type Session } from './session.ts';

/** What a protocol's probes found: a connector that works with a record to prove it by, or why there is none. */
export interface Proposal {
  readonly connector: Z3950Input;
  readonly findings: Findings;
}

/** Probes a Z39.50 target; null where no document can be made. */
export async function probeZ3950(
  context: ProbeContext,
  draft: LibraryInput,
): Promise<Proposal | null> {
  const library = plainLibrary(draft);
  const opened = await openSession(context, library);
  if (!opened.ok) {
    noteUnopened(context, opened.ended);
    return null;
  }
  const session = opened.value;
  noteInit(context, session, opened.elapsedMs);
  try {
    const seed = await findSeed(context, session);
    if (seed === null) return null;
    const findings = newFindings(session, library, seed.wish, seed.hits);
    return await probeFound(context, findings);
  } finally {
    session.close();
  }
}

async function probeFound(context: ProbeContext, findings: Findings): Promise<Proposal | null> {
  await probeForms(context, findings);
  if (!chooseSyntax(context, findings)) return null;
  await probeChunks(context, findings);
  const { notebook } = context;
  notebook.pass(
    'sample',
    `命中 ${findings.seedHits} 条，取样 ${findings.records.length} 条`,
    `${findings.seedHits} hits, ${findings.records.length} records as a sample.`,
  );
  findings.charset = probeRecordCharset(context, findings.records);
  probeLocalIds(context, findings.records);
  findings.holdings = probeCopies(context, findings.records);
  await probeNonsense(context, findings);
  await probeQueryCharset(context, findings);
  const steps: readonly ((context: ProbeContext, findings: Findings) => Promise<void>)[] = [
    probeAgreement,
    probeNegotiation,
    probeScript,
    probePiggyback,
    probeIndexes,
    probePages,
    probeCounts,
    probePipelining,
    probeNamedSets,
    probeBadQuery,
    probeOpac,
    probeBoolean,
    probeScan,
    probeSorts,
    probeConcurrency,
    probeExplain,
    probeVariants,
  ];
  for (const step of steps) {
    if (!hasTime(context)) break;
    await step(context, findings);
  }
  return { connector: connectorOf(findings), findings };
}

/** Whether an element set is taken shows in whether records come with it. */
async function probeForms(context: ProbeContext, findings: Findings): Promise<void> {
  const { notebook } = context;
  await probeSyntaxes(context, findings);
  if (findings.bySyntax.size > 0) {
    notebook.pass('element-set', '接受元素集 F', 'Element set F is taken.');
    return;
  }
  findings.elementSet = '';
  await readForms(context, findings);
  const works = findings.bySyntax.size > 0;
  notebook.warn(
    'element-set',
    works ? '不接受元素集 F，不指定则可' : '指定或不指定元素集都取不到记录',
    works
      ? 'Element set F is refused; without one records come.'
      : 'No record comes with an element set or without.',
    { zh: 'elementSet: ""', en: 'elementSet: ""' },
  );
}

/** The document without anything that a probe has to find out by itself. */
function plainLibrary(draft: LibraryInput): LibraryDocument<Z3950Settings> {
  const { connector } = draft;
  if (connector.protocol !== 'z3950') throw new TypeError('not a Z39.50 document');
  const { host, hostEnv, port, tls, database, databases, auth, limits } = connector;
  const first = database ?? databases?.[0]?.name ?? 'Default';
  const plain: Z3950Input = {
    protocol: 'z3950',
    ...(host === undefined ? {} : { host }),
    ...(hostEnv === undefined ? {} : { hostEnv }),
    ...(port === undefined ? {} : { port }),
    ...(tls === undefined ? {} : { tls }),
    ...(auth === undefined ? {} : { auth }),
    ...(limits === undefined ? {} : { limits }),
    database: first,
  };
  const checked = checkLibrary({ ...draft, connector: plain }, process.env);
  if ('faults' in checked) throw new TypeError('a draft that does not hold');
  return checked.library as LibraryDocument<Z3950Settings>;
}

function noteUnopened({ notebook }: ProbeContext, ended: string): void {
  const refused = ended.startsWith('init_refused');
  const fix: Bilingual = refused
    ? {
        zh: '该馆需要账号：写入 auth（密码用 passwordEnv），或请该馆放行本机地址',
        en: 'The library wants an account: set auth (passwordEnv), or ask it to let this address in.',
      }
    : {
        zh: '核对端口是否为 Z39.50（常见 210、2100、2200、7090、9991），并请该馆防火墙放行',
        en: 'Check that the port is Z39.50 (often 210, 2100, 2200, 7090, 9991) and ask for the firewall.',
      };
  notebook.fail('init', `Init 没有成功（${ended}）`, `Init did not succeed (${ended}).`, fix);
}

function noteInit({ notebook }: ProbeContext, session: Session, elapsedMs: number): void {
  const { version, options, implementation } = session.granted;
  notebook.pass('protocol', '对方按 Z39.50 应答', 'The other side speaks Z39.50.');
  notebook.pass(
    'init',
    `Init 成功，${Math.round(elapsedMs)} 毫秒`,
    `Init succeeded in ${Math.round(elapsedMs)} ms.`,
  );
  if (version >= 3) notebook.pass('init.version', '第 3 版', 'Version 3.');
  else
    notebook.warn('init.version', `只有第 ${version} 版`, `Version ${version} only.`, {
      zh: '部分诊断信息会较少',
      en: 'Diagnostics say less in it.',
    });
  const list = [...options].join(', ');
  if (options.has('search') && options.has('present')) {
    notebook.pass('init.options', `授予：${list}`, `Granted: ${list}.`);
  } else {
    notebook.warn(
      'init.options',
      `未授予检索或取记录：${list}`,
      `Search or Present is not granted: ${list}.`,
    );
  }
  if (implementation !== '') notebook.pass('init.system', implementation, implementation);
  else notebook.warn('init.system', '对方没有说明系统名称', 'The system does not say its name.');
}

/** The connector as found; concrete everywhere, so that no reader's search has to guess. */
function connectorOf(findings: Findings): Z3950Input {
  const { library, known } = findings;
  const { host, hostEnv, port, tls, database, auth, limits } = library.connector;
  const dialect = known?.record.dialect ?? findings.records[0]?.record.dialect ?? 'marc21';
  return {
    protocol: 'z3950',
    ...(hostEnv === undefined ? { host } : { hostEnv }),
    port,
    ...(tls === undefined ? {} : { tls }),
    database: database ?? findings.database,
    ...(auth.kind === 'anonymous' ? {} : { auth }),
    syntax: findings.syntax,
    elementSet: findings.elementSet,
    charset: findings.charset,
    queryCharset: findings.queryCharset,
    records: dialect,
    negotiateCharset: findings.negotiate,
    piggyback: findings.piggyback,
    pipeline: findings.pipeline && !findings.negotiate,
    indexes: findings.indexes as NonNullable<Z3950Input['indexes']>,
    terms: { isbn: [...findings.isbnForms], script: findings.script },
    sorts: findings.sorts,
    ...(findings.holdings === undefined ? {} : { holdings: findings.holdings }),
    limits: {
      pageSize: findings.pageSize,
      connections: findings.connections,
      timeoutMs: limits.timeoutMs,
      perMinute: limits.perMinute,
    },
  };
}
