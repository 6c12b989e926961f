import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createSruConnector } from '../../src/protocols/sru/connector.ts';
import { ask, dependencies, library, search } from '../protocols/support.ts';
import { startDemonstrationGateway } from '../support/demonstration-gateway.ts';
import { runProgram } from '../support/processes.ts';
import { corpus, withoutCorpus, withoutPrograms } from '../support/requirements.ts';

/** Four demonstration libraries over four protocols behind one gateway that listens. */
const gateway = await startDemonstrationGateway(
  ['demo-chem', 'demo-econ', 'demo-med', 'demo-poly'],
  t.testdir({}),
);
t.teardown(() => gateway.close());
const address = `${await gateway.server.listen({ host: '127.0.0.1', port: 0 })}/sru`;

const count = async (query: string) => {
  const answer = await fetch(`${address}?${new URLSearchParams({ query, maximumRecords: '0' })}`);
  return Number(/<numberOfRecords>(\d+)</.exec(await answer.text())?.[1]);
};

t.test(
  'yaz-client searches, shows and scans',
  { skip: withoutPrograms('yaz-client') },
  async (t) => {
    for (const version of ['1.1', '1.2', '2.0']) {
      const said = await runProgram('yaz-client', [], {
        input: [
          `sru get ${version}`,
          `open ${address}`,
          'querytype cql',
          'find dc.title="化学工程"',
          'schema marcxml',
          'show 3+2',
          'find dc.colour=red',
          'scan dc.title=化学',
          'explain',
          'quit\n',
        ].join('\n'),
      });
      t.match(said, new RegExp(`Number of hits: ${await count('dc.title="化学工程"')}\n`), version);
      t.match(said, /pos=3 schema=info:srw\/schema\/1\/marcxml-v1\.1\n<record/);
      t.match(said, /pos=4 /);
      t.match(said, /diagnostic\/1\/16\nMessage: Unsupported index\nDetails: dc\.colour/);
      const terms = [...said.matchAll(/^(化学.*): ([0-9]+) /gm)];
      t.equal(terms.length, 20, 'terms of the two libraries that can be browsed');
      t.ok(terms.every(([, , records]) => Number(records) > 0));
      t.match(said, /<explain xmlns="http:\/\/explain\.z3950\.org\/dtd\/2\.0\/"/);
    }
  },
);

t.test('zoomsh, which is how Koha asks', { skip: withoutPrograms('zoomsh') }, async (t) => {
  for (const [way, version, schema] of [
    ['get', '1.1', null],
    ['get', '2.0', 'dc'],
    ['post', '1.2', 'cnmarcxml'],
  ]) {
    const said = await runProgram('zoomsh', [], {
      input: [
        `set sru ${way}`,
        `set sru_version ${version}`,
        ...(schema === null ? [] : [`set schema ${schema}`]),
        `connect ${address}`,
        'search cql:bath.isbn="9787999900825"',
        'search cql:dc.title="化学工程"',
        ...[0, 1, 2, 9].map((at) => `show ${at} 1`),
        'search cql:bath.colour=red',
        'quit\n',
      ].join('\n'),
    });
    t.match(said, /: 1 hits\n/, 'by ISBN');
    t.match(said, new RegExp(`: ${await count('dc.title="化学工程"')} hits\n`));
    const records = [...said.matchAll(/r_[0-9a-f]{24}/g)].map(([id]) => id);
    t.equal(new Set(records).size, 4, `four records over ${way} ${version}`);
  }
});

const catmandu = withoutPrograms('perl', 'catmandu');
t.test('Catmandu harvests every record once', { skip: catmandu }, async (t) => {
  const total = 40;
  for (const [schema, parser] of [
    ['marcxml', 'marcxml'],
    ['dc', 'simple'],
    ['mods', 'raw'],
  ]) {
    const said = await runProgram('catmandu', [
      ...['convert', 'SRU', '--base', address, '--query', 'dc.title="化学工程"'],
      ...['--recordSchema', schema ?? '', '--parser', parser ?? ''],
      ...['--limit', '7', '--total', String(total), 'to', 'JSON'],
    ]);
    const records = JSON.parse(said) as unknown[];
    t.equal(records.length, total, `${schema}`);
    const numbers = records.map((one) => /r_[0-9a-f]{24}/.exec(JSON.stringify(one))?.[0]);
    t.equal(new Set(numbers).size, total, 'all different');
  }
});

