import type { RecordCharset } from '../marc/types.ts';
import { isDataField } from '../marc/types.ts';
import type { Z3950Input } from '../members/document.ts';
import type { SourceRecord } from '../members/types.ts';
import type { ProbeContext } from './context.ts';

type ConcreteCharset = Exclude<RecordCharset, 'auto'>;

/** What a MARC 21 leader or UNIMARC 100 $a says of the charset, or null. */
function statedBy({ marc, record }: SourceRecord): ConcreteCharset | null {
  if (marc === null) return null;
  if (record.dialect === 'marc21') {
    return marc.leader[9] === 'a' ? 'utf-8' : marc.leader[9] === ' ' ? 'marc-8' : null;
  }
  const field = marc.fields.find(({ tag }) => tag === '100');
  const coded = field && isDataField(field) ? (field.subfields[0]?.value ?? '') : '';
  const sets: Readonly<Record<string, ConcreteCharset>> = {
    '10': 'gb18030',
    '50': 'utf-8',
    '03': 'iso-5426',
  };
  return sets[coded.slice(26, 28)] ?? sets[coded.slice(28, 30)] ?? null;
}

const family = (charset: string): string => (charset.startsWith('gb') ? 'gb' : charset);

/** Says in which charset the records are and whether they say so themselves; returns the concrete name. */
export function probeRecordCharset(
  { notebook }: ProbeContext,
  records: readonly SourceRecord[],
): ConcreteCharset {
  const telling = records.filter(({ raw }) => raw.some((byte) => byte >= 0x80 || byte === 0x1b));
  const counts = new Map<string, number>();
  for (const { charset } of telling) counts.set(charset, (counts.get(charset) ?? 0) + 1);
  const ranked = [...counts].sort((a, b) => b[1] - a[1]);
  const [most] = ranked;
  const isReliable = records[0]?.record.dialect === 'marc21';
  const stated = records.map(statedBy).find((one) => one !== null) ?? null;
  if (most === undefined) {
    const guess = stated ?? 'utf-8';
    notebook.warn(
      'charset.records',
      `样本只有 ASCII 字符，无从比较；按记录自称取 ${guess}`,
      `The samples are plain ASCII, so nothing tells; ${guess} is what the records state.`,
      {
        zh: '用一条含汉字或变音字母的记录再检测',
        en: 'Probe again with a record that has other letters.',
      },
    );
    noteStated(notebook, stated, guess, records.length, 0, isReliable);
    return guess;
  }
  const found = (family(most[0]) === 'gb' ? 'gb18030' : most[0]) as ConcreteCharset;
  const title = telling.find(({ charset }) => charset === most[0])?.record.title ?? '';
  const damaged = telling.filter(({ record }) => record.title.includes('\ufffd')).length;
  if (damaged > 0) {
    notebook.fail(
      'charset.records',
      `应为 ${found}，但 ${telling.length} 条中有 ${damaged} 条题名损坏，如「${title}」`,
      `They should be ${found}, but ${damaged} of ${telling.length} titles are damaged, as “${title}”.`,
      {
        zh: '服务器声明的字符集与字节不符，请该馆改正',
        en: 'What the server declares is not what the bytes are: ask the library to correct it.',
      },
    );
  } else if (ranked.length > 1 && new Set(ranked.map(([name]) => family(name))).size > 1) {
    const list = ranked.map(([name, count]) => `${name} ${count}`).join(', ');
    notebook.warn(
      'charset.records',
      `记录字符集不一：${list}；取 ${found}`,
      `Records come in several charsets: ${list}; ${found} is proposed.`,
      {
        zh: '请该馆统一输出字符集；逐条判断仍会进行',
        en: 'Ask the library for one charset; each record is still judged by its bytes.',
      },
    );
  } else {
    notebook.pass(
      'charset.records',
      `${telling.length} 条记录的字节都是 ${found}，如「${title}」，替换字符 ${damaged} 处`,
      `The bytes of ${telling.length} records are ${found}, as in “${title}”; ${damaged} damaged titles.`,
    );
  }
  const lying = telling.filter((one) => {
    const says = statedBy(one);
    return says !== null && family(says) !== family(one.charset);
  });
  noteStated(
    notebook,
    lying[0] ? statedBy(lying[0]) : stated,
    found,
    telling.length,
    lying.length,
    isReliable,
  );
  return found;
}

