import type {
  ConnectorInput,
  HttpInput,
  LibraryInput,
  SruInput,
  XserviceInput,
  Z3950Input,
} from '../members/document.ts';
import type { Profile } from './profile.ts';

/** The library document of a demonstration library whose server listens on that port. */
export function documentOf(profile: Profile, port: number): LibraryInput {
  const national = profile.category === null;
  return {
    id: profile.id,
    code: profile.code,
    name: { ...profile.name },
    aliases: [profile.alias],
    kind: national ? 'national' : profile.category === 'public' ? 'public' : 'member',
    outsideLimit: national,
    categories: profile.category === null ? [] : [profile.category],
    status: 'live',
    campuses: [{ id: 'main', name: '校本部', desk: { zh: '馆际互借处' }, pickup: true }],
    contact: { desk: { zh: '馆际互借处', en: 'Interlibrary loan desk' } },
    connector: connectorOf(profile, port),
  };
}

function connectorOf(profile: Profile, port: number): ConnectorInput {
  switch (profile.protocol) {
    case 'z3950':
      return { ...z3950Of(profile), protocol: 'z3950', host: '127.0.0.1', port };
    case 'sru':
      return { ...sruOf(profile), protocol: 'sru', url: `http://127.0.0.1:${port}/${profile.id}` };
    case 'xservice':
      return { ...xserviceOf(profile), protocol: 'xservice', url: `http://127.0.0.1:${port}/X` };
    case 'http-json':
      return huiwen(`http://127.0.0.1:${port}`);
    case 'http-html':
      return pages(`http://127.0.0.1:${port}`);
  }
}

const z3950Indexes: NonNullable<Z3950Input['indexes']> = {
  any: { '1': 1016, phrase: { '4': 1 }, all: { '4': 6 }, begins: { '5': 1 } },
  title: {
    '1': 4,
    phrase: { '4': 1 },
    all: { '4': 6 },
    begins: { '3': 1, '5': 1 },
    exact: { '4': 1, '6': 3 },
  },
  author: { '1': 1003, phrase: { '4': 1 }, all: { '4': 6 }, begins: { '5': 1 } },
  isbn: { '1': 7 },
  issn: { '1': 8 },
  subject: { '1': 21, phrase: { '4': 1 }, all: { '4': 6 } },
  publisher: { '1': 1018, phrase: { '4': 1 }, all: { '4': 6 } },
  year: { '1': 31 },
  callnumber: { '1': 53, begins: { '5': 1 } },
  class: { '1': 20, begins: { '5': 1 } },
  series: { '1': 5, all: { '4': 6 } },
  id: { '1': 12 },
};

const z3950Sorts: NonNullable<Z3950Input['sorts']> = {
  year: { '1': 31 },
  title: { '1': 4 },
  author: { '1': 1003 },
};

type Z3950Part = Omit<Z3950Input, 'protocol' | 'host' | 'port'>;

function z3950Of(profile: Profile): Z3950Part {
  const common = { indexes: z3950Indexes, sorts: z3950Sorts } as const;
  const limits = { pageSize: 20, connections: 2, timeoutMs: 8000, perMinute: 600 };
  switch (profile.id) {
    case 'demo-tech':
      return {
        ...common,
        database: 'innopac',
        syntax: 'opac',
        charset: 'marc-8',
        queryCharset: 'utf-8',
        records: 'marc21',
        terms: { isbn: ['plain13', 'plain10'] },
        limits,
      };
    case 'demo-pub':
      return {
        ...common,
        database: 'cn_pub',
        syntax: 'unimarc',
        charset: 'gb18030',
        records: 'cnmarc',
        terms: { isbn: ['plain10', 'plain13'] },
        holdings: {
          tag: '920',
          library: 'a',
          barcode: 'b',
          location: 'c',
          callNumber: { whole: 'd' },
        },
        limits,
      };
    case 'demo-normal':
      return {
        ...common,
        database: 'books',
        syntax: 'unimarc',
        charset: 'utf-8',
        negotiateCharset: true,
        pipeline: true,
        records: 'cnmarc',
        terms: { isbn: ['hyphen13', 'hyphen10'] },
        holdings: {
          tag: '905',
          library: 'a',
          barcode: 'b',
          location: 'c',
          callNumber: { whole: 's' },
        },
        limits,
      };
    case 'demo-arts':
      return {
        ...common,
        database: 'catalog',
        syntax: 'usmarc',
        charset: 'big5',
        records: 'marc21',
        terms: { isbn: ['hyphen10', 'hyphen13'], script: 'traditional' },
        holdings: {
          tag: '852',
          library: 'a',
          barcode: 'p',
          location: 'b',
          callNumber: { parts: ['h', 'i'], join: '/' },
        },
        limits,
      };
    default:
      return {
        ...common,
        database: 'libsys2000',
        syntax: 'unimarc',
        charset: 'gbk',
        records: 'cnmarc',
        holdings: {
          tag: '905',
          library: 'a',
          barcode: 'b',
          location: 'c',
          callNumber: { parts: ['d', 'e'], join: '/' },
        },
        limits,
      };
  }
}

const sruIndexes: NonNullable<SruInput['indexes']> = {
  any: 'cql.serverChoice',
  title: 'dc.title',
  author: 'dc.creator',
  isbn: 'bath.isbn',
  issn: 'bath.issn',
  subject: 'dc.subject',
  publisher: 'dc.publisher',
  year: 'dc.date',
  callnumber: 'local.callnumber',
  class: 'local.class',
  series: 'local.series',
  id: 'rec.id',
};

