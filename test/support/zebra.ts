import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isControlField, type MarcRecord } from '../../src/marc/types.ts';
import { cnmarcCatalogue, marc21Catalogue } from './catalogue.ts';
import { freePorts, type Running, runProgram, startProgram } from './processes.ts';
import { scratchFolder } from './scratch.ts';

/** One way of talking to the server: the charset of its MARC records, and of the terms it is sent. */
export interface ZebraDoor {
  readonly port: number;
  readonly recordCharset: string;
  readonly queryCharset: string;
  /** SRU 1.1 and 1.2 address of a database; add the query string. */
  sru(database: string): string;
}

export interface ZebraServer<Name extends string = 'latin' | 'chinese'> extends Running {
  readonly host: string;
  readonly doors: {
    readonly utf8: ZebraDoor;
    readonly marc8: ZebraDoor;
    readonly gb18030: ZebraDoor;
  };
  /** What each database holds; without a choice `latin` MARC 21 and `chinese` CNMARC. */
  readonly databases: Readonly<Record<Name, MarcRecord[]>>;
}

const charsets = {
  utf8: { records: 'utf-8', terms: 'utf-8' },
  marc8: { records: 'marc-8', terms: 'utf-8' },
  gb18030: { records: 'gb18030', terms: 'gb18030' },
} as const;

/**
 * A real Zebra with an index of its own, behind YAZ's front end: Z39.50 and SRU on three ports
 * that differ in charset. Words and phrases go through ICU, so that Chinese is found character by character.
 */
