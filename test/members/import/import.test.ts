import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { checkLibrary } from '../../../src/members/check.ts';
import { type Imported, importTargets } from '../../../src/members/import/index.ts';
import { runProgram } from '../../support/processes.ts';
import { corpus, withoutCorpus, withoutPrograms } from '../../support/requirements.ts';

const imported = (text: string): Imported => importTargets(Buffer.from(text));
const only = (text: string) => {
  const { drafts, refused } = imported(text);
  if (drafts.length !== 1 || drafts[0] === undefined) throw new Error(JSON.stringify(refused));
  return drafts[0];
};

t.test('Pazpar2: what is said of one target goes before what is said of all', async (t) => {
  const { drafts, format } = imported(`<settings target="*">
    <set name="pz:cclmap:ti" value="u=4 s=al t=l,r"/>
    <set name="pz:requestsyntax" value="marc21"/>
    <set name="pz:nativesyntax" value="iso2709;utf-8"/>
    <set target="z.example.org:2100/books" name="pz:name" value="Example"/>
    <set target="z.example.org:2100/books" name="pz:requestsyntax" value="unimarc"/>
    <set target="z.example.org:2100/*" name="pz:piggyback" value="0"/>
    <set target="z.example.org:2100/maps" name="pz:name" value="Maps"/>
  </settings>`);
  t.equal(format, 'pazpar2');
  t.match(drafts[0]?.input, {
    id: 'example-org',
    code: '000000',
    name: { zh: 'Example' },
    status: 'draft',
    connector: {
      protocol: 'z3950',
      host: 'z.example.org',
      port: 2100,
      database: 'books',
      syntax: 'unimarc',
      charset: 'utf-8',
      piggyback: false,
      indexes: { title: { '1': 4, begins: { '5': 1 } } },
    },
  } as object);
  t.match(drafts[1]?.input, { id: /maps$/, connector: { syntax: 'usmarc' } });
});

t.test('Pazpar2: SRU targets, and protocols that are not spoken', async (t) => {
  const settings = (sru: string) => `<settings target="sru.example.org/db">
    <set name="pz:sru" value="${sru}"/><set name="pz:sru_version" value="1.1"/>
    <set name="pz:elements" value="dc"/><set name="pz:cclmap:ti" value="u=dc.title s=al"/></settings>`;
  t.match(only(settings('get')).input.connector, {
    protocol: 'sru',
    url: 'http://sru.example.org/db',
    version: '1.1',
    recordSchema: 'dc',
    indexes: { title: 'dc.title' },
  });
  const { drafts, refused } = imported(settings('solr'));
  t.same(drafts, []);
  t.match(refused, [{ target: 'sru.example.org/db', why: { zh: /Solr/, en: /Solr/ } }]);
});

t.test('accounts and passwords never reach a document', async (t) => {
  const draft = only(`<torus><records><record><layer name="final">
    <displayName>Closed</displayName><zurl>z.example.org:210/closed</zurl>
    <requestSyntax>marc21</requestSyntax><recordEncoding>MARC-8</recordEncoding>
    <authentication>somebody/secretword</authentication></layer></record></records></torus>`);
  t.match(draft.input.connector, { syntax: 'usmarc', charset: 'marc-8', database: 'closed' });
  t.notMatch(JSON.stringify(draft), /secretword|somebody/);
  t.match(draft.notes, [{ en: /passwordEnv/ }]);
});

t.test('Koha: bibliographic servers, not authorities', async (t) => {
  const { drafts, refused } = imported(`tables:
  - z3950servers:
      rows:
        - { host: z.example.org, port: 210, db: LCDB, servername: Example, syntax: USMARC, encoding: utf8, recordtype: biblio }
        - { host: z.example.org, port: 210, db: NAF, servername: Names, recordtype: authority }
        - { host: s.example.org, port: 80, db: cat, servername: By SRU, servertype: sru, sru_fields: "title=dc.title,srchany=cql.anywhere" }
`);
  t.match(drafts[0]?.input.connector, { protocol: 'z3950', charset: 'utf-8', syntax: 'usmarc' });
  t.match(drafts[1]?.input.connector, {
    protocol: 'sru',
    url: 'http://s.example.org:80/cat',
    indexes: { title: 'dc.title', any: 'cql.anywhere' },
  });
  t.match(refused, [{ target: 'Names', why: { en: /authority/ } }]);
});

