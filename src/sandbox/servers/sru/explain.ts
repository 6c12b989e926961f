import type { Catalogue } from '../../catalogue/catalogue.ts';
import { element, escapeXml } from '../xml.ts';
import { contextSets, cqlIndexes } from './cql.ts';
import type { SruSettings } from './settings.ts';

const sortable: readonly string[] = ['title', 'author', 'year'];

/** The ZeeRex 2.0 record of a server: what it can be asked, and in what it answers. */
export function explainRecord(catalogue: Catalogue, settings: SruSettings, port: string): string {
  const { profile } = catalogue;
  const sets = Object.entries(contextSets).map(
    ([name, identifier]) => `<set name="${name}" identifier="${escapeXml(identifier)}"/>`,
  );
  const indexes = Object.entries(cqlIndexes).map(([qualified, field]) => {
    const [set = '', name = ''] = qualified.split('.');
    return (
      `<index search="true" scan="true" sort="${sortable.includes(field)}">` +
      `${element('title', field)}<map><name set="${set}">${escapeXml(name)}</name></map></index>`
    );
  });
  const schemas = settings.schemas.map(
    (schema) =>
      `<schema name="${escapeXml(schema.name)}" identifier="${escapeXml(schema.identifier)}">` +
      `${element('title', schema.title)}</schema>`,
  );
  return [
    '<explain xmlns="http://explain.z3950.org/dtd/2.0/">',
    `<serverInfo protocol="SRU" version="${settings.versions.at(-1)}" transport="http" method="GET POST">`,
    `<host>127.0.0.1</host>${element('port', port)}${element('database', settings.path.slice(1))}`,
    '</serverInfo>',
    `<databaseInfo><title lang="zh" primary="true">${escapeXml(profile.name.zh)}</title>`,
    `<title lang="en">${escapeXml(profile.name.en)}</title></databaseInfo>`,
    `<indexInfo>${sets.join('')}${indexes.join('')}</indexInfo>`,
    `<schemaInfo>${schemas.join('')}</schemaInfo>`,
    '<configInfo><default type="numberOfRecords">10</default>',
    `<setting type="maximumRecords">${profile.pageCap}</setting>`,
    '<supports type="relation">exact all any within</supports>',
    '<supports type="anchoring"/><supports type="maskingCharacter">*</supports></configInfo>',
    '</explain>',
  ].join('');
}
