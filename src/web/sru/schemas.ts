import { dublinCoreOf } from '../../marc/exports/dublin-core.ts';
import type { ExportDialect, ExportSource } from '../../marc/exports/index.ts';
import { modsOf } from '../../marc/exports/mods.ts';
import { element, printElement } from '../../marc/exports/xml.ts';
import { printMarcXml } from '../../marc/formats/marcxml.ts';
import type { BibRecord } from '../../marc/record.ts';
import { SruDiagnostic } from './diagnostics.ts';

/** A form records are given in. */
export interface RecordSchema {
  readonly name: string;
  readonly identifier: string;
  readonly title: string;
  /** Other names clients ask for it by, in lower case. */
  readonly aliases: readonly string[];
  /** The dialect of MARC its records are prepared in; null where none is needed. */
  readonly dialect: Exclude<ExportDialect, 'source'> | null;
  print(source: ExportSource): string;
}

function marcSchema(
  about: Omit<RecordSchema, 'print'>,
  namespace: string | undefined,
): RecordSchema {
  const options = namespace === undefined ? {} : { namespace };
  return {
    ...about,
    print: ({ marc }) => {
      if (marc === null) throw new TypeError(`A record for ${about.name} was prepared as no MARC.`);
      return printMarcXml(marc, options);
    },
  };
}

/** The first is given where none is asked for. Names and namespaces of the MARC dialects are Alma's. */
export const recordSchemas: readonly RecordSchema[] = [
  marcSchema(
    {
      name: 'marcxml',
      identifier: 'info:srw/schema/1/marcxml-v1.1',
      title: 'MARC 21 as MARCXML',
      aliases: ['marc21', 'marc21-xml', 'http://www.loc.gov/marc21/slim'],
      dialect: 'marc21',
    },
    undefined,
  ),
  marcSchema(
    {
      name: 'unimarcxml',
      identifier: 'info:srw/schema/8/unimarcxml-v0.1',
      title: 'UNIMARC in the elements of MARCXML',
      aliases: ['unimarc'],
      dialect: 'unimarc',
    },
    'info:srw/schema/8/unimarcxml-v0.1',
  ),
  marcSchema(
    {
      name: 'cnmarcxml',
      identifier: 'info:srw/schema/8/cnmarcxml-v0.1',
      title: 'CNMARC in the elements of MARCXML',
      aliases: ['cnmarc', 'http://www.nlc.cn/'],
      dialect: 'cnmarc',
    },
    'http://www.nlc.cn/',
  ),
  {
    name: 'dc',
    identifier: 'info:srw/schema/1/dc-v1.1',
    title: 'Dublin Core',
    aliases: ['info:srw/schema/1/dc-schema', 'info:sru/schema/1/dc-v1.1'],
    dialect: null,
    print: ({ record }) => printDublinCore(record),
  },
  {
    name: 'mods',
    identifier: 'info:srw/schema/1/mods-v3.7',
    title: 'MODS 3.7',
    aliases: ['mods3', 'http://www.loc.gov/mods/v3', 'info:srw/schema/1/mods-v3'],
    dialect: null,
    print: ({ record }) => printElement(modsOf(record)),
  },
];

/** The schema of a short name or an identifier; diagnostic 66 for an unknown one. */
export function schemaOf(asked: string): RecordSchema {
  const wanted = asked.trim().toLowerCase();
  // Every 3.x of MODS asks for elements that 3.7 has too.
  const plain = wanted.replace(/^(info:srw\/schema\/1\/mods-v3)\.\d+$/, '$1');
  const found = recordSchemas.find(
    ({ name, identifier, aliases }) =>
      wanted === name || wanted === identifier || aliases.includes(plain),
  );
  const schema = wanted === '' ? recordSchemas[0] : found;
  if (schema === undefined) throw new SruDiagnostic(66, asked.slice(0, 200));
  return schema;
}

/** The fifteen elements under the root that SRU gives them (info:srw/schema/1/dc-schema). */
function printDublinCore(record: BibRecord): string {
  const { content } = dublinCoreOf(record);
  const number = record.controlNumber;
  const identifier = number === null ? [] : [element('dc:identifier', number)];
  return printElement(
    element('srw_dc:dc', typeof content === 'string' ? content : [...content, ...identifier], {
      'xmlns:srw_dc': 'info:srw/schema/1/dc-schema',
      'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
    }),
  );
}