const marc21Holdings: NonNullable<SruInput['holdings']> = {
  tag: '852',
  library: 'a',
  barcode: 'p',
  location: 'b',
  callNumber: { parts: ['h', 'i'], join: '/' },
};

type SruPart = Omit<SruInput, 'protocol' | 'url'>;

function sruOf(profile: Profile): SruPart {
  const limits = { pageSize: 20, connections: 2, timeoutMs: 8000, perMinute: 600 };
  const common: SruPart = {
    charset: 'utf-8',
    indexes: sruIndexes,
    sorts: { year: 'dc.date', title: 'dc.title', author: 'dc.creator' },
    limits,
  };
  switch (profile.id) {
    case 'demo-econ':
      return { ...common, version: '1.1', recordSchema: 'marcxchange', records: 'cnmarc' };
    case 'demo-law':
      return { ...common, version: '1.2', recordSchema: 'cnmarcxml', records: 'cnmarc' };
    case 'demo-comp':
      return {
        ...common,
        version: '1.2',
        recordSchema: 'marcxml',
        records: 'marc21',
        holdings: marc21Holdings,
      };
    default:
      return {
        ...common,
        version: '2.0',
        recordSchema: 'info:srw/schema/1/marcxml-v1.1',
        records: 'marc21',
        method: 'post',
        holdings: marc21Holdings,
      };
  }
}

function xserviceOf(profile: Profile): Omit<XserviceInput, 'protocol' | 'url'> {
  const national = profile.id === 'demo-nlc';
  return {
    bases: national ? ['NLC01', 'NLC09'] : ['MED01'],
    admLibrary: national ? 'NLC50' : 'MED50',
    charset: 'utf-8',
    records: national ? 'cnmarc' : 'marc21',
    indexes: {
      any: 'WRD',
      title: 'WTI',
      author: 'WAU',
      isbn: 'ISB',
      subject: 'WSU',
      publisher: 'WPU',
      year: 'WYR',
      callnumber: 'CAL',
      class: 'CLC',
      series: 'WSE',
      id: 'SYS',
    },
    limits: { pageSize: 20, connections: 2, timeoutMs: 8000, perMinute: 600 },
  };
}

/** Huiwen's JSON search, after what its newer OPAC sends. */
function huiwen(origin: string): HttpInput {
  const box = (code: string, variable: string) => ({
    fieldList: [{ fieldCode: code, fieldValue: `{${variable}}` }],
  });
  return {
    protocol: 'http',
    url: `${origin}/opac/ajax_search_adv.php`,
    answer: 'json',
    method: 'post',
    headers: { referer: `${origin}/opac/search_adv.php`, 'x-requested-with': 'XMLHttpRequest' },
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
      type: { select: 'docTypeName', map: { 中文图书: 'book', 电子图书: 'computer' } },
    },
    holdings: {
      url: `${origin}/opac/ajax_item.php?marc_no={id}`,
      answer: 'html',
      expect: 'table#item',
      items: 'tr.whitetext',
      fields: {
        callNumber: 'td:nth-child(1)',
        barcode: 'td:nth-child(2)',
        volume: 'td:nth-child(3)',
        location: 'td:nth-child(4)',
        status: 'td:nth-child(5)',
      },
    },
    terms: { isbn: ['hyphen13', 'hyphen10'] },
    limits: { pageSize: 20, connections: 2, timeoutMs: 8000, perMinute: 600 },
  };
}

/** An old OPAC of GBK pages behind a session. */
function pages(origin: string): HttpInput {
  return {
    protocol: 'http',
    url: `${origin}/opac/search.jsp`,
    answer: 'html',
    method: 'get',
    charset: 'gbk',
    formCharset: 'gbk',
    session: { url: `${origin}/opac/`, token: 'form#enter input[name=sid]@value' },
    query: {
      sid: '{token}',
      key: '{any}',
      title: '{title}',
      author: '{author}',
      isbn: '{isbn}',
      subject: '{subject}',
      publisher: '{publisher}',
      year: '{year}',
      page: '{page}',
    },
    indexes: {
      any: 'any',
      title: 'title',
      author: 'author',
      isbn: 'isbn',
      subject: 'subject',
      publisher: 'publisher',
      year: 'year',
    },
    page: { style: 'page', first: 1 },
    pageSize: 10,
    expect: 'table#result',
    count: 'strong.count',
    records: 'tr.book',
    fields: {
      id: { select: 'td.title a@href', after: 'id=' },
      title: 'td.title a',
      edition: 'td.title span.edition',
      partNumber: 'td.title span.part',
      responsibility: 'td.author',
      place: { select: 'td.publisher', before: '：' },
      publisher: { select: 'td.publisher', after: '：' },
      date: { select: 'td.year', as: 'year' },
      isbn: { select: 'td.isbn', as: 'isbn' },
      callNumber: 'td.callno',
    },
    holdings: {
      url: `${origin}/opac/item.jsp?sid={token}&id={id}`,
      answer: 'html',
      expect: 'table#copies',
      items: 'tr.copy',
      fields: {
        callNumber: 'td.callno',
        barcode: 'td.barcode',
        location: 'td.location',
        status: 'td.status',
      },
    },
    terms: { isbn: ['hyphen13', 'hyphen10'] },
    limits: { pageSize: 20, connections: 2, timeoutMs: 8000, perMinute: 600 },
  };
}
