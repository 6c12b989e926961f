import type { Catalogue, CatalogueRecord } from '../../catalogue/catalogue.ts';
import { type FaultName, faultyCount, faultyRecords } from '../../faults.ts';
import { type Criterion, type SearchField, test } from '../../search/criterion.ts';
import { type SortBy, sorted } from '../../search/order.ts';
import type { Searcher } from '../../search/search.ts';
import type { WebApplication, WebReply, WebRequest } from '../web.ts';
import { escapeXml } from '../xml.ts';
import { callNumberOf, lendableCount, statusWords } from './copies.ts';

/** Field codes of the search form of Huiwen's newer OPAC. */
const fieldCodes: Readonly<Record<string, SearchField>> = {
  '': 'any',
  any: 'any',
  '02': 'title',
  '03': 'author',
  '04': 'subject',
  '05': 'isbn',
  '07': 'class',
  '08': 'callnumber',
  '09': 'publisher',
  '10': 'series',
};

const sortFields: Readonly<Record<string, SortBy['key']>> = {
  title: 'title',
  author: 'author',
  pubYear: 'year',
};

interface SearchForm {
  readonly criterion: Criterion | null;
  readonly pageSize: number;
  readonly page: number;
  readonly sort: readonly SortBy[];
}

/** An OPAC in the manner of Huiwen: search by JSON, items and details as pieces of HTML. */
export function createHuiwenApplication(catalogue: Catalogue, searcher: Searcher): WebApplication {
  return {
    phaseOf: (request) => {
      if (!request.url.pathname.endsWith('/ajax_search_adv.php')) return 'other';
      return (readForm(request)?.page ?? 1) > 1 ? 'present' : 'search';
    },
    answer: (request, fault) => {
      switch (request.url.pathname) {
        case '/opac/ajax_search_adv.php':
          return searchReply(request, catalogue, searcher, fault);
        case '/opac/ajax_item.php':
          return itemsReply(request, catalogue);
        case '/opac/item.php':
          return detailReply(request, catalogue);
        default:
          return html(404, '<html><body>404</body></html>');
      }
    },
  };
}

function searchReply(
  request: WebRequest,
  catalogue: Catalogue,
  searcher: Searcher,
  fault: FaultName | null,
): WebReply {
  const form = readForm(request);
  if (form === null) return json({ total: 0, content: [], err: '1', errMsg: '参数错误' });
  if (form.criterion === null) {
    return json({ total: 0, content: [], err: '2', errMsg: '请输入检索词' });
  }
  const found = sorted(searcher.find(form.criterion), form.sort);
  const size = Math.min(form.pageSize, catalogue.profile.pageCap);
  const first = (form.page - 1) * size;
  const page = faultyRecords(found.slice(first, first + size), fault);
  return json({
    total: faultyCount(found.length, fault),
    content: page.map((record, at) => listEntry(record, first + at + 1)),
    err: '0',
    errMsg: '',
  });
}

/** The body of a search; null when it is none. Boxes left empty count for nothing. */
function readForm(request: WebRequest): SearchForm | null {
  try {
    const body: unknown = JSON.parse(Buffer.from(request.body).toString('utf8'));
    if (!isObject(body)) return null;
    const words = listOf(body.searchWords).flatMap((word) =>
      isObject(word) ? listOf(word.fieldList) : [],
    );
    const tests = words.flatMap((word) => (isObject(word) ? testOf(word) : []));
    const [head, ...rest] = tests;
    const key = sortFields[String(body.sortField ?? '')];
    return {
      criterion:
        head === undefined
          ? null
          : rest.reduce<Criterion>((left, right) => ({ type: 'and', left, right }), head),
      pageSize: wholeNumber(body.pageSize, 20),
      // The name is the system's own: it is the number of the page, not of pages.
      page: wholeNumber(body.pageCount, 1),
      sort: key === undefined ? [] : [{ key, descending: body.sortType === 'desc' }],
    };
  } catch {
    return null;
  }
}

