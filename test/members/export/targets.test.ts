import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { importCommand, targetsCommand } from '../../../src/cli/targets.ts';
import { fillDefaults } from '../../../src/members/defaults.ts';
import type { LibraryInput } from '../../../src/members/document.ts';
import { exportTargets } from '../../../src/members/export/targets.ts';
import { readLibraryFiles } from '../../../src/members/files.ts';
import { importTargets } from '../../../src/members/import/index.ts';
import { minimalDocument } from '../../support/documents.ts';

t.setTimeout(120_000);

const chinese = minimalDocument('chem', {
  name: { zh: '化工 <大学> & "图书馆"', en: 'Chemistry' },
  connector: {
    protocol: 'z3950',
    host: 'z.example.org',
    port: 2100,
    databases: [
      { name: 'books', syntax: 'unimarc', charset: 'gb18030' },
      { name: 'western', syntax: 'usmarc', charset: 'marc-8', queryCharset: 'utf-8' },
    ],
    queryCharset: 'gb18030',
    piggyback: false,
    auth: { kind: 'idPass', userEnv: 'CHEM_USER', passwordEnv: 'CHEM_PASSWORD' },
    indexes: {
      any: { '1': 1016, all: { '4': 6 } },
      title: [{ '1': 4, begins: { '3': 1, '5': 1 } }, { '1': 5 }],
      isbn: { '1': 7 },
      callnumber: { '1': 53 },
    },
  },
});
const sru = minimalDocument('arts', {
  connector: {
    protocol: 'sru',
    url: 'https://sru.example.org/arts/db',
    version: '1.1',
    recordSchema: 'marcxml',
    method: 'post',
    indexes: { title: 'dc.title', any: 'cql.anywhere', isbn: 'bath.isbn' },
  },
});
const others = [
  minimalDocument('card', { connector: { protocol: 'xservice', url: 'https://x.example.org/X' } }),
  minimalDocument('hidden', {
    connector: { protocol: 'z3950', hostEnv: 'HIDDEN_HOST', port: 210, database: 'x' },
  }),
];
const filled = (documents: readonly LibraryInput[]) =>
  documents.map((document) => fillDefaults(document, { HIDDEN_HOST: 'secret.example.org' }));
const readBack = (texts: readonly string[]) =>
  texts.flatMap((text) => importTargets(Buffer.from(text)).drafts.map(({ input }) => input));

t.test('Pazpar2 settings come back as the same targets', async (t) => {
  const { files, left } = exportTargets(filled([chinese, sru]), 'pazpar2');
  t.same(left, []);
  t.match(files, [{ name: 'targets.xml' }]);
  const drafts = readBack(files.map(({ text }) => text));
  const address = { protocol: 'z3950', host: 'z.example.org', port: 2100, piggyback: false };
  t.match(drafts as object[], [
    {
      name: { zh: '化工 <大学> & "图书馆" books' },
      status: 'draft',
      connector: {
        ...address,
        database: 'books',
        syntax: 'unimarc',
        charset: 'gb18030',
        queryCharset: 'gb18030',
        indexes: { any: { '1': 1016 }, title: { '1': 4, begins: { '5': 1 } }, isbn: { '1': 7 } },
      },
    },
    { connector: { ...address, database: 'western', syntax: 'usmarc', charset: 'marc-8' } },
    {
      connector: {
        protocol: 'sru',
        url: 'https://sru.example.org/arts/db',
        version: '1.1',
        recordSchema: 'marcxml',
        method: 'post',
        indexes: { title: 'dc.title', any: 'cql.anywhere', isbn: 'bath.isbn' },
      },
    },
  ]);
});

t.test('ZeeRex descriptions come back as the same targets, one for each database', async (t) => {
  const { files } = exportTargets(filled([chinese, sru]), 'zeerex');
  t.same(
    files.map(({ name }) => name),
    ['chem-1.xml', 'chem-2.xml', 'arts.xml'],
  );
  const drafts = readBack(files.map(({ text }) => text));
  t.match(drafts as object[], [
    {
      name: { zh: '化工 <大学> & "图书馆"' },
      connector: {
        host: 'z.example.org',
        port: 2100,
        database: 'books',
        syntax: 'unimarc',
        indexes: { any: { '1': 1016 }, title: { '1': 4 }, callnumber: { '1': 53 } },
      },
    },
    { connector: { database: 'western', syntax: 'usmarc' } },
    {
      connector: {
        url: /^https:\/\/sru\.example\.org(?::443)?\/arts\/db$/,
        version: '1.1',
        recordSchema: 'marcxml',
        indexes: { title: 'dc.title', isbn: 'bath.isbn' },
      },
    },
  ]);
});

t.test('says why a library is left out, and gives away neither account nor address', async (t) => {
  for (const format of ['pazpar2', 'zeerex'] as const) {
    const { files, left } = exportTargets(filled([chinese, ...others]), format);
    t.match(left, [
      { library: 'card', why: { zh: /xservice/, en: /xservice/ } },
      { library: 'hidden', why: { zh: /HIDDEN_HOST/, en: /not public/ } },
    ]);
    for (const { text } of files) t.notMatch(text, /secret|CHEM_|password/i);
  }
  t.same(exportTargets(filled(others), 'pazpar2').files, []);
});

t.test('the command line writes targets, and makes drafts of them again', async (t) => {
  const folder = t.testdir({ connectors: {} });
  const write = (document: LibraryInput) =>
    writeFile(join(folder, 'connectors', `${document.id}.yaml`), JSON.stringify(document));
  await write(chinese);
  await write(sru);
  const cli = join(import.meta.dirname, '../../../src/cli/main.ts');
  const environment = {
    ...process.env,
    GUANJI_CONNECTORS: join(folder, 'connectors'),
    GUANJI_DATA: join(folder, 'data'),
  };
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [cli, ...args], { env: environment }).then(
      ({ stdout }) => ({ stdout, code: 0 }),
      (error: { stdout: string; code: number }) => error,
    );
  const refused = { name: 'InputError' };
  await t.rejects(targetsCommand([], { to: 'zeerex' }, environment), refused, 'wants a folder');
  await t.rejects(targetsCommand(['nobody'], { to: 'pazpar2' }, environment), refused);
  await t.rejects(targetsCommand([], { to: 'word' }, environment), refused);
  await t.rejects(importCommand(join(folder, 'nothing.xml'), {}), refused);
  const list = join(folder, 'targets.xml');
  t.equal(await targetsCommand([], { to: 'pazpar2', out: folder }, environment), 0);
  const drafts = join(folder, 'drafts');
  const [shown, imported] = await Promise.all([
    run('targets', 'arts', '--to', 'zeerex'),
    run('import', list, '--write', drafts),
  ]);
  t.match(shown, { stdout: /<explain /, code: 0 });
  t.match(imported, { stdout: /pazpar2: 3 drafts, 0 refused/, code: 0 });
  const { libraries, faults } = await readLibraryFiles(drafts, {});
  t.same([libraries.length, faults], [3, []]);
  const first = libraries[0]?.file ?? '';
  await writeFile(first, 'mine');
  const page = join(folder, 'page.html');
  await writeFile(page, '<html/>');
  const [again, nothing] = await Promise.all([
    run('import', list, '--write', drafts),
    run('import', page),
  ]);
  t.equal(again.code, 0);
  t.equal(await readFile(first, 'utf8'), 'mine', 'what is there stays');
  t.equal(nothing.code, 1);
});
