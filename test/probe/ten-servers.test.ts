import t from 'tap';
import { checkLibrary } from '../../src/members/check.ts';
import type { ProbeReport } from '../../src/probe/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { cnmarcCatalogue, marc21Catalogue } from '../support/catalogue.ts';
import { withoutPrograms } from '../support/requirements.ts';
import { startYazTestServer } from '../support/yaz.ts';
import { startZebra } from '../support/zebra.ts';
import { probeHere, startDefective, titlesBy } from './servers.ts';

const resultOf = (report: ProbeReport, id: string) => {
  const found = report.probes.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no probe ${id}`);
  return found;
};

type Tester = Pick<typeof t, 'ok' | 'notOk' | 'match' | 'not' | 'equal'>;

/** What holds for every report that has a document. */
function soundReport(t: Tester, report: ProbeReport) {
  t.ok(report.probes.length >= 30, `${report.probes.length} probes`);
  for (const { evidence, fix, verdict, id } of report.probes) {
    t.ok(['pass', 'warn', 'fail'].includes(verdict), id);
    t.ok(evidence.zh.length > 0 && evidence.en.length > 0, id);
    if (fix !== null) t.ok(fix.zh.length > 0 && fix.en.length > 0, id);
  }
  const { document } = report;
  if (document === null) throw new Error('no document was made');
  t.match(document, { id: /^[a-z]/, code: '000000', status: 'draft' });
  t.notOk('faults' in checkLibrary(document, {}), 'the document holds');
  t.not(document.connector.charset, 'auto');
  t.equal(resultOf(report, 'known-item').verdict, 'pass');
  return document;
}

t.test('YAZ test server', { skip: withoutPrograms('yaz-ztest') }, async (t) => {
  const server = await startYazTestServer();
  t.teardown(() => server.stop());
  const report = await probeHere(`z3950://127.0.0.1:${server.port}/Default`);
  const document = report.document;
  if (document === null) throw new Error('no document was made');
  t.match(document.connector, { protocol: 'z3950', syntax: 'usmarc', records: 'marc21' });
  t.equal(resultOf(report, 'nonsense').verdict, 'fail', 'it finds everything');
  t.ok((await titlesBy(document, 'computer')).length > 0);
});

t.test('Zebra behind three doors', { skip: withoutPrograms('zebrasrv', 'zebraidx') }, async (t) => {
  const zebra = await startZebra();
  t.teardown(() => zebra.stop());
  const { doors } = zebra;
  await t.test('CNMARC in GB18030', async (t) => {
    const report = await probeHere(`z3950://127.0.0.1:${doors.gb18030.port}/chinese`);
    const document = soundReport(t, report);
    t.match(document.connector, {
      syntax: 'unimarc',
      charset: 'gb18030',
      queryCharset: 'gb18030',
      records: 'cnmarc',
    });
    t.match(await titlesBy(document, '化学工程实验'), ['化学工程实验']);
  });
  await t.test('MARC 21 in MARC-8', async (t) => {
    const report = await probeHere(`z3950://127.0.0.1:${doors.marc8.port}/latin`);
    const document = soundReport(t, report);
    t.match(document.connector, { syntax: 'usmarc', charset: 'marc-8', records: 'marc21' });
    t.match(await titlesBy(document, 'Grundzüge der Wärmelehre'), ['Grundzüge der Wärmelehre']);
  });
  await t.test('CNMARC in UTF-8', async (t) => {
    const report = await probeHere(`z3950://127.0.0.1:${doors.utf8.port}/chinese`);
    const document = soundReport(t, report);
    t.match(document.connector, {
      syntax: 'unimarc',
      charset: 'utf-8',
      queryCharset: 'utf-8',
      records: 'cnmarc',
    });
    t.match(await titlesBy(document, '图书馆学概论'), ['图书馆学概论']);
  });
});

