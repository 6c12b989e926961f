import { encodeTerm, UnmappableError } from '../../marc/charset/index.ts';
import { hasHan, toSimplified } from '../../marc/text.ts';
import type { QueryCharset } from '../../marc/types.ts';
import type { ProbeContext } from '../context.ts';
import { nonsenseNumber, nonsenseTerm, otherScript, titleTerm } from '../terms.ts';
import type { Findings } from './findings.ts';
import { openSession, type Session } from './session.ts';

/** Hits of a title in one charset; null where it cannot be said or was refused. */
async function hitsIn(
  session: Session,
  term: string,
  charset: QueryCharset,
): Promise<number | null> {
  const octets = encoded(term, charset);
  if (octets === null) return null;
  for (const attributes of [{ '1': 4 }, { '1': 4, '4': 1 }, { '1': 1016 }]) {
    const answer = await session.search({ attributes, octets });
    if (!answer.ok) return null;
    if (answer.value.failed === null) {
      if (answer.value.hits > 0) return answer.value.hits;
      if (attributes['1'] === 1016) return 0;
    }
  }
  return 0;
}

export function encoded(term: string, charset: QueryCharset): Uint8Array | null {
  try {
    return encodeTerm(term, charset);
  } catch (error) {
    if (error instanceof UnmappableError) return null;
    throw error;
  }
}

/**
 * Whether the server looks at terms at all: what it finds of a word and of a number that are nowhere. Test
 * servers find anything, or as many records as the number says.
 */
export async function probeNonsense({ notebook }: ProbeContext, findings: Findings) {
  for (const term of [nonsenseTerm, nonsenseNumber]) {
    const answer = await findings.session.search({
      attributes: { '1': 1016 },
      octets: encodeTerm(term, 'ascii'),
    });
    if (!answer.ok || answer.value.failed !== null || answer.value.hits === 0) continue;
    findings.believable = false;
    notebook.fail(
      'nonsense',
      `「${term}」也命中 ${answer.value.hits} 条`,
      `“${term}” is found ${answer.value.hits} times.`,
      {
        zh: '该服务器不按检索词检索（如测试服务器），检索点与字符集无法由命中判断',
        en: 'The server does not search by terms (as test servers do): hits prove nothing of indexes and charsets.',
      },
    );
    return;
  }
  notebook.pass('nonsense', '没有命中', 'It is found nowhere.');
}

/** Finds the charset of terms by asking for a known title in each. */
export async function probeQueryCharset(context: ProbeContext, findings: Findings): Promise<void> {
  const { notebook } = context;
  const term = titleTerm(findings.known?.record.title ?? '');
  findings.queryCharset = isTermCharset(findings.charset) ? findings.charset : 'utf-8';
  if (term === null || !/[^\p{ASCII}]/u.test(term)) {
    notebook.warn(
      'charset.query',
      `样本题名只有 ASCII 字符，各字符集相同；取 ${findings.queryCharset}`,
      `The sample titles are ASCII, which every charset shares; ${findings.queryCharset} is proposed.`,
    );
    return;
  }
  if (!findings.believable) {
    notebook.warn(
      'charset.query',
      `命中数不可信，无从比较；取 ${findings.queryCharset}`,
      `Hits prove nothing here; ${findings.queryCharset} is proposed.`,
    );
    return;
  }
  const charsets: readonly QueryCharset[] = hasHan(term) ? ['utf-8', 'gb18030', 'big5'] : ['utf-8'];
  const counts: (readonly [QueryCharset, number | null])[] = [];
  for (const charset of charsets) {
    counts.push([charset, await hitsIn(findings.session, term, charset)]);
  }
  const listed = counts.map(([name, hits]) => `${name} ${hits ?? '–'}`).join(', ');
  const found = counts.filter(([, hits]) => hits !== null && hits > 0).map(([name]) => name);
  const [first] = found;
  if (first !== undefined) {
    findings.queryCharset = found.includes('utf-8') ? 'utf-8' : first;
    notebook.pass(
      'charset.query',
      `用各字符集检索「${term}」的命中数：${listed}；取 ${findings.queryCharset}`,
      `Hits of “${term}” in each charset: ${listed}; ${findings.queryCharset} is proposed.`,
    );
    return;
  }
  notebook.warn(
    'charset.query',
    `「${term}」在各字符集中都没有命中：${listed}`,
    `“${term}” is found in no charset: ${listed}.`,
    {
      zh: '该馆可能只索引拼音或不支持题名检索，请询问',
      en: 'The library may index romanised titles only; ask it.',
    },
  );
}

