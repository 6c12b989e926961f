import type { IndexName } from '../../query/types.ts';
import type { Language } from '../language.ts';

/** Every sentence of the pages, in both languages. Codes are never translated, texts always are. */
const zh = {
  title: '馆际 · 联合检索',
  brand: '馆际',
  brandLine: '一次检索，各馆同答',
  otherLanguage: 'English',
  query: '检索词',
  queryHint: '书名、作者、ISBN、ISSN 或 CQL',
  index: '检索字段',
  submit: '检索',
  libraries: '选择图书馆',
  librariesRule: (limit: number) => `最多选择 ${limit} 个成员馆；国家馆另计`,
  chosen: (count: number) => `已选 ${count} 馆`,
  outside: '不计入限额',
  others: '其他馆',
  category: (label: string, count: number) => `${label}（${count}）`,
  answers: '各馆应答',
  summary: (query: string, asked: number, answered: number, waiting: number, failed: number) =>
    `“${query}” · ${asked} 馆中 ${answered} 馆已返回` +
    (waiting > 0 ? ` · ${waiting} 馆仍在等待` : '') +
    (failed > 0 ? ` · ${failed} 馆未能应答` : ''),
  lines: (total: number, hits: number) => `合并 ${total} 条（各馆共报告 ${hits} 条）`,
  nothing: '已应答的各馆都没有符合的记录。',
  nothingYet: '还没有记录到达。',
  noneAnswered: '没有图书馆给出应答，因此不能说“没有找到”。',
  heldBy: (count: number) => `${count} 馆收藏`,
  callNumber: '索书号',
  seconds: (ms: number) => `${(ms / 1000).toFixed(1)} 秒`,
  cached: '缓存',
  previous: '上一页',
  next: '下一页',
  page: (page: number) => `第 ${page} 页`,
  wrong: '检索条件有误',
  api: '接口文档',
  simplified: '已简化',
  status: {
    available: '在馆',
    on_loan: '已借出',
    library_use: '馆内阅览',
    on_order: '订购中',
    unavailable: '不可用',
    unknown: '状态未知',
  },
  indexes: {
    any: '任意词',
    title: '题名',
    author: '作者',
    isbn: 'ISBN',
    issn: 'ISSN',
    subject: '主题',
    publisher: '出版社',
    year: '出版年',
    callnumber: '索书号',
    class: '分类号',
    series: '丛书',
    id: '记录号',
  } satisfies Record<IndexName, string>,
};

export type Texts = typeof zh;

const en: Texts = {
  title: 'Guanji · union search',
  brand: 'Guanji',
  brandLine: 'One search, every library answers',
  otherLanguage: '中文',
  query: 'Search for',
  queryHint: 'Title, author, ISBN, ISSN or CQL',
  index: 'Field',
  submit: 'Search',
  libraries: 'Choose libraries',
  librariesRule: (limit) =>
    `At most ${limit} member libraries; the national library is not counted`,
  chosen: (count) => `${count} chosen`,
  outside: 'not counted',
  others: 'Others',
  category: (label, count) => `${label} (${count})`,
  answers: 'How each library answered',
  summary: (query, asked, answered, waiting, failed) =>
    `“${query}” · ${answered} of ${asked} libraries answered` +
    (waiting > 0 ? ` · ${waiting} still asked` : '') +
    (failed > 0 ? ` · ${failed} gave no answer` : ''),
  lines: (total, hits) => `${total} merged lines (the libraries report ${hits} records)`,
  nothing: 'The libraries that answered hold nothing that fits.',
  nothingYet: 'No record has arrived yet.',
  noneAnswered: 'No library answered, so this is not “nothing found”.',
  heldBy: (count) => `held by ${count}`,
  callNumber: 'Call number',
  seconds: (ms) => `${(ms / 1000).toFixed(1)} s`,
  cached: 'cached',
  previous: 'Previous',
  next: 'Next',
  page: (page) => `Page ${page}`,
  wrong: 'The search is not right',
  api: 'API',
  simplified: 'simplified',
  status: {
    available: 'available',
    on_loan: 'on loan',
    library_use: 'library use only',
    on_order: 'on order',
    unavailable: 'not available',
    unknown: 'status unknown',
  },
  indexes: {
    any: 'Any word',
    title: 'Title',
    author: 'Author',
    isbn: 'ISBN',
    issn: 'ISSN',
    subject: 'Subject',
    publisher: 'Publisher',
    year: 'Year',
    callnumber: 'Call number',
    class: 'Class',
    series: 'Series',
    id: 'Record number',
  },
};

export const texts: Record<Language, Texts> = { zh, en };
