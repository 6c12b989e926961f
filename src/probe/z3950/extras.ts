import { encodeTerm } from '../../marc/charset/index.ts';
import { sortRequest } from '../../protocols/z3950/ask.ts';
import { attributeSets } from '../../protocols/z3950/oid.ts';
import { hasTime, type ProbeContext } from '../context.ts';
import type { Findings } from './findings.ts';
import { said } from './session.ts';

export async function probeScan({ notebook }: ProbeContext, findings: Findings) {
  const { session, database, known } = findings;
  if (!findings.believable) {
    // YAZ's test server ends altogether where it lacks the file it scans.
    notebook.warn('scan', '测试服务器，不作浏览', 'A test server: its indexes are not browsed.');
    return;
  }
  const term = known?.record.title.slice(0, 1) ?? 'a';
  if (!session.granted.options.has('scan')) {
    notebook.warn('scan', 'Init 未授予浏览', 'Scan is not granted at Init.');
    return;
  }
  const answer = await session.run((association) =>
    association.ask({
      type: 'scanRequest',
      databaseNames: [database],
      attributeSet: attributeSets.bib1,
      attributes: [{ type: 1, value: 4 }],
      term: { kind: 'general', octets: encodeTerm(/\p{ASCII}/u.test(term) ? term : 'a', 'ascii') },
      numberOfTermsRequested: 5,
      preferredPositionInResponse: 1,
    }),
  );
  const count = answer.ok
    ? (answer.value.entries ?? []).filter(({ kind }) => kind === 'term').length
    : 0;
  if (count > 0)
    notebook.pass('scan', `题名索引给出 ${count} 个词`, `The title index gives ${count} terms.`);
  else
    notebook.warn(
      'scan',
      `授予了浏览却没有给出词${answer.ok ? '' : `（${answer.ended}）`}`,
      `Scan is granted but gives no terms${answer.ok ? '' : ` (${answer.ended})`}.`,
    );
}

export async function probeSorts(context: ProbeContext, findings: Findings) {
  const { notebook } = context;
  const { session } = findings;
  for (const [key, use] of [
    ['year', 31],
    ['title', 4],
  ] as const) {
    if (!session.granted.options.has('sort')) {
      notebook.warn(`sort.${key}`, 'Init 未授予排序', 'Sort is not granted at Init.');
      continue;
    }
    if (!hasTime(context)) return;
    await session.search(findings.seed);
    const answer = await session.run((association) =>
      association.ask(sortRequest('default', { '1': use }, false)),
    );
    if (answer.ok && answer.value.sortStatus === 0) {
      findings.sorts[key] = { '1': use };
      notebook.pass(`sort.${key}`, `按 1=${use} 排序成功`, `Sorting by 1=${use} succeeds.`);
    } else {
      const [diagnostic] = (answer.ok && answer.value.diagnostics) || [];
      const why = diagnostic ? said(diagnostic) : answer.ok ? 'failure' : answer.ended;
      notebook.warn(`sort.${key}`, `排序失败（${why}）`, `Sorting fails (${why}).`);
    }
  }
}

export async function probeExplain({ notebook }: ProbeContext, { session }: Findings) {
  const answer = await session.search({
    database: 'IR-Explain-1',
    attributeSet: attributeSets.exp1,
    attributes: { '1': 1 },
    octets: encodeTerm('TargetInfo', 'ascii'),
  });
  if (answer.ok && answer.value.failed === null && answer.value.hits > 0) {
    notebook.pass('explain', '有 Explain 数据库', 'There is an Explain database.');
  } else {
    const why = !answer.ok ? answer.ended : answer.value.failed ? said(answer.value.failed) : '0';
    notebook.warn(
      'explain',
      `没有 Explain（${why}），以上均由检测得出`,
      `No Explain (${why}); all of this was found by asking.`,
    );
  }
}

export async function probeOpac({ notebook }: ProbeContext, findings: Findings) {
  const [record] = findings.bySyntax.get('opac') ?? [];
  const items = record?.record.items ?? [];
  if (items.length > 0) {
    const [item] = items;
    notebook.pass(
      'opac-holdings',
      `OPAC 语法给出 ${items.length} 个复本，状态 ${item?.status ?? ''}`,
      `OPAC syntax gives ${items.length} copies, status ${item?.status ?? ''}.`,
    );
  } else {
    notebook.warn('opac-holdings', 'OPAC 语法没有给出复本', 'No copies come in OPAC syntax.');
  }
}
