import { isbnForms } from '../../marc/identifiers.ts';
import { hasHan, toSimplified } from '../../marc/text.ts';
import type { IsbnForm } from '../../members/document.ts';
import type { SourceRecord } from '../../members/types.ts';
import type { ProbeContext } from '../context.ts';
import { firstTerm, otherScript, titleTerm } from '../terms.ts';
import type { Spellings, WebWays } from './common.ts';

type Script = 'as-is' | 'traditional';

/** Terms beyond ASCII, and either script. */
export async function probeTerms(
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

/** Which forms of an ISBN find a record. */
export async function probeForms(
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
