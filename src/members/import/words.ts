import type { QueryCharset, RecordCharset } from '../../marc/types.ts';
import { queryCharsets, recordCharsets } from '../../marc/types.ts';
import type { AttributeEntry, IndexName } from '../../query/types.ts';

/** Charsets by the names that target lists use. */
const charsetNames: Readonly<Record<string, RecordCharset>> = {
  utf8: 'utf-8',
  utf16: 'utf-8',
  marc8: 'marc-8',
  marc8s: 'marc-8',
  iso5426: 'iso-5426',
  iso88591: 'iso-8859-1',
  latin1: 'iso-8859-1',
  gb2312: 'gb2312',
  gbk: 'gbk',
  gb18030: 'gb18030',
  big5: 'big5',
  windows1251: 'windows-1251',
  windows1252: 'windows-1252',
  koi8r: 'koi8-r',
};

export function charsetNamed(name: string): RecordCharset | null {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const known = charsetNames[plain];
  if (known !== undefined) return known;
  return recordCharsets.find((one) => one.replace(/[^a-z0-9]/g, '') === plain) ?? null;
}

export function queryCharsetNamed(name: string): QueryCharset | null {
  const charset = charsetNamed(name);
  return queryCharsets.find((one) => one === charset) ?? null;
}

type Syntax = 'usmarc' | 'unimarc' | 'xml' | 'opac' | 'sutrs' | 'grs-1';

const syntaxNames: Readonly<Record<string, Syntax>> = {
  usmarc: 'usmarc',
  marc21: 'usmarc',
  marc: 'usmarc',
  normarc: 'usmarc',
  danmarc: 'usmarc',
  unimarc: 'unimarc',
  intermarc: 'unimarc',
  xml: 'xml',
  opac: 'opac',
  sutrs: 'sutrs',
  grs1: 'grs-1',
};

/** A record syntax by name or object identifier, as `1.2.840.10003.5.1 -- UNIMARC`. */
export function syntaxNamed(text: string): Syntax | null {
  const oid = /1\.2\.840\.10003\.5\.(\d+)/.exec(text)?.[1];
  if (oid !== undefined) {
    const byOid: Readonly<Record<string, Syntax>> = {
      '1': 'unimarc',
      '10': 'usmarc',
      '101': 'sutrs',
      '102': 'opac',
      '105': 'grs-1',
      '109': 'xml',
    };
    return byOid[oid] ?? null;
  }
  return syntaxNames[text.toLowerCase().replace(/[^a-z0-9]/g, '')] ?? null;
}

/** Indexes by the CCL qualifiers that target lists use. */
export const cclIndexes: Readonly<Record<string, IndexName>> = {
  term: 'any',
  ti: 'title',
  au: 'author',
  su: 'subject',
  isbn: 'isbn',
  issn: 'issn',
  date: 'year',
  pu: 'publisher',
};

/** A CCL qualifier (`u=4 s=al t=l,r 2=102`) as attributes, or as an index name of SRU; null for neither. */
export function cclAttributes(text: string): AttributeEntry | string | null {
  const entry: Record<string, AttributeEntry[string]> = {};
  for (const [, key = '', value = ''] of text.matchAll(/([a-z]|[1-6])=([^\s]+)/gi)) {
    if (key === 'u' || key === '1') {
      if (!/^\d{1,5}$/.test(value)) return value;
      entry['1'] = Number(value);
    } else if (/^[2-6]$/.test(key) && /^\d{1,5}$/.test(value)) entry[key] = Number(value);
    else if (key === 't' && value.split(',').includes('r')) entry.begins = { '5': 1 };
    else if (key === 's' && value === 'ph') entry.phrase = { '4': 1 };
  }
  return entry['1'] === undefined ? null : entry;
}

/** Use attributes of bib-1 by the index they stand for, the one that a draft prefers first. */
export const useAttributes: Readonly<Record<IndexName, readonly number[]>> = {
  any: [1016, 1035, 1017],
  title: [4],
  author: [1003, 1],
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
