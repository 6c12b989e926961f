import t from 'tap';
import type { MarcRecord } from '../../src/marc/types.ts';
import { checkLibrary } from '../../src/members/check.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import { type ProbeReport, probeGroups, type Verdict } from '../../src/probe/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { cnmarcCatalogue, marc21Catalogue } from '../support/catalogue.ts';
import { withoutPrograms } from '../support/requirements.ts';
import { startYazTestServer } from '../support/yaz.ts';
import { startZebra } from '../support/zebra.ts';
import { type Defects, probeHere, searchedBy, startDefective } from './servers.ts';

/** A server, and what a probe of nothing but its address has to find out. */
interface Case {
  readonly server: string;
  readonly address: string;
  /** Settings of the proposed document that matter. */
  readonly connector: Readonly<Record<string, unknown>>;
  /** Every probe that must fail, and no other one may. */
  readonly fails: readonly string[];
  /** Defects that are named as warnings. */
  readonly warns: readonly string[];
  /** A title the server holds, as asked for and as it must be shown, to the character. */
  readonly known: { readonly asked: string; readonly shown: string };
}

/** Nothing new is asked after 26 s; the proof with the proposed document comes on top. */
const longestMs = 30_000;
const least = 30;

const skip = withoutPrograms('yaz-ztest', 'zebrasrv', 'zebraidx');
const closers: (() => Promise<unknown>)[] = [];
t.teardown(() => Promise.all(closers.map((close) => close())));

async function ztest(): Promise<readonly Case[]> {
  const server = await startYazTestServer();
  closers.push(() => server.stop());
  return [
    {
      server: 'yaz-ztest, which finds everything',
      address: `z3950://127.0.0.1:${server.port}/Default`,
      connector: { protocol: 'z3950', syntax: 'usmarc', records: 'marc21' },
      fails: ['nonsense'],
      warns: ['bad-query', 'syntax.label', 'index.title'],
      known: { asked: 'program', shown: 'How to program a computer' },
    },
  ];
}

async function zebras(): Promise<readonly Case[]> {
  const zebra = await startZebra();
  closers.push(() => zebra.stop());
  const { gb18030, marc8, utf8 } = zebra.doors;
  const indexes = ['index.isbn', 'index.issn', 'index.series'];
  return [
    {
      server: 'Zebra with CNMARC in GB18030 that claims UTF-8',
      address: `z3950://127.0.0.1:${gb18030.port}/chinese`,
      connector: {
        syntax: 'unimarc',
        charset: 'gb18030',
        queryCharset: 'gb18030',
        records: 'cnmarc',
        negotiateCharset: false,
      },
      fails: ['negotiation'],
      warns: ['charset.stated', ...indexes],
      known: { asked: '化学工程实验', shown: '化学工程实验' },
    },
    {
      server: 'Zebra with MARC 21 in MARC-8 that claims UTF-8',
      address: `z3950://127.0.0.1:${marc8.port}/latin`,
      connector: { syntax: 'usmarc', charset: 'marc-8', records: 'marc21' },
      fails: ['charset.stated'],
      warns: indexes,
      known: { asked: 'Grundzüge der Wärmelehre', shown: 'Grundzüge der Wärmelehre' },
    },
    {
      server: 'Zebra with CNMARC in UTF-8',
      address: `z3950://127.0.0.1:${utf8.port}/chinese`,
      connector: { syntax: 'unimarc', charset: 'utf-8', queryCharset: 'utf-8', records: 'cnmarc' },
      fails: [],
      warns: indexes,
      known: { asked: '图书馆学概论', shown: '图书馆学概论' },
    },
  ];
}

async function webServers(): Promise<readonly Case[]> {
  const sandbox = await startSandbox({
    delays: false,
    libraries: ['demo-econ', 'demo-med', 'demo-poly', 'demo-chem'],
    faults: { 'demo-chem': 'wrong-charset' },
  });
  closers.push(() => sandbox.close());
  const connectorOf = (id: string) => {
    const connector = sandbox.documents.find((document) => document.id === id)?.connector;
    if (connector === undefined) throw new Error(`no library ${id}`);
    return connector;
  };
  const urlOf = (id: string) => {
    const connector = connectorOf(id);
    return connector.protocol === 'z3950' ? '' : (connector.url ?? '');
  };
  const chemistry = connectorOf('demo-chem');
  if (chemistry.protocol !== 'z3950') throw new Error('not Z39.50');
  return [
    {
      server: 'SRU that speaks 1.1 only',
      address: urlOf('demo-econ'),
      connector: { protocol: 'sru', version: '1.1', records: 'cnmarc' },
      fails: [],
      warns: ['version.1.2', 'version.2.0', 'page-cap'],
      known: { asked: '微观经济学学习指导', shown: '微观经济学学习指导' },
    },
    {
      server: 'an X-Service whose records describe no copies',
      address: `${urlOf('demo-med')}?base=MED01`,
      connector: { protocol: 'xservice', bases: ['MED01'], records: 'marc21' },
      fails: [],
      warns: ['copies'],
      known: { asked: '物理化学实验', shown: '物理化学实验' },
    },
    {
      server: 'JSON in the manner of Huiwen, which wants a Referer and has no index of years',
      address: new URL('/opac', urlOf('demo-poly')).href,
      connector: {
        protocol: 'http',
        answer: 'json',
        method: 'post',
        headers: { referer: /search_adv\.php$/ },
      },
      fails: [],
      warns: ['page-cap', 'index.year', 'index.issn'],
      known: { asked: '化学工程设计', shown: '化学工程设计' },
    },
    {
      server: 'Z39.50 whose records are in another charset than its terms',
      address: `z3950://127.0.0.1:${chemistry.port}/${chemistry.database}`,
      connector: { charset: 'utf-8', queryCharset: 'gb18030' },
      fails: [],
      warns: ['charset.agreement'],
      known: { asked: '分析化学手册', shown: '分析化学手册' },
    },
  ];
}

