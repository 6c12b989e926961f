import { spawn } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { decodeText, encodeTerm } from '../../src/marc/charset/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { withoutPrograms } from '../support/requirements.ts';

const sandbox = await startSandbox({ delays: false, faults: { 'demo-agri': 'slow@scan' } });
t.teardown(() => sandbox.close());

function connectorOf(id: string) {
  const connector = sandbox.documents.find((document) => document.id === id)?.connector;
  if (connector === undefined) throw new Error(id);
  return connector;
}

function urlOf(id: string): string {
  const connector = connectorOf(id);
  return 'url' in connector ? (connector.url ?? '') : '';
}

function databaseOf(id: string): string {
  const connector = connectorOf(id);
  if (connector.protocol !== 'z3950') throw new Error(id);
  return `127.0.0.1:${connector.port}/${connector.database}`;
}

/** Runs a program with that input to its end; its output, both streams, as bytes. */
async function run(command: string, args: readonly string[], input: Uint8Array): Promise<Buffer> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: 20_000 });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(input);
  await new Promise((resolve) => child.once('close', resolve));
  return Buffer.concat(chunks);
}

const complaint = /diagnostic|\berror\b|failure|not supported|closed connection/i;

t.test(
  'yaz-client searches, shows, scans and sorts',
  { skip: withoutPrograms('yaz-client') },
  async (t) => {
    const commands = [
      `open ${databaseOf('demo-chem')}`,
      'format unimarc',
      'find @and @attr 1=4 化学 @attr 1=4 工程',
      'sort 1=31 >',
      'show 1+5',
      'scan @attr 1=4 化工',
      'delete 1',
      'close',
      'quit',
      '',
    ].join('\n');
    const output = decodeText(await run('yaz-client', [], encodeTerm(commands, 'gbk')), 'gbk');
    t.match(output, /Number of hits: 1[0-9]{2}, setno 1/);
    t.match(output, /SortResponse: status=success/);
    t.match(output, /Records: 5/);
    t.equal([...output.matchAll(/^200 1 {2}\$a /gm)].length, 5);
    t.match(output, /Received ScanResponse/);
    t.match(output, /Reason: finished/);
    t.notMatch(output, complaint);
  },
);

t.test(
  'yaz-client reads OPAC records in MARC-8',
  { skip: withoutPrograms('yaz-client') },
  async (t) => {
    const commands = [
      `open ${databaseOf('demo-tech')}`,
      'marccharset marc-8 utf-8',
      'format opac',
      'find @attr 1=4 化学工程',
      'show 1+10',
      'format sutrs',
      'show 1',
      'format xml',
      'show 1',
      'quit',
      '',
    ].join('\n');
    const output = (await run('yaz-client', [], Buffer.from(commands))).toString('utf8');
    t.match(output, /Records: 10/);
    t.match(output, /\$a 化学工程/);
    t.match(output, /callNumber: 660/);
    t.match(output, /itemId: T[0-9]{7}/);
    t.match(output, /Record type: SUTRS/);
    t.match(output, /<record xmlns="http:\/\/www\.loc\.gov\/MARC21\/slim">/);
    t.notMatch(output, complaint);
  },
);

t.test('zoomsh sorts, and reads OPAC records', { skip: withoutPrograms('zoomsh') }, async (t) => {
  const commands = (direction: string) =>
    [
      'set preferredRecordSyntax opac',
      `connect ${databaseOf('demo-tech')}`,
      `sortby z3950 1=31 ${direction}`,
      'search @attr 1=4 chemical',
      'show 0 40',
      'quit',
      '',
    ].join('\n');
  for (const [direction, later] of [
    ['>', -1],
    ['<', 1],
  ] as const) {
    const output = (await run('zoomsh', [], Buffer.from(commands(direction)))).toString('latin1');
    t.notMatch(output, complaint);
    t.equal([...output.matchAll(/syntax=OPAC/g)].length, 40);
    t.match(output, /<callNumber>660/);
    const years = [...output.matchAll(/^26[04] .*\$c (\d{4})/gm)].map((match) => Number(match[1]));
    t.ok(years.length >= 30);
    t.same(
      years,
      years.toSorted((one, other) => later * (one - other)),
    );
  }
});

t.test('yaz-client agrees on a language', { skip: withoutPrograms('yaz-client') }, async (t) => {
  for (const [proposed, agreed] of [
    ['chi', /Accepted code language : chi/],
    ['fre', /Connection accepted(?![\s\S]*Accepted code language)/],
  ] as const) {
    const commands = [`lang ${proposed}`, `open ${databaseOf('demo-normal')}`, 'quit', ''];
    const output = await run('yaz-client', [], Buffer.from(commands.join('\n')));
    t.match(output.toString('latin1'), agreed);
  }
});

t.test('yaz-client agrees on UTF-8', { skip: withoutPrograms('yaz-client') }, async (t) => {
  const commands = [
    'charset utf-8',
    'negcharset utf-8',
    `open ${databaseOf('demo-normal')}`,
    'format unimarc',
    'find @attr 1=4 教育',
    'show 1+2',
    'quit',
    '',
  ].join('\n');
  const output = (await run('yaz-client', [], Buffer.from(commands))).toString('utf8');
  t.match(output, /Number of hits: [1-9]/);
  t.notMatch(output, complaint);
});