function testOf(word: Readonly<Record<string, unknown>>): Criterion[] {
  const field = fieldCodes[String(word.fieldCode ?? '')];
  const text = String(word.fieldValue ?? '').trim();
  if (field === undefined || text === '') return [];
  return [test(field, text, { words: 'all' })];
}

function listEntry(record: CatalogueRecord, place: number): Record<string, unknown> {
  const { described, fact, copies } = record;
  return {
    num: place,
    marcRecNo: record.localId,
    title: `<a href="item.php?marc_no=${record.localId}" target="_blank">${escapeXml(fullTitle(record))}</a>`,
    author: described.responsibility,
    publisher: described.publisher,
    pubYear: String(fact.year),
    isbn: described.isbns[0]?.text ?? '',
    callNo: callNumberOf(copies[0]),
    docTypeName: fact.medium === 'ebook' ? '电子图书' : '中文图书',
    lendAvl: `馆藏复本：${copies.length}<br/>可借复本：${lendableCount(copies)}`,
  };
}

/** Such lists have one string for title, subtitle, part and edition. */
function fullTitle(record: CatalogueRecord): string {
  const { described } = record;
  const parts = [described.partNumber, described.partName].filter((part) => part !== '').join(', ');
  const title = parts === '' ? described.title : `${described.title}. ${parts}`;
  const subtitled = described.subtitle === '' ? title : `${title}:${described.subtitle}`;
  return described.edition === '' ? subtitled : `${subtitled}(${described.edition})`;
}

function itemsReply(request: WebRequest, catalogue: Catalogue): WebReply {
  const record = catalogue.find(request.url.searchParams.get('marc_no') ?? '');
  const now = new Date();
  const rows = (record?.copies ?? []).map((copy) =>
    [
      '<tr align="left" class="whitetext">',
      `<td>${escapeXml(callNumberOf(copy))}</td>`,
      `<td>${escapeXml(copy.barcode)}</td>`,
      `<td>${escapeXml(record?.described.partNumber ?? '')}</td>`,
      `<td title="${escapeXml(copy.location)}">${escapeXml(copy.location)}</td>`,
      `<td>${escapeXml(statusWords(copy, now))}</td></tr>`,
    ].join(''),
  );
  const head =
    '<tr class="greytext1"><td>索书号</td><td>条码号</td><td>年卷期</td><td>校区—馆藏地</td><td>书刊状态</td></tr>';
  return html(200, `<table id="item">${head}${rows.join('')}</table>`);
}

function detailReply(request: WebRequest, catalogue: Catalogue): WebReply {
  const record = catalogue.find(request.url.searchParams.get('marc_no') ?? '');
  if (record === undefined) return html(200, '<html><body>没有找到该记录</body></html>');
  const { described, fact } = record;
  const lines: [string, string][] = [
    ['题名/责任者:', `${fullTitle(record)}/${described.responsibility}`],
    ['出版发行项:', `${described.place}:${described.publisher},${described.date}`],
    ...described.isbns.map((isbn): [string, string] => ['ISBN及定价:', isbn.text]),
    ['载体形态项:', described.extent],
    ['并列正题名:', described.parallelTitle],
    ['丛编项:', described.series],
    ...described.people.map((person): [string, string] => [
      '个人责任者:',
      `${person.name} ${person.role}`,
    ]),
    ...described.subjects.map((subject): [string, string] => ['学科主题:', subject]),
    ['中图法分类号:', fact.clc],
  ];
  const written = lines
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `<dl class="booklist"><dt>${name}</dt><dd>${escapeXml(text)}</dd></dl>`);
  return html(200, `<html><body><div id="item_detail">${written.join('')}</div></body></html>`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, 20) : [];
}

function wholeNumber(value: unknown, fallback: number): number {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : fallback;
}

function json(value: unknown): WebReply {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
    charset: 'utf-8',
  };
}

function html(status: number, body: string): WebReply {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body,
    charset: 'utf-8',
  };
}
