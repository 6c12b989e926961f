import { isbnForms } from '../../marc/identifiers.ts';
import { hasHan } from '../../marc/text.ts';
import type { IsbnForm } from '../../members/document.ts';
import { type AttributeEntry, type IndexName, indexNames } from '../../query/types.ts';
import { hasTime, type ProbeContext } from '../context.ts';
import { beginningOf, firstTerm } from '../terms.ts';
import { encoded } from './charsets.ts';
import type { Findings } from './findings.ts';
import { said } from './session.ts';

type Attributes = Readonly<Record<string, number>>;

/** Use attributes of bib-1 by which libraries have each index, the usual one first. */
const uses: Readonly<Record<IndexName, readonly number[]>> = {
  any: [1016, 1035],
  title: [4],
  author: [1003, 1, 1004],
  isbn: [7],
  issn: [8],
  subject: [21, 46],
  publisher: [1018],
  year: [31, 30],
  callnumber: [53, 16],
  class: [20, 13],
  series: [5],
  id: [12],
};

/** What is sent beside the Use attribute where it alone is not enough. */
const structures: readonly Attributes[] = [{}, { '4': 1 }, { '4': 2 }];

type Result = { readonly hits: number; readonly refused: string | null };

/** Hits of a term under those attributes; a refusal in words. */
export async function ask(
  findings: Findings,
  attributes: Attributes,
  term: string,
): Promise<Result> {
  const octets = encoded(term, findings.queryCharset);
  if (octets === null) return { hits: 0, refused: 'unmappable' };
  const answer = await findings.session.search({ attributes, octets });
  if (!answer.ok) return { hits: 0, refused: answer.ended };
  const { failed, hits } = answer.value;
  return failed === null ? { hits, refused: null } : { hits: 0, refused: said(failed) };
}

/** Every index with a term that a record has, under each attribute that may stand for it. */
export async function probeIndexes(context: ProbeContext, findings: Findings): Promise<void> {
  const { notebook } = context;
  const { known, records } = findings;
  if (known === null) return;
  for (const name of indexNames) {
    if (!hasTime(context)) return;
    if (name === 'isbn') {
      await probeIsbn(context, findings);
      continue;
    }
    const term = firstTerm(known, records, name);
    if (term === null) {
      await probeWithoutTerm(context, findings, name);
      continue;
    }
    const found = await findAttributes(findings, name, term);
    if (found.attributes === null) {
      notebook.warn(
        `index.${name}`,
        `检索样本中的「${term}」没有命中（${found.said}）`,
        `“${term}”, which a record has, is not found (${found.said}).`,
        { zh: `建议的配置不含 ${name}`, en: `The proposed document leaves ${name} out.` },
      );
      continue;
    }
    findings.indexes[name] = found.attributes;
    const note = findings.believable ? notebook.pass : notebook.warn;
    note(
      `index.${name}`,
      `${written(found.attributes)} 检索「${term}」命中 ${found.hits} 条`,
      `${written(found.attributes)} finds “${term}” ${found.hits} times.`,
    );
  }
}

async function findAttributes(findings: Findings, name: IndexName, term: string) {
  const words: string[] = [];
  for (const use of uses[name]) {
    for (const structure of name === 'title' || name === 'any'
      ? structures
      : structures.slice(0, 1)) {
      const attributes = { '1': use, ...structure };
      const { hits, refused } = await ask(findings, attributes, term);
      if (hits > 0) return { attributes, hits, said: '' };
      words.push(`${written(attributes)}: ${refused ?? 0}`);
      if (refused?.startsWith('bib-1 114')) break;
    }
  }
  return { attributes: null, hits: 0, said: words.join('; ') };
}

/** No sample has such a term: only a refusal can be told from a server that has the index. */
async function probeWithoutTerm(
  { notebook }: ProbeContext,
  findings: Findings,
  name: IndexName,
): Promise<void> {
  const [use = 0] = uses[name];
  const { refused } = await ask(findings, { '1': use }, '0');
  if (refused === null) findings.indexes[name] = { '1': use };
  notebook.warn(
    `index.${name}`,
    refused === null ? `样本中没有可检索的内容；属性 1=${use} 未被拒绝` : `不支持（${refused}）`,
    refused === null
      ? `No sample has such a term; attribute 1=${use} is not refused.`
      : `Not supported (${refused}).`,
  );
}

const forms: readonly (readonly [IsbnForm, (isbn: string) => string | null])[] = [
  ['plain13', (isbn) => isbnForms(isbn).plain13],
  ['hyphen13', (isbn) => isbnForms(isbn).hyphen13],
  ['plain10', (isbn) => isbnForms(isbn).plain10],
  ['hyphen10', (isbn) => isbnForms(isbn).hyphen10],
];

