import { type Element, element, printElement, textElement } from '../../marc/exports/xml.ts';
import { contextSets, publicIndexes } from './indexes.ts';
import { sruVersions } from './request.ts';
import { idleSeconds } from './result-sets.ts';
import { recordSchemas } from './schemas.ts';

export const explainSchema = 'http://explain.z3950.org/dtd/2.0/';

/** Where the server was asked, and what it allows. */
export interface ExplainFacts {
  readonly host: string;
  readonly port: number;
  readonly defaultRecords: number;
  readonly maximumRecords: number;
}

/** The ZeeRex 2.0 record of this server. */
export function printExplain(facts: ExplainFacts): string {
  return printElement(
    element(
      'explain',
      [serverInfo(facts), databaseInfo(), indexInfo(), schemaInfo(), configInfo(facts)],
      { xmlns: explainSchema, authoritative: 'true' },
    ),
  );
}

function serverInfo({ host, port }: ExplainFacts): Element {
  return element(
    'serverInfo',
    [textElement('host', host), textElement('port', port), textElement('database', 'sru')],
    {
      protocol: 'SRU',
      version: sruVersions.at(-1) ?? '',
      transport: 'http',
      method: 'GET POST',
    },
  );
}

function databaseInfo(): Element {
  return element('databaseInfo', [
    textElement('title', '馆际联合检索', { lang: 'zh', primary: 'true' }),
    textElement('title', 'Guanji federated search', { lang: 'en' }),
    textElement(
      'description',
      'The catalogues of the member libraries, asked at once; editions held by several are one ' +
        'record. Counts are of merged records known so far. How each library answered stands in ' +
        'extraResponseData; x-libraries chooses libraries by id.',
      { lang: 'en', primary: 'true' },
    ),
    element('implementation', [textElement('title', 'Guanji')]),
  ]);
}

function indexInfo(): Element {
  const sets = Object.entries(contextSets).map(([name, identifier]) =>
    element('set', '', { name, identifier }),
  );
  const indexes = publicIndexes.map(({ index, zh, en, sorts, names }) =>
    element(
      'index',
      [
        textElement('title', zh, { lang: 'zh' }),
        textElement('title', en, { lang: 'en', primary: 'true' }),
        ...names.map(([set, name]) =>
          element('map', [textElement('name', name, set === null ? {} : { set })]),
        ),
      ],
      { id: index, search: 'true', scan: String(index !== 'id'), sort: String(sorts) },
    ),
  );
  return element('indexInfo', [...sets, ...indexes]);
}

function schemaInfo(): Element {
  return element(
    'schemaInfo',
    recordSchemas.map(({ name, identifier, title }) =>
      element('schema', [textElement('title', title)], {
        name,
        identifier,
        sort: 'false',
        retrieve: 'true',
      }),
    ),
  );
}

function configInfo({ defaultRecords, maximumRecords }: ExplainFacts): Element {
  const supports = (type: string, value: string) => textElement('supports', value, { type });
  return element('configInfo', [
    textElement('default', defaultRecords, { type: 'numberOfRecords' }),
    textElement('default', recordSchemas[0]?.name ?? '', { type: 'retrieveSchema' }),
    textElement('setting', maximumRecords, { type: 'maximumRecords' }),
    textElement('setting', idleSeconds, { type: 'resultSetTTL' }),
    ...['=', '==', '<', '<=', '>', '>=', '<>', 'all', 'any', 'adj', 'within', 'exact'].map(
      (relation) => supports('relation', relation),
    ),
    ...['stem', 'phonetic', 'unmasked'].map((name) => supports('relationModifier', name)),
    ...['and', 'or', 'not', 'prox'].map((name) => supports('booleanOperator', name)),
    supports('maskingCharacter', '*'),
    supports('maskingCharacter', '?'),
    supports('anchoring', '^'),
    supports('resultSets', 'true'),
  ]);
}