t.test('zoomsh searches, shows and scans', { skip: withoutPrograms('zoomsh') }, async (t) => {
  const commands = [
    'set preferredRecordSyntax usmarc',
    'set charset big5,utf-8',
    `connect ${databaseOf('demo-arts')}`,
    'search @attr 1=4 文學',
    'show 0 5',
    'scan @attr 1=4 文',
    'quit',
    '',
  ].join('\n');
  const bytes = await run('zoomsh', [], encodeTerm(commands, 'big5'));
  const output = decodeText(bytes, 'big5');
  t.match(output, /: [0-9]{2,} hits/);
  t.equal([...output.matchAll(/syntax=USmarc/g)].length, 5);
  t.match(output, /\$a .*文學/);
  t.notMatch(output, complaint);
});

t.test(
  'xmllint finds every SRU and X-Service answer well-formed',
  { skip: withoutPrograms('xmllint') },
  async (t) => {
    const query = encodeURIComponent('dc.title = "chemical" or dc.title = "化学"');
    const addresses = [
      ...['demo-econ', 'demo-law', 'demo-comp', 'demo-agri'].flatMap((id) => [
        `${urlOf(id)}?version=1.1&operation=searchRetrieve&maximumRecords=50&query=${query}`,
        `${urlOf(id)}?version=1.1&operation=searchRetrieve&maximumRecords=50&recordSchema=dc&query=${query}`,
        `${urlOf(id)}?version=1.1&operation=explain`,
        `${urlOf(id)}?version=1.1&operation=scan&scanClause=dc.title%3Da`,
        `${urlOf(id)}?version=1.1&operation=searchRetrieve&query=%22`,
      ]),
      `${urlOf('demo-nlc')}?op=find&base=NLC01&request=WRD%3D(%E5%8C%96%E5%AD%A6)`,
      `${urlOf('demo-nlc')}?op=present&set_number=000001&set_entry=000000001-000000050`,
      `${urlOf('demo-nlc')}?op=bor-info&bor_id=R0000001`,
      `${urlOf('demo-nlc')}?op=%3Cb%3E`,
    ];
    for (const address of addresses) {
      const answer = await fetch(address);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const output = await run('xmllint', ['--noout', '-'], bytes);
      t.equal(output.toString(), '', address.replace(/^.*?\?/, ''));
    }
  },
);

const judge = (name: string) => join(import.meta.dirname, 'judges', name);

/** Skip option for a test that needs a Perl module. */
async function withoutPerl(module: string): Promise<string | false> {
  const reason = withoutPrograms('perl');
  if (reason !== false) return reason;
  const output = await run('perl', [`-M${module}`, '-e', 'print "there"'], new Uint8Array());
  if (output.toString() === 'there') return false;
  if (process.env.GUANJI_REQUIRE === 'all') throw new Error(`GUANJI_REQUIRE=all, but no ${module}`);
  return `${module} not installed`;
}

const noAlephX = await withoutPerl('Catmandu::AlephX');
t.test('the Perl client of the X-Server reads every operation', { skip: noAlephX }, async (t) => {
  const output = await run('perl', [judge('alephx.pl'), urlOf('demo-nlc')], new Uint8Array());
  const lines = output.toString('utf8').trim().split('\n');
  t.match(lines[0], /^find 1 [1-9]/);
  t.equal(lines[1], `present ${lines[0]?.split(' ')[2]}`);
  t.match(lines[2], /^title .*化学工程基础$/);
  t.match(lines[5], /^availability 2 1 NLC50 (available|unavailable)$/);
  t.same(lines.toSpliced(5, 1).slice(3, 8), [
    'copies agree 1',
    'long lists agree 1',
    'read-item agrees 1',
    'wrong password Error in Verification',
    'reader R0000001',
  ]);
  t.same(lines.slice(9), [
    'hold ok',
    'holds 1',
    'cancel ok',
    'holds 0',
    'renew ok later 1',
    'none empty set',
  ]);
});

const noSru = await withoutPerl('Catmandu::Importer::SRU');
t.test('the Perl SRU client reads every record of three servers', { skip: noSru }, async (t) => {
  const cases = [
    ['demo-econ', '1.1', 'marcxchange', /LDR 001 005 .*200 .*905/],
    ['demo-law', '1.2', 'cnmarcxml', /LDR 001 005 .*200 .*905/],
    ['demo-comp', '1.2', 'marcxml', /LDR 001 005 008 .*245 .*852/],
  ] as const;
  for (const [id, version, schema, tags] of cases) {
    const output = await run(
      'perl',
      [judge('sru.pl'), urlOf(id), version, schema],
      new Uint8Array(),
    );
    const [count, rest] = /^([0-9]+) (.*)/.exec(output.toString('utf8'))?.slice(1) ?? [];
    const query = 'maximumRecords=0&operation=searchRetrieve&query=dc.title%3D%E5%8C%96%E5%AD%A6';
    const answer = await fetch(`${urlOf(id)}?version=${version}&${query}`);
    const [, hits] = /numberOfRecords>([0-9]+)</.exec(await answer.text()) ?? [];
    t.equal(count, hits, id);
    t.match(rest, tags);
  }
});