/** Which forms of the number find the record; those that do are asked first. */
async function probeIsbn(context: ProbeContext, findings: Findings): Promise<void> {
  const { notebook } = context;
  const { known, records } = findings;
  const isbn = known === null ? null : firstTerm(known, records, 'isbn');
  if (isbn === null) {
    await probeWithoutTerm(context, findings, 'isbn');
    notebook.warn(
      'isbn-forms',
      '样本中没有 ISBN，四种写法都会依次尝试',
      'No sample has an ISBN; all four forms will be tried in turn.',
    );
    return;
  }
  const counts: (readonly [IsbnForm, number])[] = [];
  for (const [form, write] of forms) {
    const term = write(isbn);
    counts.push([form, term === null ? 0 : (await ask(findings, { '1': 7 }, term)).hits]);
  }
  const listed = counts.map(([form, hits]) => `${form} ${hits}`).join(', ');
  const good = counts.filter(([, hits]) => hits > 0).map(([form]) => form);
  if (good.length === 0) {
    notebook.warn(
      'index.isbn',
      `检索 ${isbn} 没有命中：${listed}`,
      `${isbn} is not found: ${listed}.`,
      {
        zh: '建议的配置不含 isbn',
        en: 'The proposed document leaves isbn out.',
      },
    );
    notebook.warn('isbn-forms', listed, `${listed}.`);
    return;
  }
  findings.indexes.isbn = { '1': 7 };
  // One record was found by these; others may be written otherwise and keep their turn.
  findings.isbnForms = [
    ...good,
    ...forms.map(([form]) => form).filter((form) => !good.includes(form)),
  ];
  notebook.pass('index.isbn', `1=7 可检索 ${isbn}`, `1=7 finds ${isbn}.`);
  notebook.pass('isbn-forms', `各写法命中数：${listed}`, `Hits by form: ${listed}.`);
}

interface Variant {
  readonly id:
    | 'structure.phrase'
    | 'structure.words'
    | 'truncation.right'
    | 'position.first'
    | 'completeness.whole';
  readonly candidates: readonly Attributes[];
  readonly term: (term: string) => string;
}

const variants: readonly Variant[] = [
  { id: 'structure.phrase', candidates: [{ '4': 1 }], term: (term) => term },
  { id: 'structure.words', candidates: [{ '4': 6 }, { '4': 2 }], term: reversed },
  { id: 'truncation.right', candidates: [{ '5': 1 }], term: beginningOf },
  { id: 'position.first', candidates: [{ '3': 1, '5': 1 }, { '3': 1 }], term: beginningOf },
  { id: 'completeness.whole', candidates: [{ '4': 1, '6': 3 }, { '6': 3 }], term: (term) => term },
];

/** The words in another order, which a list of words does not mind. */
function reversed(term: string): string {
  return hasHan(term) ? term : term.split(' ').reverse().join(' ');
}

const variantIndexes: readonly IndexName[] = ['title', 'any', 'author', 'subject'];

/** Structure, truncation, position and completeness on the indexes that readers use most. */
export async function probeVariants(context: ProbeContext, findings: Findings): Promise<void> {
  const { notebook } = context;
  const { known, records } = findings;
  if (known === null) return;
  for (const { id, candidates, term } of variants) {
    const worked: string[] = [];
    const failed: string[] = [];
    for (const name of variantIndexes) {
      const base = findings.indexes[name];
      const known_ = firstTerm(known, records, name);
      if (base === undefined || known_ === null || !hasTime(context)) continue;
      const found = await firstWorking(findings, base, candidates, term(known_));
      if ('attributes' in found) {
        worked.push(name);
        findings.indexes[name] = withVariant(findings.indexes[name] ?? base, id, found.attributes);
      } else {
        failed.push(`${name}: ${found.said}`);
      }
    }
    if (failed.length === 0 && worked.length > 0) {
      notebook.pass(id, `可用：${worked.join('、')}`, `Works for ${worked.join(', ')}.`);
    } else if (worked.length + failed.length > 0) {
      notebook.warn(
        id,
        `可用：${worked.join('、') || '无'}；不可用：${failed.join('；')}`,
        `Works for ${worked.join(', ') || 'none'}; not for ${failed.join('; ')}.`,
        { zh: '建议的配置只含可用的属性', en: 'The proposed document has only what works.' },
      );
    }
  }
}

async function firstWorking(
  findings: Findings,
  base: AttributeEntry,
  candidates: readonly Attributes[],
  term: string,
): Promise<{ attributes: Attributes } | { said: string }> {
  const plain = plainOf(base);
  const words: string[] = [];
  for (const attributes of candidates) {
    const { hits, refused } = await ask(findings, { ...plain, ...attributes }, term);
    if (hits > 0) return { attributes };
    words.push(refused ?? '0');
  }
  return { said: words.join(', ') };
}

const plainOf = (entry: AttributeEntry): Attributes =>
  Object.fromEntries(
    Object.entries(entry).filter((pair): pair is [string, number] => typeof pair[1] === 'number'),
  );

const variantKeys = {
  'structure.phrase': 'phrase',
  'structure.words': 'all',
  'truncation.right': 'begins',
  'position.first': 'begins',
  'completeness.whole': 'exact',
} as const;

function withVariant(
  entry: AttributeEntry,
  id: keyof typeof variantKeys,
  attributes: Attributes,
): AttributeEntry {
  return { ...entry, [variantKeys[id]]: { ...attributes } };
}

function written(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([type, value]) => `${type}=${value}`)
    .join(' ');
}