t.test('the demonstration servers', async (t) => {
  const sandbox = await startSandbox({
    delays: false,
    libraries: ['demo-econ', 'demo-med', 'demo-poly', 'demo-chem'],
    faults: { 'demo-chem': 'wrong-charset' },
  });
  t.teardown(() => sandbox.close());
  const connectorOf = (id: string) => {
    const connector = sandbox.documents.find((document) => document.id === id)?.connector;
    if (connector === undefined) throw new Error(`no library ${id}`);
    return connector;
  };
  await t.test('SRU that speaks 1.1 only', async (t) => {
    const connector = connectorOf('demo-econ');
    if (connector.protocol !== 'sru') throw new Error('not SRU');
    const report = await probeHere(connector.url ?? '');
    const document = soundReport(t, report);
    t.match(document.connector, { protocol: 'sru', version: '1.1', records: 'cnmarc' });
    t.equal(resultOf(report, 'version.1.2').verdict, 'warn');
    t.match(await titlesBy(document, '微观经济学学习指导'), ['微观经济学学习指导']);
  });
  await t.test('an X-Service', async (t) => {
    const connector = connectorOf('demo-med');
    if (connector.protocol !== 'xservice') throw new Error('not an X-Service');
    const report = await probeHere(`${connector.url}?base=MED01`);
    const document = soundReport(t, report);
    t.match(document.connector, { protocol: 'xservice', bases: ['MED01'], records: 'marc21' });
    t.match(await titlesBy(document, '物理化学实验'), ['物理化学实验']);
  });
  await t.test('an OPAC in the manner of Huiwen', async (t) => {
    const connector = connectorOf('demo-poly');
    if (connector.protocol !== 'http') throw new Error('not HTTP');
    const report = await probeHere(new URL('/opac', connector.url).href);
    const document = soundReport(t, report);
    t.equal(document.connector.protocol, 'http');
    t.match(await titlesBy(document, '化学工程设计'), [/^化学工程设计/]);
  });
  await t.test('one whose records are in another charset than its terms', async (t) => {
    const connector = connectorOf('demo-chem');
    if (connector.protocol !== 'z3950') throw new Error('not Z39.50');
    const report = await probeHere(`z3950://127.0.0.1:${connector.port}/${connector.database}`);
    const document = soundReport(t, report);
    t.match(document.connector, { charset: 'utf-8', queryCharset: 'gb18030' });
    t.equal(resultOf(report, 'charset.agreement').verdict, 'warn');
    t.match(await titlesBy(document, '分析化学手册'), ['分析化学手册']);
  });
});

t.test('one that lies about its charset', async (t) => {
  const server = await startDefective(lying(), {
    records: 'gb18030',
    terms: 'gb18030',
    syntax: 'usmarc',
    piggyback: true,
    dropsNegotiation: false,
  });
  t.teardown(() => server.close());
  const report = await probeHere(`z3950://127.0.0.1:${server.port}/books`);
  const document = soundReport(t, report);
  t.equal(resultOf(report, 'charset.stated').verdict, 'fail');
  t.match(document.connector, { charset: 'gb18030', queryCharset: 'gb18030' });
  t.match(await titlesBy(document, '化学工程实验'), ['化学工程实验']);
});

/** MARC 21 records that say they are UTF-8. */
function lying() {
  return marc21Catalogue(30)
    .map((record) => ({
      leader: `${record.leader.slice(0, 9)}a${record.leader.slice(10)}`,
      fields: record.fields.map((field) =>
        field.tag === '245' && 'subfields' in field
          ? { ...field, subfields: [{ code: 'a', value: '化学工程实验' }] }
          : field.tag === '100' && 'subfields' in field
            ? { ...field, subfields: [{ code: 'a', value: '周明远' }] }
            : field,
      ),
    }))
    .map((record) => ({
      ...record,
      fields: record.fields.map((field) =>
        field.tag === '260' && 'subfields' in field
          ? {
              ...field,
              subfields: [...field.subfields.slice(0, -1), { code: 'c', value: '2010.' }],
            }
          : field,
      ),
    }));
}

t.test('one without piggy-backed records', async (t) => {
  const server = await startDefective(cnmarcCatalogue(40), {
    records: 'gb18030',
    terms: 'gb18030',
    syntax: 'unimarc',
    piggyback: false,
    dropsNegotiation: false,
  });
  t.teardown(() => server.close());
  const report = await probeHere(`z3950://127.0.0.1:${server.port}/books`);
  const document = soundReport(t, report);
  t.equal(resultOf(report, 'piggyback').verdict, 'warn');
  t.match(document.connector, { piggyback: false, syntax: 'unimarc' });
  t.match(await titlesBy(document, '经济发展报告'), ['经济发展报告']);
});

t.test('one that drops the connection when charsets are negotiated', async (t) => {
  const server = await startDefective(cnmarcCatalogue(40), {
    records: 'utf-8',
    terms: 'utf-8',
    syntax: 'unimarc',
    piggyback: true,
    dropsNegotiation: true,
  });
  t.teardown(() => server.close());
  const report = await probeHere(`z3950://127.0.0.1:${server.port}/books`);
  const document = soundReport(t, report);
  t.equal(resultOf(report, 'negotiation').verdict, 'fail');
  t.match(document.connector, { negotiateCharset: false, charset: 'utf-8' });
  t.match(await titlesBy(document, '中国古代文学史'), ['中国古代文学史']);
});
