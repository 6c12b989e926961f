import { childrenOf, firstChild, textOf, type XmlElement } from '../../marc/xml/tree.ts';
import { type IndexName, indexNames } from '../../query/types.ts';
import type { SruInput, Z3950Input } from '../document.ts';
import { type Bilingual, type Read, refusal } from './drafts.ts';
import { withoutCharset } from './pazpar2.ts';
import { syntaxNamed, useAttributes } from './words.ts';

/** Names of the usual context sets for each index. */
const cqlNames: Readonly<Partial<Record<IndexName, readonly string[]>>> = {
  any: ['cql.serverChoice', 'cql.anywhere', 'cql.any'],
  title: ['dc.title', 'bath.title', 'title'],
  author: ['dc.creator', 'dc.author', 'bath.author', 'author'],
  isbn: ['bath.isbn', 'isbn'],
  issn: ['bath.issn', 'issn'],
  subject: ['dc.subject', 'bath.subject', 'subject'],
  publisher: ['dc.publisher', 'publisher'],
  year: ['dc.date', 'date'],
  id: ['rec.id', 'rec.identifier'],
};

/** A ZeeRex 2.0 description, as IRSpy kept one for each target. */
export function readZeerex(root: XmlElement): Read[] {
  const explain = root.name === 'explain' ? root : firstChild(root, 'explain');
  const server = explain === null ? null : firstChild(explain, 'serverInfo');
  if (explain === null || server === null) {
    return [refusal(root.name, '没有 serverInfo', 'It has no serverInfo.')];
  }
  const host = textIn(server, 'host');
  const port = Number(textIn(server, 'port') || '210');
  const database = textIn(server, 'database') || 'Default';
  const title = textIn(firstChild(explain, 'databaseInfo'), 'title');
  const label = title || `${host}:${port}/${database}`;
  if (host === '') return [refusal(label, '没有主机名', 'It names no host.')];
  const protocol = (server.attributes.protocol ?? 'Z39.50').toUpperCase();
  const notes: Bilingual[] = [];
  if (firstChild(server, 'authentication') !== null) {
    notes.push({
      zh: '原描述要求账号；请用 userEnv 与 passwordEnv',
      en: 'It wants an account: use userEnv and passwordEnv.',
    });
  }
  if (protocol.includes('SRU') || protocol.includes('SRW')) {
    const scheme = server.attributes.transport === 'https' ? 'https' : 'http';
    const address = `${scheme}://${host}:${port}/${database}`;
    return [{ name: label, host, notes, connector: sruOf(explain, server, address) }];
  }
  if (!protocol.includes('Z39')) {
    return [
      refusal(
        label,
        `${protocol} 不是支持的协议`,
        `${protocol} is no protocol that is spoken here.`,
      ),
    ];
  }
  notes.push(withoutCharset);
  const connector = z3950Of(explain, { host, port, database });
  return [{ name: label, host, notes, connector }];
}

function textIn(element: XmlElement | null, name: string): string {
  const child = element === null ? null : firstChild(element, name);
  return child === null ? '' : textOf(child).trim();
}

/** Maps of all searchable indexes. */
function mapsOf(explain: XmlElement): XmlElement[] {
  const info = firstChild(explain, 'indexInfo');
  const indexes = info === null ? [] : childrenOf(info, 'index');
  return indexes
    .filter(({ attributes }) => attributes.search !== 'false')
    .flatMap((index) => childrenOf(index, 'map'));
}

function z3950Of(
  explain: XmlElement,
  address: { host: string; port: number; database: string },
): Z3950Input {
  const uses = new Set<number>();
  for (const map of mapsOf(explain)) {
    const attributes = childrenOf(map, 'attr');
    const [only] = attributes;
    // A map of several attributes means more than its Use attribute alone.
    if (attributes.length !== 1 || only === undefined || only.attributes.type !== '1') continue;
    uses.add(Number(textOf(only).trim()));
  }
  const indexes: NonNullable<Z3950Input['indexes']> = {};
  for (const name of indexNames) {
    const use = useAttributes[name].find((one) => uses.has(one));
    if (use !== undefined) indexes[name] = { '1': use };
  }
  const syntax = syntaxOf(explain);
  return {
    protocol: 'z3950',
    ...address,
    ...(syntax === null ? {} : { syntax }),
    ...(Object.keys(indexes).length > 0 ? { indexes } : {}),
  };
}

/** A MARC syntax among those the record lists, before any other. */
function syntaxOf(explain: XmlElement): NonNullable<Z3950Input['syntax']> | null {
  const info = firstChild(explain, 'recordInfo');
  const listed = (info === null ? [] : childrenOf(info, 'recordSyntax')).flatMap(
    ({ attributes }) => syntaxNamed(attributes.name ?? attributes.identifier ?? '') ?? [],
  );
  const wanted = ['usmarc', 'unimarc', 'xml', 'opac', 'grs-1', 'sutrs'] as const;
  return wanted.find((name) => listed.includes(name)) ?? null;
}

function sruOf(explain: XmlElement, server: XmlElement, url: string): SruInput {
  const names = new Set(
    mapsOf(explain).flatMap((map) =>
      childrenOf(map, 'name').map((name) => {
        const { set } = name.attributes;
        const local = textOf(name).trim();
        return set === undefined || local.includes('.') ? local : `${set}.${local}`;
      }),
    ),
  );
  const indexes: NonNullable<SruInput['indexes']> = {};
  for (const index of indexNames) {
    const name = cqlNames[index]?.find((one) => names.has(one));
    if (name !== undefined) indexes[index] = name;
  }
  const version = (['1.1', '1.2', '2.0'] as const).find((one) => one === server.attributes.version);
  const schemas = firstChild(explain, 'schemaInfo');
  const [schema, ...others] = schemas === null ? [] : childrenOf(schemas, 'schema');
  const only = others.length === 0 ? schema?.attributes.name : undefined;
  return {
    protocol: 'sru',
    url,
    ...(only ? { recordSchema: only } : {}),
    charset: 'utf-8',
    ...(version === undefined ? {} : { version }),
    ...(Object.keys(indexes).length > 0 ? { indexes } : {}),
  };
}
