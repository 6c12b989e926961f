import { resolveIndex } from '../../query/index.ts';
import type { SruInput, Z3950Input } from '../document.ts';
import { type Bilingual, type Read, refusal } from './drafts.ts';
import { withoutCharset } from './pazpar2.ts';
import { charsetNamed, syntaxNamed } from './words.ts';

type Row = Readonly<Record<string, unknown>>;

const textOf = (row: Row, name: string): string => {
  const value = row[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
};

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Rows of Koha's table z3950servers, as its sample data files hold them; null for another document. */
export function readKoha(value: unknown): Read[] | null {
  const tables = isRow(value) ? value.tables : undefined;
  if (!Array.isArray(tables)) return null;
  const rows = tables.flatMap((table) => {
    const servers = isRow(table) ? table.z3950servers : undefined;
    const list = isRow(servers) ? servers.rows : undefined;
    return Array.isArray(list) ? list.filter(isRow) : [];
  });
  return rows.length === 0 ? null : rows.map(readRow);
}

function readRow(row: Row): Read {
  const host = textOf(row, 'host');
  const name = textOf(row, 'servername') || host;
  if (host === '') return refusal(name, '没有主机名', 'It names no host.');
  if (textOf(row, 'recordtype') === 'authority') {
    return refusal(
      name,
      '规范库，不是书目库',
      'It holds authority records, not bibliographic ones.',
    );
  }
  const notes: Bilingual[] = [];
  if (textOf(row, 'userid') || textOf(row, 'password')) {
    notes.push({
      zh: '原设置带账号；请用 userEnv 与 passwordEnv',
      en: 'It came with an account: use userEnv and passwordEnv.',
    });
  }
  if (textOf(row, 'add_xslt'))
    notes.push({ zh: '样式表不导入', en: 'Style sheets are not taken over.' });
  const connector =
    textOf(row, 'servertype') === 'sru' ? kohaSru(row, host) : kohaZ3950(row, host, notes);
  return { name, host, notes, connector };
}

function kohaZ3950(row: Row, host: string, notes: Bilingual[]): Z3950Input {
  const syntax = syntaxNamed(textOf(row, 'syntax'));
  const charset = charsetNamed(textOf(row, 'encoding'));
  if (charset === null) notes.push(withoutCharset);
  return {
    protocol: 'z3950',
    host,
    port: Number(textOf(row, 'port') || '210'),
    database: textOf(row, 'db') || 'Default',
    ...(syntax === null ? {} : { syntax }),
    ...(charset === null ? {} : { charset }),
  };
}

/** `title=dc.title,isbn=bath.isbn,srchany=cql.anywhere`. */
function kohaSru(row: Row, host: string): SruInput {
  const indexes: NonNullable<SruInput['indexes']> = {};
  for (const pair of textOf(row, 'sru_fields').split(',')) {
    const [field = '', name = ''] = pair.split('=', 2).map((part) => part.trim());
    const index = field === 'srchany' ? 'any' : resolveIndex(field);
    if (index !== null && name !== '') indexes[index] ??= name;
  }
  const scheme = textOf(row, 'port') === '443' ? 'https' : 'http';
  return {
    protocol: 'sru',
    url: `${scheme}://${host}:${textOf(row, 'port') || '80'}/${textOf(row, 'db')}`,
    version: '1.1',
    charset: 'utf-8',
    ...(Object.keys(indexes).length > 0 ? { indexes } : {}),
  };
}

/** Index names of Ex Libris Alma. */
const almaIndexes = {
  any: 'alma.all_for_ui',
  title: 'alma.title',
  author: 'alma.creator',
  isbn: 'alma.isbn',
  issn: 'alma.issn',
  subject: 'alma.subjects',
  year: 'alma.main_pub_date',
  id: 'alma.mms_id',
} as const;

/** A table of libraries by their sign, each with a name and an SRU address; null for another document. */
export function readSruTable(value: unknown): Read[] | null {
  if (!isRow(value)) return null;
  const entries = Object.entries(value).filter(
    (entry): entry is [string, Row] => isRow(entry[1]) && 'sru' in entry[1],
  );
  if (entries.length === 0) return null;
  return entries.map(([sign, row]) => {
    const name = textOf(row, 'name') || sign;
    const address = textOf(row, 'sru');
    if (!URL.canParse(address)) return refusal(name, 'SRU 地址无效', 'The SRU address is none.');
    const isAlma = /\/view\/sru\//.test(address);
    const notes =
      row.holdings === false ? [{ zh: '该目标没有馆藏数据', en: 'It has no holdings.' }] : [];
    const connector: SruInput = {
      protocol: 'sru',
      url: address,
      charset: 'utf-8',
      ...(isAlma ? { version: '1.2', recordSchema: 'marcxml', indexes: { ...almaIndexes } } : {}),
    };
    return { name, host: hostOf(address), notes, connector };
  });
}

/** An Alma host serves many libraries: the institution's code tells them apart. */
function hostOf(address: string): string {
  const { hostname, pathname } = new URL(address);
  const institution = /\/view\/sru\/([^/]+)/.exec(pathname)?.[1];
  return institution === undefined ? hostname : `alma-${institution}`;
}