t.test('dp2: folders, databases, and charsets bound to syntaxes', async (t) => {
  const { drafts, refused } = imported(`<root><dir name="a"><dir name="b">
    <server name="某馆" addr="192.0.2.7" port="2200" defaultEncoding="utf-8" queryTermEncoding="gb2312"
      defaultMarcSyntaxOID="1.2.840.10003.5.1 -- UNIMARC" recsperbatch="10"
      recordSyntaxAndEncodingBinding="1.2.840.10003.5.1 -- UNIMARC|gb2312||" charNegoUtf8="1">
      <database name="unicorn"/></server></dir>
    <server name="空" addr="192.0.2.8" port="210"/></dir></root>`);
  t.match(drafts[0]?.input, {
    id: 'host-192-0-2-7',
    name: { zh: '某馆' },
    connector: {
      database: 'unicorn',
      syntax: 'unimarc',
      charset: 'gb2312',
      queryCharset: 'gb2312',
      negotiateCharset: true,
      limits: { pageSize: 10 },
    },
  });
  t.match(refused, [{ target: '空', why: { zh: /数据库/ } }]);
});

t.test('ZeeRex: only plain Use attributes become indexes', async (t) => {
  const map = (attributes: string) => `<index><map>${attributes}</map></index>`;
  const attribute = (type: number, value: number) => `<attr type="${type}">${value}</attr>`;
  const draft = only(`<explain xmlns="http://explain.z3950.org/dtd/2.0/">
    <serverInfo protocol="Z39.50"><host>z.example.org</host><port>210</port><database>D</database></serverInfo>
    <databaseInfo><title>Example</title></databaseInfo>
    <indexInfo>${map(attribute(1, 4))}${map(attribute(1, 7) + attribute(5, 1))}</indexInfo>
    <recordInfo><recordSyntax name="xml"/><recordSyntax name="usmarc"/></recordInfo></explain>`);
  const { connector } = draft.input;
  t.match(connector, { syntax: 'usmarc', indexes: { title: { '1': 4 } } });
  t.notOk(connector.indexes?.isbn);
});

t.test('what is no list says so', async (t) => {
  for (const text of ['', '<html/>', '<settings', 'a: [', '{"a": 1}', '<settings/>']) {
    const { drafts, refused } = imported(text);
    t.same(drafts, []);
    t.equal(refused.length, 1, text);
  }
});

/** Every draft holds, under an id of its own, and every refusal has its reason in both languages. */
function sound(t: Pick<typeof import('tap').t, 'equal' | 'same'>, { drafts, refused }: Imported) {
  const ids = drafts.map(({ input }) => input.id);
  t.equal(new Set(ids).size, ids.length, 'ids differ');
  t.same(
    drafts.filter(({ input }) => 'faults' in checkLibrary(input, {})),
    [],
  );
  t.same(
    drafts.filter(({ input }) => input.status !== 'draft'),
    [],
  );
  t.same(
    refused.filter(({ why }) => !why.zh || !why.en),
    [],
  );
}

t.test(
  'every list of the corpus becomes drafts or says why not',
  { skip: withoutCorpus() },
  async (t) => {
    const files = [
      ['dp2/zserver.xml', 'dp2', 20],
      ['koha/sample_z3950_servers.yml', 'koha', 3],
      ['malibu/srulibraries.json', 'sru-table', 40],
      ...(await readdir(corpus('targets', 'pazpar2'))).map(
        (name) => [`pazpar2/${name}`, 'pazpar2', 1] as const,
      ),
    ] as const;
    for (const [file, format, least] of files) {
      const read = importTargets(await readFile(corpus('targets', ...file.split('/'))));
      t.equal(read.format, format, file);
      t.ok(
        read.drafts.length >= least,
        `${file}: ${read.drafts.length} drafts, ${read.refused.length} refused`,
      );
      sound(t, read);
    }
  },
);

t.test(
  'the descriptions that IRSpy kept import, each by itself',
  { skip: withoutCorpus() || withoutPrograms('tar') },
  async (t) => {
    const folder = t.testdir();
    await runProgram('tar', ['xzf', corpus('targets', 'irspy', 'irspy_2007.tar.gz'), '-C', folder]);
    const names = (await readdir(folder, { recursive: true })).filter((name) =>
      name.endsWith('.xml'),
    );
    t.ok(names.length > 2000);
    let drafts = 0;
    const wrong: string[] = [];
    for (const name of names) {
      const read = importTargets(await readFile(join(folder, name)));
      drafts += read.drafts.length;
      if (read.drafts.length + read.refused.length !== 1) wrong.push(name);
    }
    t.same(wrong, []);
    t.ok(drafts > names.length * 0.95, `${drafts} drafts of ${names.length}`);
  },
);