const isTermCharset = (charset: string): charset is QueryCharset =>
  ['utf-8', 'gb2312', 'gbk', 'gb18030', 'big5', 'big5-hkscs'].includes(charset);

/** A server that reads terms in one charset and sends records in another is set up wrongly somewhere. */
export async function probeAgreement({ notebook }: ProbeContext, findings: Findings) {
  const { charset, queryCharset } = findings;
  const family = (name: string) => name.replace(/^gb.*/, 'gb').replace(/^big5.*/, 'big5');
  const isTerms = isTermCharset(charset);
  if (!isTerms || family(charset) === family(queryCharset)) {
    notebook.pass(
      'charset.agreement',
      `记录 ${charset}，检索词 ${queryCharset}`,
      `Records in ${charset}, terms in ${queryCharset}.`,
    );
    return;
  }
  notebook.warn(
    'charset.agreement',
    `记录是 ${charset}，检索词却须用 ${queryCharset}：服务器的字符集设置前后不一`,
    `Records are ${charset}, but terms are read as ${queryCharset}: the server is set up inconsistently.`,
    {
      zh: `配置中分别写明 charset: ${charset} 与 queryCharset: ${queryCharset}；并告知该馆`,
      en: `The document says charset: ${charset} and queryCharset: ${queryCharset}; tell the library.`,
    },
  );
}

/** Proposes UTF-8 on an association of its own, since some servers drop what they do not know. */
export async function probeNegotiation(context: ProbeContext, findings: Findings): Promise<void> {
  const { notebook } = context;
  const { library } = findings;
  const proposing = { ...library, connector: { ...library.connector, negotiateCharset: true } };
  const opened = await openSession(context, proposing);
  if (!opened.ok) {
    notebook.fail(
      'negotiation',
      `提出字符集协商后会话中断（${opened.ended}），不提出则正常`,
      `The association breaks off when UTF-8 is proposed (${opened.ended}); without that it opens.`,
      {
        zh: 'negotiateCharset: false（建议的配置已如此）',
        en: 'negotiateCharset: false, as proposed here.',
      },
    );
    return;
  }
  const session = opened.value;
  try {
    if (!session.granted.utf8) {
      notebook.warn(
        'negotiation',
        '未答应 UTF-8，会话正常',
        'UTF-8 was not granted; the association goes on.',
      );
      return;
    }
    const term = titleTerm(findings.known?.record.title ?? '');
    const hits = term === null ? null : await hitsIn(session, term, 'utf-8');
    if (hits === 0 && findings.queryCharset !== 'utf-8' && term !== null) {
      const still = await hitsIn(session, term, findings.queryCharset);
      if (still !== null && still > 0) {
        notebook.fail(
          'negotiation',
          `答应了 UTF-8，却仍按 ${findings.queryCharset} 理解检索词`,
          `UTF-8 was granted, but terms are still read as ${findings.queryCharset}.`,
          { zh: 'negotiateCharset: false', en: 'negotiateCharset: false' },
        );
        return;
      }
    }
    const needed = findings.queryCharset !== 'utf-8' && hits !== null && hits > 0;
    findings.negotiate = needed;
    notebook.pass(
      'negotiation',
      `答应 UTF-8${needed ? '，检索有效，建议启用' : '；不协商也可用，不必启用'}`,
      `UTF-8 is granted${needed ? ' and works: proposed' : '; it works without, so it is not proposed'}.`,
    );
  } finally {
    session.close();
  }
}

/** Whether simplified and traditional spellings find the same. */
export async function probeScript({ notebook }: ProbeContext, findings: Findings): Promise<void> {
  const term = titleTerm(findings.known?.record.title ?? '');
  const other = term === null || !hasHan(term) ? null : otherScript(term);
  if (term === null || other === null) {
    notebook.pass(
      'charset.script',
      '样本题名没有繁简之分',
      'The sample title is the same in both scripts.',
    );
    return;
  }
  const hits = await hitsIn(findings.session, other, findings.queryCharset);
  if (hits !== null && hits > 0) {
    notebook.pass('charset.script', '繁简互通', 'Either script finds the other.');
    return;
  }
  findings.script = toSimplified(term) === term ? 'as-is' : 'traditional';
  notebook.warn(
    'charset.script',
    `「${term}」有命中，「${other}」没有：繁简不互通`,
    `“${term}” is found, “${other}” is not: scripts are not folded.`,
    findings.script === 'traditional'
      ? { zh: 'terms.script: traditional', en: 'terms.script: traditional, as proposed.' }
      : { zh: '读者用简体检索即可', en: 'Simplified terms find what is there.' },
  );
}
