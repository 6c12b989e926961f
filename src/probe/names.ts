import type { Bilingual, ProbeGroup } from './types.ts';

type Protocol = 'z3950' | 'sru' | 'xservice' | 'http';
interface ProbeEntry extends Bilingual {
  readonly group: ProbeGroup;
  readonly protocols: readonly Protocol[];
}

const all: readonly Protocol[] = ['z3950', 'sru', 'xservice', 'http'];
const z3950: readonly Protocol[] = ['z3950'];
const sru: readonly Protocol[] = ['sru'];
const xservice: readonly Protocol[] = ['xservice'];
const http: readonly Protocol[] = ['http'];
const web: readonly Protocol[] = ['sru', 'xservice', 'http'];
/** Only a document that is already there can disagree with what is found. */
const never: readonly Protocol[] = [];

const entry = (
  group: ProbeGroup,
  protocols: readonly Protocol[],
  zh: string,
  en: string,
): ProbeEntry => ({ group, protocols, zh, en });

/** Every probe, by the id it has in reports for good. */
export const probeNames = {
  connect: entry('reach', all, '连接', 'Connection'),
  transport: entry('reach', all, '传输加密', 'Encrypted transport'),
  protocol: entry('reach', all, '协议识别', 'Protocol spoken'),
  'latency.connect': entry('reach', all, '连接用时', 'Time to connect'),

  init: entry('session', z3950, '会话初始化', 'Init'),
  'init.version': entry('session', z3950, '协议版本', 'Protocol version'),
  'init.options': entry('session', z3950, '授予的选项', 'Options granted'),
  'init.system': entry('session', z3950, '系统名称', 'Name of the system'),
  negotiation: entry('session', z3950, '字符集协商', 'Charset negotiation'),
  database: entry('session', z3950, '数据库', 'Database'),
  pipelining: entry('session', z3950, '流水线', 'Pipelining'),
  'named-sets': entry('session', z3950, '命名结果集', 'Named result sets'),
  piggyback: entry('session', z3950, '检索响应携带记录', 'Piggy-backed records'),

  'syntax.usmarc': entry('records', z3950, '记录语法 USMARC', 'Record syntax USMARC'),
  'syntax.unimarc': entry('records', z3950, '记录语法 UNIMARC', 'Record syntax UNIMARC'),
  'syntax.xml': entry('records', z3950, '记录语法 XML', 'Record syntax XML'),
  'syntax.opac': entry('records', z3950, '记录语法 OPAC', 'Record syntax OPAC'),
  'syntax.sutrs': entry('records', z3950, '记录语法 SUTRS', 'Record syntax SUTRS'),
  'syntax.grs-1': entry('records', z3950, '记录语法 GRS-1', 'Record syntax GRS-1'),
  'syntax.label': entry('records', z3950, '语法标识与内容', 'Syntax label and content'),
  'element-set': entry('records', z3950, '元素集', 'Element set'),
  sample: entry('records', all, '取得样本记录', 'Sample records'),
  readable: entry('records', all, '记录可读', 'Records can be read'),
  dialect: entry('records', all, 'MARC 方言', 'Dialect of the records'),
  'local-id': entry('records', all, '记录号', 'Record numbers'),
  copies: entry('records', all, '馆藏字段', 'Copies in the records'),

  'charset.records': entry('charset', all, '记录字符集', 'Charset of the records'),
  'charset.stated': entry('charset', all, '记录自称的字符集', 'Charset the records state'),
  'charset.query': entry('charset', all, '检索词字符集', 'Charset of query terms'),
  'charset.agreement': entry(
    'charset',
    z3950,
    '记录与检索词字符集一致',
    'One charset for records and terms',
  ),
  'charset.script': entry('charset', all, '简繁体', 'Simplified and traditional script'),

  'index.any': entry('indexes', all, '任意字段检索', 'Index: any'),
  'index.title': entry('indexes', all, '题名检索', 'Index: title'),
  'index.author': entry('indexes', all, '著者检索', 'Index: author'),
  'index.isbn': entry('indexes', all, 'ISBN 检索', 'Index: ISBN'),
  'index.issn': entry('indexes', all, 'ISSN 检索', 'Index: ISSN'),
  'index.subject': entry('indexes', all, '主题检索', 'Index: subject'),
  'index.publisher': entry('indexes', all, '出版者检索', 'Index: publisher'),
  'index.year': entry('indexes', all, '出版年检索', 'Index: year'),
  'index.callnumber': entry('indexes', all, '索书号检索', 'Index: call number'),
  'index.class': entry('indexes', all, '分类号检索', 'Index: class'),
  'index.series': entry('indexes', all, '丛编检索', 'Index: series'),
  'index.id': entry('indexes', all, '记录号检索', 'Index: record number'),

  nonsense: entry('terms', all, '无意义检索词', 'A term that is nowhere'),
  'isbn-forms': entry('terms', all, 'ISBN 写法', 'Forms of ISBN'),
  'structure.phrase': entry('terms', z3950, '短语结构', 'Structure: phrase'),
  'structure.words': entry('terms', z3950, '多词结构', 'Structure: word list'),
  'truncation.right': entry('terms', z3950, '右截断', 'Right truncation'),
  'position.first': entry('terms', z3950, '字段首位', 'Position: first in field'),
  'completeness.whole': entry('terms', z3950, '整字段匹配', 'Completeness: whole field'),
  boolean: entry('terms', all, '布尔逻辑', 'Boolean operators'),
  'bad-query': entry('terms', ['z3950', 'sru'], '不支持的检索点', 'An index that is not there'),

  'chunk-size': entry('paging', z3950, '单次取记录数', 'Records at once'),
  'page-cap': entry('paging', web, '每页上限', 'Page cap'),
  'page-two': entry('paging', all, '第二页', 'Second page'),
  'past-end': entry('paging', ['z3950', 'sru'], '越界取记录', 'Beyond the last record'),
  'count-stable': entry('paging', all, '命中数稳定', 'Stable count'),
  'count-only': entry('paging', all, '只取命中数', 'Count without records'),

  scan: entry('extras', ['z3950', 'sru'], '浏览索引', 'Scan'),
  'sort.year': entry('extras', ['z3950', 'sru'], '按年排序', 'Sort by year'),
  'sort.title': entry('extras', ['z3950', 'sru'], '按题名排序', 'Sort by title'),
  'opac-holdings': entry('extras', z3950, 'OPAC 馆藏', 'OPAC holdings'),
  explain: entry('extras', ['z3950', 'sru'], 'Explain', 'Explain'),
  'version.1.1': entry('session', sru, 'SRU 1.1', 'SRU 1.1'),
  'version.1.2': entry('session', sru, 'SRU 1.2', 'SRU 1.2'),
  'version.2.0': entry('session', sru, 'SRU 2.0', 'SRU 2.0'),
  'method.post': entry('session', sru, 'POST 请求', 'Requests by POST'),
  'explain.indexes': entry('extras', sru, 'Explain 所列索引', 'Indexes in the explain record'),
  'explain.schemas': entry('extras', sru, 'Explain 所列格式', 'Schemas in the explain record'),
  'schema.marc': entry('records', sru, 'MARC XML 格式', 'A MARC schema'),
  'schema.dc': entry('records', sru, 'DC 格式', 'Dublin Core schema'),
  packing: entry('records', sru, '记录封装', 'Record packing'),
  base: entry('session', xservice, '书目库', 'Bibliographic base'),
  'op.find': entry('session', xservice, 'find 操作', 'Operation find'),
  'op.find-doc': entry('extras', xservice, 'find-doc 操作', 'Operation find-doc'),
  'op.circ-status': entry('extras', xservice, 'circ-status 操作', 'Operation circ-status'),
  'op.item-data': entry('extras', xservice, 'item-data 操作', 'Operation item-data'),
  'op.publish-avail': entry('extras', xservice, 'publish-avail 操作', 'Operation publish-avail'),
  family: entry('session', http, '系统类型', 'Family of the OPAC'),
  referer: entry('session', http, 'Referer 要求', 'Need of a Referer'),
  'login-page': entry('session', http, '登录页', 'Login pages'),
  'item-page': entry('extras', http, '馆藏页', 'Copies of a record'),

  concurrency: entry('manners', all, '并发连接', 'Two searches at once'),
  reuse: entry('manners', all, '连接复用', 'A connection kept'),
  'latency.search': entry('manners', all, '检索用时', 'Time of a search'),
  'known-item': entry(
    'manners',
    all,
    '用建议配置检索已知记录',
    'Known item with the proposed document',
  ),
  steadiness: entry('manners', all, '稳定性', 'Steadiness'),
  politeness: entry('manners', all, '检测频率', 'Load of this probe'),

  'document.address': entry('document', never, '配置：地址', 'Document: address'),
  'document.charset': entry('document', never, '配置：记录字符集', 'Document: charset'),
  'document.query-charset': entry(
    'document',
    never,
    '配置：检索词字符集',
    'Document: charset of terms',
  ),
  'document.syntax': entry('document', never, '配置：记录语法', 'Document: record syntax'),
  'document.version': entry('document', never, '配置：版本', 'Document: version'),
  'document.records': entry('document', never, '配置：方言', 'Document: dialect'),
  'document.known-item': entry('document', never, '配置：已知记录', 'Document: known item'),
} as const satisfies Record<string, ProbeEntry>;

export type ProbeName = keyof typeof probeNames;