async function defective(
  records: readonly MarcRecord[],
  defects: Defects,
  found: Omit<Case, 'address'>,
): Promise<Case> {
  const server = await startDefective(records, defects);
  closers.push(() => server.close());
  return { ...found, address: `z3950://127.0.0.1:${server.port}/books` };
}

/** Indexes that these servers do not have. */
const scripted: Defects = {
  records: 'gb18030',
  terms: 'gb18030',
  syntax: 'unimarc',
  piggyback: true,
  dropsNegotiation: false,
};

function defectives(): Promise<readonly Case[]> {
  const liar = defective(
    lying(),
    { ...scripted, syntax: 'usmarc' },
    {
      server: 'one that lies about its charset',
      connector: { syntax: 'usmarc', charset: 'gb18030', queryCharset: 'gb18030' },
      fails: ['charset.stated'],
      warns: ['index.isbn'],
      known: { asked: '化学工程实验', shown: '化学工程实验' },
    },
  );
  const withoutPiggyback = defective(
    cnmarcCatalogue(40),
    { ...scripted, piggyback: false },
    {
      server: 'one without piggy-backed records',
      connector: { piggyback: false, syntax: 'unimarc', charset: 'gb18030' },
      fails: [],
      warns: ['piggyback'],
      known: { asked: '经济发展报告', shown: '经济发展报告' },
    },
  );
  const dropping = defective(
    cnmarcCatalogue(40),
    { ...scripted, records: 'utf-8', terms: 'utf-8', dropsNegotiation: true },
    {
      server: 'one that drops the connection when charsets are negotiated',
      connector: { negotiateCharset: false, charset: 'utf-8' },
      fails: ['negotiation'],
      warns: [],
      known: { asked: '中国古代文学史', shown: '中国古代文学史' },
    },
  );
  return Promise.all([liar, withoutPiggyback, dropping]);
}

t.test('every server is probed at once, each by its address alone', { skip }, async (t) => {
  const groups = await Promise.all([ztest(), zebras(), webServers(), defectives()]);
  const cases = groups.flat();
  t.equal(cases.length, 11);
  // At the pace a real library is probed at, so that the time a report takes is the real one.
  const reports = await Promise.all(cases.map(({ address }) => probeHere(address)));
  for (const [at, one] of cases.entries()) {
    const report = reports[at];
    if (report === undefined) throw new Error('no report');
    await t.test(one.server, async (t) => {
      const document = soundReport(t, report);
      t.match(document.connector, one.connector);
      t.same(idsOf(report, 'fail'), [...one.fails].sort(), 'fails');
      const warned = idsOf(report, 'warn');
      t.same(
        one.warns.filter((id) => !warned.includes(id)),
        [],
        'warnings',
      );
      const { state, titles } = await searchedBy(document, one.known.asked);
      t.match(state, /^answered/);
      t.ok(titles.includes(one.known.shown), titles.slice(0, 3).join(' | '));
      if (!one.fails.includes('nonsense')) {
        const nothing = await searchedBy(document, '鼗鬻 zqxjkvw');
        t.same(nothing, { state: 'empty', titles: [] }, 'and finds nothing where there is nothing');
      }
    });
  }
});

const idsOf = (report: ProbeReport, verdict: Verdict) =>
  report.probes
    .filter((one) => one.verdict === verdict)
    .map(({ id }) => id)
    .sort();

type Tester = Pick<typeof t, 'ok' | 'notOk' | 'match' | 'not' | 'same' | 'equal'>;

/** What holds for every report, whatever the server. */
function soundReport(t: Tester, report: ProbeReport): LibraryInput {
  t.ok(report.elapsedMs <= longestMs, `${report.elapsedMs} ms`);
  t.ok(report.probes.length >= least, `${report.probes.length} probes`);
  t.equal(new Set(report.probes.map(({ id }) => id)).size, report.probes.length);
  for (const { evidence, fix, verdict, id, name, group } of report.probes) {
    t.ok(probeGroups.includes(group) && name.zh && name.en, id);
    t.ok(evidence.zh && evidence.en, `${id}: evidence`);
    t.ok(verdict === 'pass' ? fix === null : fix?.zh && fix.en, `${id}: a fix unless it passed`);
  }
  const { score, counts, askedFrom, politeness, phases, document } = report;
  t.ok(score > 0 && score <= 100);
  t.equal(counts.pass + counts.warn + counts.fail, report.probes.length);
  t.equal(askedFrom, '127.0.0.1', 'the address it asked from, for a firewall');
  t.equal(politeness.perMinute, 300);
  t.ok(politeness.requests <= 150 && politeness.atOnce <= 2, JSON.stringify(politeness));
  t.ok((phases.search ?? -1) >= 0);
  if (document === null) throw new Error('no document was made');
  t.match(document, { id: /^[a-z]/, code: '000000', status: 'draft' });
  t.notOk('faults' in checkLibrary(document, {}), 'the document holds');
  t.not(document.connector.charset, 'auto');
  t.not(document.connector.queryCharset, 'auto');
  t.ok(!idsOf(report, 'warn').includes('known-item'));
  return document;
}

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
