import { escapeXml } from '../../marc/formats/xml-print.ts';
import type { AttributeEntry } from '../../query/types.ts';
import type { CommonSettings, SruSettings, Z3950Settings } from '../document.ts';
import type { ExportableLibrary } from './targets.ts';

const syntaxes = {
  usmarc: '1.2.840.10003.5.10',
  unimarc: '1.2.840.10003.5.1',
  xml: '1.2.840.10003.5.109.10',
  opac: '1.2.840.10003.5.102',
  sutrs: '1.2.840.10003.5.101',
  'grs-1': '1.2.840.10003.5.105',
} as const;

/** A ZeeRex 2.0 description of each database of a library. */
export function printZeerex({ name, connector }: ExportableLibrary): readonly string[] {
  if (connector.protocol === 'sru') return [sruDescription(name, connector)];
  return connector.databases.map((database) => z3950Description(name, connector, database));
}

function z3950Description(
  name: ExportableLibrary['name'],
  connector: Z3950Settings,
  database: Z3950Settings['databases'][number],
): string {
  const { host = '', port, auth, elementSet } = connector;
  const syntax = syntaxes[database.syntax ?? connector.syntax];
  return description([
    '  <serverInfo protocol="Z39.50" version="3">',
    ...place(host, String(port), database.name),
    ...(auth.kind === 'anonymous' ? [] : ['    <authentication/>']),
    '  </serverInfo>',
    ...databaseInfo(name),
    ...indexInfo(connector, (entry) => {
      const use = typeof entry === 'string' ? undefined : entry['1'];
      return use === undefined
        ? null
        : `<attr type="1" set="bib-1">${escapeXml(String(use))}</attr>`;
    }),
    '  <recordInfo>',
    `    <recordSyntax identifier="${syntax}"><elementSet name="${escapeXml(elementSet)}"/></recordSyntax>`,
    '  </recordInfo>',
  ]);
}

function sruDescription(name: ExportableLibrary['name'], connector: SruSettings): string {
  const { hostname, port, protocol, pathname } = new URL(connector.url ?? '');
  const transport = protocol.slice(0, -1);
  const known = port || (transport === 'https' ? '443' : '80');
  return description([
    `  <serverInfo protocol="SRU" version="${connector.version}" transport="${transport}" method="${connector.method}">`,
    ...place(hostname, known, pathname.slice(1)),
    '  </serverInfo>',
    ...databaseInfo(name),
    ...indexInfo(connector, (entry) => (typeof entry === 'string' ? indexName(entry) : null)),
    '  <schemaInfo>',
    `    <schema name="${escapeXml(connector.recordSchema)}"><title>${escapeXml(connector.recordSchema)}</title></schema>`,
    '  </schemaInfo>',
  ]);
}

function description(lines: readonly string[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<explain xmlns="http://explain.z3950.org/dtd/2.0/">',
    ...lines,
    '</explain>',
    '',
  ].join('\n');
}

const place = (host: string, port: string, database: string) => [
  `    <host>${escapeXml(host)}</host>`,
  `    <port>${escapeXml(port)}</port>`,
  `    <database>${escapeXml(database)}</database>`,
];

function databaseInfo({ zh, en }: ExportableLibrary['name']): readonly string[] {
  const english = en ? [`    <title lang="en">${escapeXml(en)}</title>`] : [];
  const chinese = `    <title lang="zh" primary="true">${escapeXml(zh)}</title>`;
  return ['  <databaseInfo>', chinese, ...english, '  </databaseInfo>'];
}

function indexInfo(
  { indexes }: Pick<CommonSettings, 'indexes'>,
  mapOf: (entry: AttributeEntry | string) => string | null,
): readonly string[] {
  const lines = Object.entries(indexes).flatMap(([name, given]) => {
    const first = (Array.isArray(given) ? given[0] : given) as AttributeEntry | string | undefined;
    const map = first === undefined ? null : mapOf(first);
    if (map === null) return [];
    return [`    <index search="true"><title lang="en">${name}</title><map>${map}</map></index>`];
  });
  return ['  <indexInfo>', ...lines, '  </indexInfo>'];
}

/** `dc.title` is the name `title` of the set `dc`. */
function indexName(name: string): string {
  const [, set, local] = /^([^.]+)\.(.+)$/.exec(name) ?? [];
  if (set === undefined || local === undefined) return `<name>${escapeXml(name)}</name>`;
  return `<name set="${escapeXml(set)}">${escapeXml(local)}</name>`;
}