export async function startZebra(): Promise<ZebraServer>;
export async function startZebra<Name extends string>(
  databases: Readonly<Record<Name, MarcRecord[]>>,
): Promise<ZebraServer<Name>>;
export async function startZebra(
  databases: Readonly<Record<string, MarcRecord[]>> = {
    latin: marc21Catalogue(),
    chinese: cnmarcCatalogue(),
  },
): Promise<ZebraServer<string>> {
  const folder = await scratchFolder('zebra');
  const ports = await freePorts(3);
  const [utf8 = 0, marc8 = 0, gb18030 = 0] = ports;
  try {
    await writeSettings(folder, { utf8, marc8, gb18030 });
    for (const [name, records] of Object.entries(databases)) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'records.xml'), collection(records));
    }
    await runProgram('zebraidx', ['-c', 'zebra.cfg', 'init'], { cwd: folder });
    for (const name of Object.keys(databases)) {
      await runProgram('zebraidx', ['-c', 'zebra.cfg', '-d', name, 'update', name], {
        cwd: folder,
      });
    }
    const running = await startProgram('zebrasrv', ['-S', '-f', 'server.xml'], {
      cwd: folder,
      ports,
    });
    return {
      pid: running.pid,
      host: '127.0.0.1',
      doors: {
        utf8: door('utf8', utf8),
        marc8: door('marc8', marc8),
        gb18030: door('gb18030', gb18030),
      },
      databases,
      async stop() {
        await running.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function door(name: keyof typeof charsets, port: number): ZebraDoor {
  return {
    port,
    recordCharset: charsets[name].records,
    queryCharset: charsets[name].terms,
    sru: (database) => `http://127.0.0.1:${port}/${database}`,
  };
}

async function writeSettings(folder: string, ports: Record<keyof typeof charsets, number>) {
  for (const name of ['register', 'lock', 'tmp']) await mkdir(join(folder, name));
  const files: Record<string, string> = {
    'zebra.cfg': zebraSettings,
    'index.idx': indexTypes,
    'words.xml': icuChain('<tokenize rule="l"/>'),
    'phrases.xml': icuChain(''),
    'dom.xml': domFilter,
    'index.xsl': indexStylesheet,
    'identity.xsl': identityStylesheet,
    'cql.properties': cqlMap,
    'server.xml': serverSettings(ports),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}

const zebraSettings = `profilePath: .:/usr/share/idzebra-2.0/tab
register: register:50M
lockDir: lock
setTmpDir: tmp
keyTmpDir: tmp
attset: bib1.att
recordType: dom.dom.xml
recordId: (bib1,Local-number)
encoding: utf-8
index: index.idx
storeKeys: 1
storeData: 1
`;

const indexTypes = `index w
completeness 0
position 1
alwaysmatches 1
firstinfield 1
icuchain words.xml
index p
completeness 1
firstinfield 1
icuchain phrases.xml
sort s
completeness 1
charmap string.chr
`;

const icuChain = (tokens: string) => `<icu_chain locale="en">
  <transform rule="[:Control:] Any-Remove"/>
  ${tokens}
  <transform rule="[[:WhiteSpace:][:Punctuation:]] Remove"/>
  <transform rule="NFD; [:Nonspacing Mark:] Remove; NFC"/>
  <display/>
  <casemap rule="l"/>
</icu_chain>
`;

const domFilter = `<dom xmlns="http://indexdata.com/zebra-2.0">
  <input name="marc" syntax="xml"><xmlreader level="1"/></input>
  <extract name="index"><xslt stylesheet="index.xsl"/></extract>
  <retrieve name="F"><xslt stylesheet="identity.xsl"/></retrieve>
  <retrieve name="marcxml"><xslt stylesheet="identity.xsl"/></retrieve>
  <retrieve><xslt stylesheet="identity.xsl"/></retrieve>
</dom>
`;

const identityStylesheet = `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template match="@*|node()"><xsl:copy><xsl:apply-templates select="@*|node()"/></xsl:copy></xsl:template>
</xsl:stylesheet>
`;

const indexStylesheet = `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:z="http://indexdata.com/zebra-2.0" xmlns:m="http://www.loc.gov/MARC21/slim">
  <xsl:template match="text()"/>
  <xsl:template match="m:record">
    <z:record z:id="{m:controlfield[@tag='001']}"><xsl:apply-templates/></z:record>
  </xsl:template>
  <xsl:template match="m:controlfield[@tag='001']">
    <z:index name="Local-number:w Local-number:p"><xsl:value-of select="."/></z:index>
  </xsl:template>
  <xsl:template match="m:datafield[@tag='245' or @tag='200']">
    <z:index name="Any:w Any:p Title:w Title:p Title:s"><xsl:value-of select="m:subfield[@code='a']"/></z:index>
    <z:index name="Any:w Title:w"><xsl:value-of select="m:subfield[@code='b' or @code='h']"/></z:index>
  </xsl:template>
  <xsl:template match="m:datafield[@tag='100' or @tag='701']/m:subfield[@code='a']">
    <z:index name="Any:w Author:w Author:p Author:s"><xsl:value-of select="."/></z:index>
  </xsl:template>
  <xsl:template match="m:datafield[@tag='650' or @tag='606']/m:subfield[@code='a']">
    <z:index name="Any:w Subject-heading:w Subject-heading:p"><xsl:value-of select="."/></z:index>
  </xsl:template>
  <xsl:template match="m:datafield[@tag='260' or @tag='210']">
    <z:index name="Any:w Publisher:w"><xsl:value-of select="m:subfield[@code='b' or @code='c'][1]"/></z:index>
    <xsl:variable name="date" select="m:subfield[@code='c' or @code='d'][last()]"/>
    <z:index name="Date-of-publication:w Date-of-publication:s"><xsl:value-of select="substring($date, 1, 4)"/></z:index>
  </xsl:template>
</xsl:stylesheet>
`;

/** How CQL becomes RPN in front of a YAZ server. */
export const cqlMap = `set.cql = info:srw/cql-context-set/1/cql-v1.1
set.dc = info:srw/cql-context-set/1/dc-v1.1
set.rec = info:srw/cql-context-set/2/rec-1.1
index.cql.serverChoice = 1=1016
index.cql.allRecords = 1=_ALLRECORDS 2=103
index.dc.title = 1=4
index.dc.creator = 1=1003
index.dc.author = 1=1003
index.dc.subject = 1=21
index.dc.publisher = 1=1018
index.dc.date = 1=31
index.rec.id = 1=12
relation.< = 2=1
relation.le = 2=2
relation.eq = 2=3
relation.scr = 2=3
relation.exact = 2=3
relation.ge = 2=4
relation.> = 2=5
relation.all = 2=3
relation.any = 2=3
relation.= = 2=3
position.first = 3=1 6=1
position.any = 3=3 6=1
position.firstAndLast = 3=1 6=3
structure.exact = 4=1
structure.all = 4=2
structure.any = 4=2
structure.* = 4=1
truncation.right = 5=1
truncation.left = 5=2
truncation.both = 5=3
truncation.none = 5=100
always =
`;

function serverSettings(ports: Record<keyof typeof charsets, number>): string {
  const names = Object.keys(charsets) as (keyof typeof charsets)[];
  const listeners = names
    .map((name) => `<listen id="${name}">tcp:127.0.0.1:${ports[name]}</listen>`)
    .join('\n  ');
  return `<yazgfs>
  ${listeners}
  ${names.map((name) => oneServer(name, ports[name])).join('\n  ')}
</yazgfs>
`;
}

function oneServer(name: keyof typeof charsets, port: number): string {
  const { records, terms } = charsets[name];
  const asMarc = (syntax: string) => `<retrieval syntax="${syntax}">
        <backend syntax="xml" name="F">
          <marc inputformat="xml" outputformat="marc" outputcharset="${records}"/>
        </backend>
      </retrieval>`;
  return `<server id="${name}" listenref="${name}">
    <config>zebra.cfg</config>
    <cql2rpn>cql.properties</cql2rpn>
    <client_query_charset>${terms}</client_query_charset>
    ${explain(port)}
    <retrievalinfo>
      ${asMarc('usmarc')}
      ${asMarc('unimarc')}
      <retrieval syntax="xml" name="marcxml" identifier="info:srw/schema/1/marcxml-v1.1"/>
      <retrieval syntax="xml" name="F"/>
      <retrieval syntax="xml"/>
    </retrievalinfo>
  </server>`;
}

function explain(port: number): string {
  const indexes = ['title', 'creator', 'subject', 'publisher', 'date'].map(
    (name) =>
      `<index search="true" scan="true"><title>${name}</title><map><name set="dc">${name}</name></map></index>`,
  );
  return `<explain xmlns="http://explain.z3950.org/dtd/2.0/">
      <serverInfo protocol="SRW/SRU/Z39.50">
        <host>127.0.0.1</host><port>${port}</port><database>latin</database>
      </serverInfo>
      <databaseInfo><title>Invented records</title></databaseInfo>
      <indexInfo>
        <set identifier="info:srw/cql-context-set/1/dc-v1.1" name="dc"/>
        ${indexes.join('\n        ')}
      </indexInfo>
      <schemaInfo>
        <schema identifier="info:srw/schema/1/marcxml-v1.1" name="marcxml" retrieve="true"><title>MARCXML</title></schema>
      </schemaInfo>
    </explain>`;
}

function collection(records: readonly MarcRecord[]): string {
  return `<collection xmlns="http://www.loc.gov/MARC21/slim">\n${records.map(element).join('\n')}\n</collection>\n`;
}

function element(record: MarcRecord): string {
  const fields = record.fields.map((field) => {
    if (isControlField(field)) {
      return `<controlfield tag="${field.tag}">${escaped(field.value)}</controlfield>`;
    }
    const subfields = field.subfields.map(
      ({ code, value }) => `<subfield code="${code}">${escaped(value)}</subfield>`,
    );
    return `<datafield tag="${field.tag}" ind1="${field.ind1}" ind2="${field.ind2}">${subfields.join('')}</datafield>`;
  });
  return `<record><leader>${escaped(record.leader)}</leader>${fields.join('')}</record>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
