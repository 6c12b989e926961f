import { decodeText } from '../../../marc/charset/index.ts';
import type { Catalogue, CatalogueRecord } from '../../catalogue/catalogue.ts';
import { type FaultName, faultyCount, faultyRecords } from '../../faults.ts';
import { type Criterion, type SearchField, test } from '../../search/criterion.ts';
import type { Searcher } from '../../search/search.ts';
import type { WebApplication, WebReply, WebRequest } from '../web.ts';
import { escapeXml } from '../xml.ts';
import { callNumberOf, lendableCount, statusWords } from './copies.ts';

/** Boxes of the search form, by parameter. */
const boxes: Readonly<Record<string, SearchField>> = {
  key: 'any',
  title: 'title',
  author: 'author',
  isbn: 'isbn',
  subject: 'subject',
  publisher: 'publisher',
  year: 'year',
};

const maxSessions = 200;

interface Opac {
  readonly catalogue: Catalogue;
  readonly searcher: Searcher;
  readonly sessions: Set<string>;
}

/**
 * An old OPAC of HTML pages in GBK: every page wants the session that the first page hands out, and
 * sends whoever has none back to it.
 */
export function createPagesApplication(catalogue: Catalogue, searcher: Searcher): WebApplication {
  const opac: Opac = { catalogue, searcher, sessions: new Set() };
  return {
    phaseOf: (request) => {
      if (request.url.pathname === '/opac/') return 'init';
      if (request.url.pathname !== '/opac/search.jsp') return 'other';
      return Number(parametersOf(request).get('page') ?? '1') > 1 ? 'present' : 'search';
    },
    answer: (request, fault) => {
      const parameters = parametersOf(request);
      if (request.url.pathname === '/opac/') return firstPage(opac);
      if (!opac.sessions.has(parameters.get('sid') ?? '')) return firstPage(opac);
      switch (request.url.pathname) {
        case '/opac/search.jsp':
          return listPage(opac, parameters, fault);
        case '/opac/item.jsp':
          return itemPage(opac, parameters);
        default:
          return page(404, '页面不存在', '<p>404</p>');
      }
    },
  };
}

/** Parameters of the query string, percent-decoded to bytes and read as GBK. */
function parametersOf(request: WebRequest): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of request.url.search.slice(1).split('&').slice(0, 50)) {
    const [name = '', value = ''] = pair.split('=');
    parameters.set(fromGbk(name), fromGbk(value));
  }
  return parameters;
}

function fromGbk(text: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const code = /^%([0-9a-f]{2})/i.exec(text.slice(at, at + 3))?.[1];
    if (code === undefined) {
      bytes.push(text.charAt(at) === '+' ? 0x20 : text.charCodeAt(at) & 0xff);
    } else {
      bytes.push(Number.parseInt(code, 16));
      at += 2;
    }
  }
  return decodeText(Uint8Array.from(bytes), 'gbk');
}

function firstPage(opac: Opac): WebReply {
  const session = Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  opac.sessions.add(session);
  const [oldest] = opac.sessions;
  if (opac.sessions.size > maxSessions && oldest !== undefined) opac.sessions.delete(oldest);
  const address = `/opac/search.jsp?sid=${session}`;
  return page(
    200,
    '正在进入书目检索系统',
    `<p>正在进入……</p><form id="enter" action="/opac/search.jsp"><input type="hidden" name="sid" value="${session}"></form>`,
    `<meta http-equiv="refresh" content="0; url=${address}">`,
  );
}

function listPage(
  opac: Opac,
  parameters: ReadonlyMap<string, string>,
  fault: FaultName | null,
): WebReply {
  const tests = Object.entries(boxes).flatMap(([name, field]): Criterion[] => {
    const text = parameters.get(name)?.trim() ?? '';
    return text === '' ? [] : [test(field, text, { words: 'all' })];
  });
  const [head, ...rest] = tests;
  if (head === undefined) return page(200, '书目检索', '<p class="msg">请输入检索词</p>');
  const criterion = rest.reduce<Criterion>((left, right) => ({ type: 'and', left, right }), head);
  const found = opac.searcher.find(criterion);
  const size = opac.catalogue.profile.pageCap;
  const number = Math.max(1, Math.trunc(Number(parameters.get('page') ?? '1')) || 1);
  const first = (number - 1) * size;
  const records = faultyRecords(found.slice(first, first + size), fault);
  const rows = records.map((record, at) => listRow(record, first + at + 1));
  const count = faultyCount(found.length, fault);
  return page(
    200,
    '检索结果',
    `<div class="summary">共找到 <strong class="count">${count}</strong> 条记录，` +
      `第 ${number} 页，每页 ${size} 条</div>` +
      `<table id="result"><tr><th>序号</th><th>题名</th><th>责任者</th><th>出版者</th><th>出版年</th>` +
      `<th>ISBN</th><th>索书号</th><th>馆藏</th></tr>${rows.join('')}</table>`,
  );
}

function listRow(record: CatalogueRecord, place: number): string {
  const { described, fact, copies } = record;
  const part = [described.partNumber, described.partName].filter((text) => text !== '').join(' ');
  const edition =
    described.edition === '' ? '' : ` <span class="edition">${escapeXml(described.edition)}</span>`;
  return [
    `<tr class="book" id="r${record.localId}"><td>${place}</td>`,
    `<td class="title"><a href="item.jsp?id=${record.localId}">${escapeXml(described.title)}</a>`,
    part === '' ? '' : ` <span class="part">${escapeXml(part)}</span>`,
    `${edition}</td>`,
    `<td class="author">${escapeXml(described.responsibility)}</td>`,
    `<td class="publisher">${escapeXml(described.place)}：${escapeXml(described.publisher)}</td>`,
    `<td class="year">${fact.year}</td>`,
    `<td class="isbn">${escapeXml(described.isbns[0]?.text ?? '')}</td>`,
    `<td class="callno">${escapeXml(callNumberOf(copies[0]))}</td>`,
    `<td class="copies">${copies.length} 册 / 可借 ${lendableCount(copies)} 册</td></tr>`,
  ].join('');
}

function itemPage(opac: Opac, parameters: ReadonlyMap<string, string>): WebReply {
  const record = opac.catalogue.find(parameters.get('id') ?? '');
  if (record === undefined) return page(200, '没有找到', '<p class="msg">没有找到该记录</p>');
  const now = new Date();
  const rows = record.copies.map((copy) =>
    [
      `<tr class="copy"><td class="callno">${escapeXml(callNumberOf(copy))}</td>`,
      `<td class="barcode">${escapeXml(copy.barcode)}</td>`,
      `<td class="location">${escapeXml(copy.location)}</td>`,
      `<td class="status">${escapeXml(statusWords(copy, now))}</td></tr>`,
    ].join(''),
  );
  return page(
    200,
    record.described.title,
    `<h1>${escapeXml(record.described.title)}</h1><table id="copies">${rows.join('')}</table>`,
  );
}

function page(status: number, title: string, body: string, head = ''): WebReply {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=gbk' },
    body:
      '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN"><html><head>' +
      `<meta http-equiv="Content-Type" content="text/html; charset=gbk">${head}` +
      `<title>${escapeXml(title)}</title></head><body>${body}</body></html>`,
    charset: 'gbk',
  };
}
