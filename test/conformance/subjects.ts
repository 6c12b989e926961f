import type { ConnectorInput, LibraryInput } from '../../src/members/document.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import type { YazServer } from '../support/yaz.ts';
import type { ZebraServer } from '../support/zebra.ts';
import type { Subject } from './connectors.ts';
import type { RecordForm } from './record-forms.ts';

const host = '127.0.0.1';
const nothing = 'title = nosuchword';

/** A Use attribute that no server has, on an index that may not go without. */
const noSuchAttribute: Subject['refused'] = {
  connector: { indexes: { series: { '1': 9999 } } },
  asked: 'series = nosuch',
  code: 'unsupported',
  reason: /^bib1_114$/,
};
/** An index that cannot be read as one; a name that is only unknown would be looked up in the explain record. */
const brokenIndex: Subject['refused'] = {
  connector: { indexes: { title: 'no such', any: 'no such' } },
  code: 'unsupported',
  reason: /^sru_10$/,
};

/** Zebra through its three doors, which differ in charset, over both of its protocols. */
export function zebraSubjects({ doors }: ZebraServer): Subject[] {
  const chinese = { found: 'title = 化学工程', hits: 20, nothing };
  const latin = { found: 'title = volume', hits: 60, nothing };
  const charsets = [
    { name: 'UTF-8', door: doors.utf8, charset: 'utf-8', queryCharset: 'utf-8' },
    { name: 'GB18030', door: doors.gb18030, charset: 'gb18030', queryCharset: 'gb18030' },
    { name: 'MARC-8', door: doors.marc8, charset: 'marc-8', queryCharset: 'utf-8' },
  ] as const;
  const byCharset = charsets.flatMap(({ name, door, charset, queryCharset }): Subject[] => {
    const questions = charset === 'marc-8' ? latin : chinese;
    const database = charset === 'marc-8' ? 'latin' : 'chinese';
    const syntax = charset === 'marc-8' ? 'usmarc' : 'unimarc';
    const terms = { charset, queryCharset } as const;
    return [
      {
        name: `Zebra over Z39.50, ${name}`,
        port: door.port,
        connector: (port) => ({ protocol: 'z3950', host, port, database, syntax, ...terms }),
        framing: 'ber',
        form: 'iso2709',
        ...questions,
        refused: noSuchAttribute,
      },
      ...(['1.1', '1.2'] as const).map(
        (version): Subject => ({
          name: `Zebra over SRU ${version}, ${name}`,
          port: door.port,
          connector: (port) => ({
            protocol: 'sru',
            url: `http://${host}:${port}/${database}`,
            version,
            recordSchema: 'marcxml',
          }),
          framing: 'http',
          form: 'xml',
          ...questions,
          refused: brokenIndex,
        }),
      ),
    ];
  });
  return [...byCharset, ...zebraWays(doors.utf8.port)];
}

/** Other ways of asking the same Zebra over Z39.50. */
function zebraWays(port: number): Subject[] {
  const shared = {
    port,
    framing: 'ber',
    found: 'title = 化学工程',
    hits: 20,
    nothing,
    refused: noSuchAttribute,
  } as const;
  const settings = { protocol: 'z3950', host, database: 'chinese', charset: 'utf-8' } as const;
  return [
    {
      name: 'Zebra over Z39.50, Init and Search in one write',
      ...shared,
      connector: (port) => ({ ...settings, port, syntax: 'unimarc', pipeline: true }),
      form: 'iso2709',
    },
    {
      name: 'Zebra over Z39.50, no records beside the count',
      ...shared,
      connector: (port) => ({ ...settings, port, syntax: 'unimarc', piggyback: false }),
      form: 'iso2709',
    },
    {
      name: 'Zebra over Z39.50, records in XML',
      ...shared,
      connector: (port) => ({ ...settings, port, syntax: 'xml' }),
      form: 'xml',
    },
  ];
}

/** YAZ's test server, which finds as many records as the number it is asked for. */
export function yazSubjects({ port }: YazServer): Subject[] {
  const counted = { port, found: 'title = 25', hits: 25, nothing: 'title = 0' };
  return [
    {
      name: 'yaz-ztest over Z39.50',
      ...counted,
      connector: (port) => ({
        protocol: 'z3950',
        host,
        port,
        database: 'Default',
        syntax: 'usmarc',
        charset: 'marc-8',
        queryCharset: 'utf-8',
      }),
      framing: 'ber',
      form: 'iso2709',
      refused: {
        connector: { database: 'nosuch' },
        code: 'malformed',
        reason: /^bib1_109$/,
      },
    },
    {
      name: 'yaz-ztest over SRU 2.0',
      ...counted,
      connector: (port) => ({
        protocol: 'sru',
        url: `http://${host}:${port}/Default`,
        version: '2.0',
        recordSchema: 'marcxml',
      }),
      framing: 'http',
      form: 'xml',
      refused: brokenIndex,
    },
  ];
}

/** Every library of the demonstration consortium. */
export function sandboxSubjects({ documents }: Sandbox): Subject[] {
  return documents.map(({ id, connector }: LibraryInput): Subject => {
    const port = portOf(connector);
    return {
      name: `${id} over ${connector.protocol}`,
      port,
      connector: (other) => movedTo(connector, port, other),
      framing: connector.protocol === 'z3950' ? 'ber' : 'http',
      form: formOf(connector),
      found: 'any = 教育',
      nothing,
      refused: refusalOf(connector),
    };
  });
}

function portOf(connector: ConnectorInput): number {
  if (connector.protocol === 'z3950') return connector.port ?? 0;
  return Number(new URL(connector.url ?? '').port);
}

/** The same connector with every address of the server on another port. */
function movedTo(connector: ConnectorInput, from: number, to: number): ConnectorInput {
  if (connector.protocol === 'z3950') return { ...connector, port: to };
  const text = JSON.stringify(connector).replaceAll(`${host}:${from}`, `${host}:${to}`);
  return JSON.parse(text) as ConnectorInput;
}

function formOf(connector: ConnectorInput): RecordForm {
  switch (connector.protocol) {
    case 'z3950':
      return 'iso2709';
    case 'sru':
      return 'xml';
    case 'xservice':
      return 'oai-marc';
    case 'http':
      return connector.answer === 'html' ? 'html' : 'json';
  }
}

function refusalOf(connector: ConnectorInput): Subject['refused'] {
  switch (connector.protocol) {
    case 'z3950':
      return noSuchAttribute;
    case 'sru':
      return brokenIndex;
    case 'xservice':
      return {
        connector: { indexes: { series: 'NOSUCH' } },
        asked: 'series = nosuch',
        code: 'unsupported',
        reason: /^x_query$/,
      };
    // A catalogue without a protocol has no diagnostics: another page than the list is its refusal.
    case 'http':
      return {
        connector: { expect: connector.answer === 'html' ? 'table#nosuch' : 'nosuch' },
        code: 'malformed',
        reason: /./,
      };
  }
}