t.test('another gateway searches this one', async (t) => {
  const services = dependencies();
  t.teardown(() => services.close());
  for (const version of ['1.1', '1.2', '2.0'] as const) {
    for (const recordSchema of ['marcxml', 'unimarcxml', 'cnmarcxml', 'mods', 'dc']) {
      const connector = createSruConnector(
        library({ protocol: 'sru', url: address, version, recordSchema }) as Parameters<
          typeof createSruConnector
        >[0],
        services,
      );
      const label = `${version} ${recordSchema}`;
      const found = await search(connector, ask('title = 化学工程', { limit: 25 }));
      t.equal(found.error, null, label);
      t.equal(found.records.length, 25, label);
      t.equal(found.outcome?.unreadable, 0, label);
      t.equal(found.outcome?.hits, await count('title="化学工程"'), label);
      const [record] = found.records;
      t.match(record?.record.title, /化学工程|Hua xue gong cheng/, label);
      if (recordSchema.endsWith('marcxml')) {
        t.match(record?.localId, /^r_[0-9a-f]{24}$/, label);
        const again = await search(connector, ask(`id = ${record?.localId}`));
        t.equal(again.records[0]?.record.title, record?.record.title, label);
        const held = found.records.find((one) => one.record.items.length > 1);
        t.ok(
          held?.record.items.every(({ status }) => status === 'unknown'),
          label,
        );
      }
      await connector.close();
    }
  }
});

t.test(
  'answers are as the published schemas say',
  { skip: withoutPrograms('xmllint') || withoutCorpus() },
  async (t) => {
    const folder = t.testdir({});
    for (const name of readdirSync(corpus('sru', 'xsd'))) {
      const schema = readFileSync(corpus('sru', 'xsd', name), 'utf8');
      const local = schema.replace(
        /schemaLocation="[^"]*\/([A-Za-z]+\.xsd)"/g,
        'schemaLocation="$1"',
      );
      writeFileSync(join(folder, name), local);
    }
    writeFileSync(
      join(folder, 'searchResultAnalysis.xsd'),
      '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" ' +
        'targetNamespace="http://docs.oasis-open.org/ns/search-ws/searchResultAnalysis">' +
        '<xs:complexType name="searchResultAnalysisDefinition"/></xs:schema>',
    );
    const validate = async (parameters: Record<string, string>, schema: string) => {
      const answer = await fetch(`${address}?${new URLSearchParams(parameters)}`);
      const input = await answer.text();
      const path = schema.startsWith('/') ? schema : join(folder, schema);
      await t.resolves(
        runProgram('xmllint', ['--noout', '--nonet', '--schema', path, '-'], { input }),
        JSON.stringify(parameters),
      );
      return input;
    };
    const query = 'dc.title="化学工程"';
    await validate({ query, maximumRecords: '3' }, 'sruResponse.xsd');
    await validate({ query, startRecord: '9', recordSchema: 'mods' }, 'sruResponse.xsd');
    await validate(
      { query, recordXMLEscaping: 'string', sortKeys: 'date,dc,0', stylesheet: 'x.xsl' },
      'sruResponse.xsd',
    );
    await validate({ query: 'dc.title=(', startRecord: '-3' }, 'sruResponse.xsd');
    await validate({ scanClause: 'x' }, 'scan.xsd');
    const explained = await validate({}, 'sruResponse.xsd');
    const record = /<explain [\s\S]*<\/explain>/.exec(explained)?.[0] ?? '';
    await t.resolves(
      runProgram(
        'xmllint',
        ['--noout', '--nonet', '--schema', corpus('sru', 'explain', 'zeerex-2.0.xsd'), '-'],
        { input: record },
      ),
    );
    for (const version of ['1.1', '1.2']) {
      const answer = await fetch(`${address}?${new URLSearchParams({ version, query })}`);
      const input = await answer.text();
      await t.resolves(runProgram('xmllint', ['--noout', '-'], { input }), version);
    }
  },
);
