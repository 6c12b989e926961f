import t from 'tap';
import {
  childrenOf,
  firstChild,
  parseXmlTree,
  textOf,
  type XmlElement,
} from '../../src/marc/xml/tree.ts';
import { readFacts } from '../../src/sandbox/facts/facts.ts';
import { startSandbox } from '../../src/sandbox/index.ts';

const sandbox = await startSandbox({ delays: false, libraries: ['demo-nlc', 'demo-med'] });
t.teardown(() => sandbox.close());

async function ask(id: string, parameters: Readonly<Record<string, string>>): Promise<XmlElement> {
  const connector = sandbox.documents.find((document) => document.id === id)?.connector;
  if (connector?.protocol !== 'xservice') throw new Error(id);
  const answer = await fetch(`${connector.url}?${new URLSearchParams(parameters)}`);
  return parseXmlTree(new Uint8Array(await answer.arrayBuffer()));
}

function text(element: XmlElement | null, name: string): string {
  const child = element === null ? null : firstChild(element, name);
  return child === null ? '' : textOf(child);
}

const find = (base: string, request: string, more = {}) => ({ op: 'find', base, request, ...more });

t.test('finds by CCL, with zero-padded numbers and a cap on the entries kept', async (t) => {
  const found = await ask('demo-med', find('MED01', 'WYR=(1900->2030)'));
  t.equal(found.name, 'find');
  t.match(text(found, 'set_number'), /^[0-9]{6}$/);
  t.match(text(found, 'no_records'), /^[0-9]{9}$/);
  t.ok(Number(text(found, 'no_records')) > 50);
  t.equal(text(found, 'no_entries'), '000000050');
  t.match(text(found, 'session-id'), /^[A-Z0-9]{50}$/);
});

t.test('reads booleans, parentheses, truncation, ranges and a code beside the words', async (t) => {
  const count = async (request: string, more = {}): Promise<number> =>
    Number(text(await ask('demo-nlc', find('NLC01', request, more)), 'no_records'));
  const both = await count('WTI=(化学 工程)');
  t.ok(both > 10);
  t.equal(await count('(WTI=(化学) AND WTI=(工程))'), both);
  t.equal(await count('化学 工程', { code: 'WTI' }), both);
  t.ok((await count('化学工程', { code: 'WTI', adjacent: 'Y' })) > 0);
  const from = await count('(WTI=(化学工程) AND WYR=(2010->9999))');
  const before = await count('(WTI=(化学工程) AND WYR=(0000->2009))');
  t.equal(from + before, await count('wti=(化学工程)'));
  t.ok((await count('WTI=(engineer?)')) > (await count('WTI=(engineer)')));
  const known = readFacts().find((fact) => fact.holders.includes('demo-nlc') && fact.isbn !== '');
  t.ok((await count(`ISB=(${known?.isbn.replaceAll('-', '')})`)) >= 1);
});

t.test('keeps Chinese and foreign books in different bases', async (t) => {
  const chinese = await ask('demo-nlc', find('NLC01', 'WTI=(economics)'));
  const foreign = await ask('demo-nlc', find('NLC09', 'WTI=(economics)'));
  t.ok(Number(text(foreign, 'no_records')) > 0);
  t.not(text(chinese, 'no_records'), text(foreign, 'no_records'));
  const none = await ask('demo-nlc', find('NLC09', 'WTI=(化学工程基础)'));
  t.equal(text(none, 'error'), 'empty set');
});

t.test('presents OAI-MARC in the ranges asked for', async (t) => {
  const found = await ask('demo-med', find('MED01', 'WTI=(化学)'));
  const number = text(found, 'set_number');
  const page = await ask('demo-med', {
    op: 'present',
    set_number: number,
    set_entry: '000000002-000000004,000000006',
  });
  const records = childrenOf(page, 'record');
  t.same(
    records.map((record) => text(firstChild(record, 'record_header'), 'set_entry')),
    ['000000002', '000000003', '000000004', '000000006'],
  );
  const marc = firstChild(
    firstChild(records[0] as XmlElement, 'metadata') as XmlElement,
    'oai_marc',
  );
  const ids = (marc?.children ?? []).flatMap((child) =>
    typeof child === 'string' ? [] : [child.attributes.id],
  );
  t.ok(['FMT', 'LDR', '001', '245', '880', 'CAT'].every((tag) => ids.includes(tag)));
  const beyond = await ask('demo-med', {
    op: 'present',
    set_number: number,
    set_entry: '000000999',
  });
  t.equal(text(beyond, 'error'), 'There is no entry number: 000000999 in set number given');
  const vanished = await ask('demo-med', { op: 'present', set_number: '999999', set_entry: '1' });
  t.match(text(vanished, 'error'), /in set number given$/);
});

t.test('says what is wrong in an error element', async (t) => {
  const cases: [Readonly<Record<string, string>>, string, RegExp][] = [
    [find('NLC99', 'WTI=(a)'), 'find', /^Base NLC99/],
    [find('NLC01', ''), 'find', /must be supplied/],
    [find('NLC01', 'ZZZ=(a)'), 'find', /^Unknown find code/],
    [find('NLC01', '(WTI=(a)'), 'find', /not closed/],
    [find('NLC01', `WTI=(${'长'.repeat(600)})`), 'find', /too long/],
    [{ op: 'find-doc', base: 'NLC01', doc_num: '999999999' }, 'find-doc', /doesn't exist/],
    [{ op: 'circ-status', library: 'NLC01', sys_no: '999999999' }, 'circ-status', /doesn't exist/],
    [{ op: 'bor-info' }, 'bor-info', /^Bor_Id must be supplied/],
    [{ op: 'hold-req', bor_id: 'R0000001' }, 'hold-req', /item barcode only/],
    [{ op: 'nosuch' }, 'login', /nosuch/],
  ];
  for (const [parameters, root, error] of cases) {
    const answer = await ask('demo-nlc', parameters);
    t.equal(answer.name, root);
    t.match(text(answer, 'error'), error);
  }
});
