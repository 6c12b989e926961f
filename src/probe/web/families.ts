import type { HttpInput } from '../../members/document.ts';

/** One kind of OPAC that many libraries run: how it is asked, given the folder it lives in. */
export interface OpacFamily {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  connector(base: string): HttpInput;
}

const box = (code: string, variable: string) => ({
  fieldList: [{ fieldCode: code, fieldValue: `{${variable}}` }],
});

/** The search by JSON of Huiwen's newer OPAC; `pageCount` is the number of the page. */
const huiwenJson: OpacFamily = {
  id: 'huiwen-json',
  zh: '汇文 OPAC（JSON）',
  en: 'Huiwen OPAC (JSON)',
  connector: (base) => ({
    protocol: 'http',
    url: `${base}/ajax_search_adv.php`,
    answer: 'json',
    method: 'post',
    headers: { referer: `${base}/search_adv.php`, 'x-requested-with': 'XMLHttpRequest' },
    body: {
      json: {
        searchWords: [
          box('', 'any'),
          box('02', 'title'),
          box('03', 'author'),
          box('04', 'subject'),
          box('05', 'isbn'),
          box('07', 'class'),
          box('08', 'callno'),
          box('09', 'publisher'),
          box('10', 'series'),
        ],
        filters: [],
        limiter: [],
        sortField: 'relevance',
        sortType: 'desc',
        pageSize: '{size}',
        pageCount: '{page}',
        locale: 'zh_CN',
        first: true,
      },
    },
    indexes: {
      any: 'any',
      title: 'title',
      author: 'author',
      subject: 'subject',
      isbn: 'isbn',
      class: 'class',
      callnumber: 'callno',
      publisher: 'publisher',
      series: 'series',
    },
    page: { style: 'page', first: 1 },
    expect: 'content',
    count: 'total',
    records: 'content[]',
    fields: {
      id: 'marcRecNo',
      title: { select: 'title', as: 'html-text' },
      responsibility: 'author',
      publisher: 'publisher',
      date: 'pubYear',
      isbn: { select: 'isbn', as: 'isbn' },
      callNumber: 'callNo',
    },
    holdings: copies(base),
    charset: 'utf-8',
  }),
};

/** The list of Huiwen's older OPAC, a page of HTML. */
const huiwenList: OpacFamily = {
  id: 'huiwen-list',
  zh: '汇文 OPAC（网页）',
  en: 'Huiwen OPAC (HTML)',
  connector: (base) => ({
    protocol: 'http',
    url: `${base}/openlink.php`,
    answer: 'html',
    method: 'get',
    headers: { referer: `${base}/search.php` },
    query: {
      strText: '{any}',
      title: '{title}',
      author: '{author}',
      isbn: '{isbn}',
      keyword: '{subject}',
      publisher: '{publisher}',
      callno: '{callno}',
      doctype: 'ALL',
      match_flag: 'forward',
      displaypg: '{size}',
      showmode: 'list',
      sort: 'CATA_DATE',
      orderby: 'desc',
      dept: 'ALL',
      page: '{page}',
    },
    indexes: {
      any: 'any',
      title: 'title',
      author: 'author',
      isbn: 'isbn',
      subject: 'subject',
      publisher: 'publisher',
      callnumber: 'callno',
    },
    page: { style: 'page', first: 1 },
    expect: '.search_form',
    count: '.search_form strong',
    records: 'ol#search_book_list > li.book_list_info',
    fields: {
      id: { select: 'h3 a@href', after: 'marc_no=' },
      title: { select: 'h3 a', after: '.' },
      // Author, publisher and call number share their lines with other things: the page of copies has the last.
      date: { select: 'p', split: '\n', part: -1, as: 'year' },
    },
    holdings: copies(base),
    charset: 'utf-8',
  }),
};

function copies(base: string): NonNullable<HttpInput['holdings']> {
  return {
    url: `${base}/ajax_item.php?marc_no={id}`,
    answer: 'html',
    items: 'tr.whitetext',
    fields: {
      callNumber: 'td:nth-child(1)',
      barcode: 'td:nth-child(2)',
      volume: 'td:nth-child(3)',
      location: 'td:nth-child(4)',
      status: 'td:nth-child(5)',
    },
  };
}

export const opacFamilies: readonly OpacFamily[] = [huiwenJson, huiwenList];
