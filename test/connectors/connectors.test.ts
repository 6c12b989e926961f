import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { createFederation } from '../../src/app.ts';
import { readSettings } from '../../src/config.ts';
import { decodeText } from '../../src/marc/charset/index.ts';
import { encodeIso2709 } from '../../src/marc/formats/iso2709.ts';
import { fillDefaults } from '../../src/members/defaults.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import { readLibraryFiles } from '../../src/members/files.ts';
import { defaultSet, selectLibraries } from '../../src/members/selection.ts';
import type { SourceRecord } from '../../src/members/types.ts';
import { clause } from '../../src/probe/asking.ts';
import { createEgress } from '../../src/protocols/egress.ts';
import { createConnector } from '../../src/protocols/index.ts';
import type { Apdu } from '../../src/protocols/z3950/apdu/index.ts';
import { recordSyntaxes } from '../../src/protocols/z3950/oid.ts';
import { cnmarcCatalogue } from '../support/catalogue.ts';
import { found, granting, named, startScriptedServer, usmarc } from '../support/z3950-server.ts';

const folder = join(import.meta.dirname, '../../connectors');
const files = await readLibraryFiles(folder, {});
const inputs = new Map(files.libraries.map(({ input }) => [input.id, input]));

/** Open to anybody by their own word; no other library is asked by an installation that has not met it. */
const open = ['bnf', 'bnu', 'dnb', 'k10plus', 'loc'];

function inputOf(id: string): LibraryInput {
  const input = inputs.get(id);
  if (input === undefined) throw new Error(`no file for ${id}`);
  return input;
}