function noteStated(
  notebook: ProbeContext['notebook'],
  stated: string | null,
  found: string,
  total: number,
  lying: number,
  reliable: boolean,
): void {
  if (lying > 0) {
    // UNIMARC's 100 $a is copied from record to record; leader/09 of MARC 21 is meant.
    const note = reliable ? notebook.fail : notebook.warn;
    note(
      'charset.stated',
      `${total} 条中有 ${lying} 条自称 ${stated}，字节却是 ${found}`,
      `${lying} of ${total} records state ${stated}, but their bytes are ${found}.`,
      {
        zh: `配置中写明 charset: ${found}；并请该馆改正记录头标或 100 字段`,
        en: `The document says charset: ${found}; ask the library to correct leader/09 or 100 $a.`,
      },
    );
  } else if (stated === null) {
    notebook.warn('charset.stated', '记录没有说明字符集', 'The records state no charset.');
  } else {
    notebook.pass(
      'charset.stated',
      `记录自称 ${stated}，与字节一致`,
      `The records state ${stated}, as their bytes are.`,
    );
  }
}

/** Whether records carry numbers of their own, all different. */
export function probeLocalIds({ notebook }: ProbeContext, records: readonly SourceRecord[]): void {
  const numbers = records.map(({ record }) => record.controlNumber);
  const known = numbers.filter((number) => number !== null);
  const different = new Set(known).size;
  if (known.length === records.length && different === known.length && different > 0) {
    notebook.pass(
      'local-id',
      `每条都有记录号，如 ${known[0]}`,
      `Every record has its own number, as ${known[0]}.`,
    );
    return;
  }
  notebook.warn(
    'local-id',
    `${records.length} 条中 ${known.length} 条有记录号，${different} 个不同`,
    `Of ${records.length} records ${known.length} have a number, ${different} different ones.`,
    {
      zh: '没有记录号的记录不能有永久地址',
      en: 'A record without a number has no permanent address.',
    },
  );
}

type Holdings = Z3950Input['holdings'];

/** The usual local fields of copies, the subfields of each as libraries of that habit fill them. */
const holdingsHabits: readonly NonNullable<Holdings>[] = [
  {
    tag: '905',
    library: 'a',
    barcode: 'b',
    location: 'c',
    callNumber: { whole: 's', parts: ['d', 'e'], join: '/' },
    volume: 'v',
  },
  {
    tag: '852',
    library: 'a',
    barcode: 'p',
    location: 'b',
    callNumber: { parts: ['h', 'i'], join: '/' },
  },
  { tag: '920', library: 'a', barcode: 'b', location: 'c', callNumber: { whole: 'd' } },
];

/** Finds the field in which a library keeps its copies; only where a call number stands in it. */
export function probeCopies(
  { notebook }: ProbeContext,
  records: readonly SourceRecord[],
): Holdings {
  for (const habit of holdingsHabits) {
    const { whole, parts = [] } = habit.callNumber ?? {};
    const codes = [whole, ...parts];
    const having = records.filter(({ marc }) =>
      marc?.fields.some(
        (field) =>
          field.tag === habit.tag &&
          isDataField(field) &&
          field.subfields.some(({ code }) => codes.includes(code)),
      ),
    ).length;
    if (having === 0) continue;
    notebook.pass(
      'copies',
      `${having} 条记录的 ${habit.tag} 字段有馆藏`,
      `${having} records describe copies in field ${habit.tag}.`,
    );
    return habit;
  }
  notebook.warn(
    'copies',
    '记录中没有常见的馆藏字段（905、852、920）',
    'No usual field of copies (905, 852, 920) is in the records.',
    {
      zh: '若馆藏在其他字段，请填写 holdings',
      en: 'Where copies stand in another field, fill in holdings.',
    },
  );
  return undefined;
}