t.test('every file holds, says where it is from, and asks politely', async (t) => {
  t.same(files.faults, []);
  for (const { input, file } of files.libraries) {
    const text = await readFile(file, 'utf8');
    const comment = /^(?:#.*\n)+/.exec(text)?.[0] ?? '';
    t.match(comment, /Source \(read [A-Z][a-z]+ 20\d\d\): /, `${input.id} names its source`);
    t.match(comment, /verified/, `${input.id} says whether it was ever tried`);
    t.equal(file, join(folder, `${input.id}.yaml`));
    t.ok((input.connector.limits?.perMinute ?? 1000) <= 60, `${input.id} is asked gently`);
    t.type(input.connector.reach, 'string', `${input.id} says who can reach it`);
    t.not(input.connector.charset, 'auto');
    t.same(input.verified, { on: null, how: '' }, 'nothing here was tried against a live server');
  }
});

t.test('only libraries that are open to anybody are asked', async (t) => {
  const live = files.libraries.filter(({ input }) => input.status === 'live');
  t.same(live.map(({ input }) => input.id).sort(), open);
  const others = files.libraries.filter(({ input }) => input.status !== 'live');
  t.ok(others.every(({ input }) => input.status === 'draft'));
});

t.test('a gateway over this folder asks the open ones and nobody else', async (t) => {
  const settings = { ...(await readSettings({})), connectors: folder };
  const federation = await createFederation(settings, {}, null, pino({ level: 'silent' }));
  t.teardown(() => federation.close());
  const { directory, selection } = federation;
  t.same([...defaultSet(directory, selection)].sort(), open);
  for (const { library } of directory.list().filter(({ library }) => library.status === 'draft')) {
    t.ok('problems' in selectLibraries([library.id], directory, selection), library.id);
    t.equal(federation.unwatched(library.id), undefined, `${library.id} has no connector`);
  }
});

t.test('the National Library has no address and no secret in its file', async (t) => {
  const { connector } = inputOf('nlc');
  t.match(connector, { urlEnv: 'NLC_XSERVICE_URL' });
  t.notOk('url' in connector);
  t.notMatch(JSON.stringify(connector), /"(?:user|password)":/);
});

/** Asked by their older pages, whose markup is the family's. */
const huiwenPages: readonly string[] = ['ustb', 'buaa', 'ncepu'];

t.test('every file has answers it was tried with', async (t) => {
  const tried = [
    ...sruCases.map(([id]) => id),
    ...z3950Cases.map(([id]) => id),
    ...huiwenPages,
    ...['bistu', 'loc', 'nlc'],
  ];
  t.same(tried.sort(), [...inputs.keys()].sort());
});

interface Asked {
  readonly url: URL;
  readonly body: string;
}

/** Asks a file's library by title, its address answered by what the test has written. */
async function askTitle(
  t: { teardown(handler: () => unknown): void },
  id: string,
  title: string,
  answer: (asked: Asked) => Promise<string> | string,
): Promise<{ asked: Asked[]; records: SourceRecord[]; hits: number }> {
  const asked: Asked[] = [];
  const server = createServer(async (request, reply) => {
    const one = { url: new URL(request.url ?? '/', 'http://x'), body: await bodyOf(request) };
    asked.push(one);
    reply.setHeader(
      'content-type',
      id === 'bistu' ? 'application/json' : 'text/xml; charset=utf-8',
    );
    if (huiwenPages.includes(id)) reply.setHeader('content-type', 'text/html; charset=utf-8');
    reply.end(await answer(one));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const input = inputOf(id);
  const here = JSON.parse(
    JSON.stringify(input).replace(/https?:\/\/[a-z0-9.-]+(?::\d+)?/g, `http://127.0.0.1:${port}`),
  ) as LibraryInput;
  const { connector } = here;
  const environment = { NLC_XSERVICE_URL: `http://127.0.0.1:${port}/X` };
  const library = fillDefaults({ ...here, connector }, environment);
  return { asked, ...(await search(library, title)) };
}

async function search(library: ReturnType<typeof fillDefaults>, title: string) {
  const egress = createEgress({ allow: ['127.0.0.1:1024-65535'] });
  const asking = createConnector(library, { egress, secret: () => 'written-for-the-test' });
  const records: SourceRecord[] = [];
  const trace = { enter: () => undefined, roundTrip: () => undefined };
  const deadline = performance.now() + 5000;
  try {
    const { hits } = await asking.search(
      { query: clause('title', title), start: 1, limit: 5, sort: null, deadline, trace },
      AbortSignal.timeout(5000),
      (some) => records.push(...some),
    );
    return { records, hits };
  } finally {
    await asking.close();
    await egress.close();
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const written = (id: string, name: string) => readFile(join(import.meta.dirname, id, name), 'utf8');

const sruCases = [
  ['dnb', 'Grundzüge der Wärmelehre', { title: 'Grundzüge der Wärmelehre', year: 2020 }, 'dnb.tit'],
  [
    'bnf',
    'Étude de la chimie appliquée',
    { publisher: 'Éditions du Fleuve', year: 2020 },
    'bib.title',
  ],
  ['k10plus', 'Bibliotheksführung', { title: 'Bibliotheksführung für Anfänger' }, 'pica.tit'],
  ['bnu', '化学工程概览', { title: '化学工程概览', authors: ['周明远'] }, 'alma.title'],
  [
    'loc-sru',
    'Chemical engineering practice',
    { title: 'Chemical engineering practice' },
    'dc.title',
  ],
] as const;

for (const [id, title, expected, index] of sruCases) {
  t.test(`${id} is asked in its own words, and its answers are read`, async (t) => {
    const { asked, records, hits } = await askTitle(t, id, title, () => written(id, 'answer.xml'));
    const { connector } = inputOf(id);
    if (connector.protocol !== 'sru') throw new Error('not SRU');
    const [first] = asked;
    t.equal(first?.url.pathname, new URL(connector.url ?? '').pathname);
    t.equal(first?.url.searchParams.get('version'), connector.version);
    t.equal(first?.url.searchParams.get('recordSchema'), connector.recordSchema);
    t.match(first?.url.searchParams.get('query'), new RegExp(`^${index.replace('.', '\\.')} `));
    t.equal(hits, 1);
    t.match(records[0]?.record, { ...expected, dialect: connector.records });
  });
}

t.test('copies of Beijing Normal come from the availability in its records', async (t) => {
  const { records } = await askTitle(t, 'bnu', '化学工程概览', () => written('bnu', 'answer.xml'));
  t.match(records[0]?.record.items, [{ callNumber: 'TQ02/1' }]);
});

t.test('the National Library is asked in both bases', async (t) => {
  const { asked, records } = await askTitle(t, 'nlc', '化学工程概览', ({ url, body }) => {
    const op = url.searchParams.get('op') ?? new URLSearchParams(body).get('op');
    return written('nlc', op === 'present' ? 'present.xml' : 'find.xml');
  });
  const parameters = asked.map(({ url, body }) => new URLSearchParams(body || url.search));
  const bases = parameters.filter((one) => one.get('op') === 'find').map((one) => one.get('base'));
  t.same(bases.sort(), ['NLC01', 'NLC09']);
  t.match(parameters[0]?.get('request')?.toUpperCase(), /WTI=/);
  t.equal(asked[0]?.url.search, '', 'the account stays out of the address');
  t.equal(records[0]?.record.title, '化学工程概览');
});

t.test('Huiwen by JSON', async (t) => {
  const { asked, records } = await askTitle(t, 'bistu', '化学工程概览', () =>
    written('bistu', 'answer.json'),
  );
  t.match(JSON.parse(asked[0]?.body ?? '{}'), { pageCount: 1 });
  t.match(records[0], {
    localId: '0000000007',
    record: { title: '化学工程概览', publisher: '河边大学出版社', year: 2014 },
  });
});

for (const id of huiwenPages) {
  t.test(`Huiwen by its pages: ${id}`, async (t) => {
    const page = () => written('ustb', 'answer.html');
    const { asked, records, hits } = await askTitle(t, id, '化学工程概览', page);
    t.equal(asked[0]?.url.pathname, '/opac/openlink.php');
    t.equal(asked[0]?.url.searchParams.get('title'), '化学工程概览');
    t.equal(hits, 1);
    t.match(records[0], { localId: '0000000008', record: { title: '化学工程概览', year: 2014 } });
  });
}

/** Who is asked in which charset, where records are to be found, and whether an account is named. */
const z3950Cases = [
  ['calis', 'cn_cat', 'gb18030', true],
  ['cass', 'cnmarc_books', 'utf-8', false],
  ['nlc-union', 'UCS01U', 'utf-8', true],
] as const;

for (const [id, database, charset, hasAccount] of z3950Cases) {
  t.test(`${id} is asked in its charset, and its CNMARC is read`, async (t) => {
    const [record] = cnmarcCatalogue(1);
    if (record === undefined) throw new Error('no record');
    const title = '化学工程实验';
    const server = await startScriptedServer((apdu) => {
      if (apdu.type === 'initRequest') return granting(['search', 'present']);
      if (apdu.type !== 'searchRequest') return 'end';
      if (!apdu.databaseNames.includes(database)) return found(0);
      return found(1, [named(recordSyntaxes.unimarc, encodeIso2709(record, charset))]);
    });
    t.teardown(() => server.close());
    const input = inputOf(id);
    const connector = { ...input.connector, host: '127.0.0.1', port: server.port };
    const library = fillDefaults({ ...input, connector } as LibraryInput, {});
    const { records, hits } = await search(library, title);
    t.equal(hits, 1);
    t.match(records[0], { charset, record: { title, dialect: 'cnmarc' } });
    const init = server.requests.find(({ type }) => type === 'initRequest');
    t.equal(init?.type === 'initRequest' && init.authentication !== undefined, hasAccount);
    const terms = server.requests.flatMap((apdu) =>
      apdu.type === 'searchRequest' && apdu.databaseNames.includes(database) ? [termOf(apdu)] : [],
    );
    t.same(decodeText(terms[0] ?? new Uint8Array(), charset), title);
  });
}

function termOf({ query }: Apdu & { type: 'searchRequest' }): Uint8Array {
  if (query.type !== 'type-1' || query.rpn.type !== 'term') throw new Error('not one term');
  const { term } = query.rpn;
  if (term.kind !== 'general') throw new Error('not a general term');
  return term.octets;
}

t.test('the Library of Congress over Z39.50', async (t) => {
  const server = await startScriptedServer((apdu) => {
    if (apdu.type === 'initRequest') return granting(['search', 'present']);
    return apdu.type === 'searchRequest' ? found(1, [usmarc('99000009')]) : 'end';
  });
  t.teardown(() => server.close());
  const input = inputOf('loc');
  const connector = { ...input.connector, host: '127.0.0.1', port: server.port };
  const library = fillDefaults({ ...input, connector } as LibraryInput, {});
  const { records } = await search(library, 'Chemical engineering');
  t.equal(records[0]?.localId, '99000009');
  const request = server.requests.find(({ type }) => type === 'searchRequest');
  t.match(request, { databaseNames: ['LCDB'], preferredRecordSyntax: '1.2.840.10003.5.10' });
});
