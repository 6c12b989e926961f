import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readAlephSequential } from '../../../src/marc/formats/alephseq.ts';
import { MarcError } from '../../../src/marc/formats/errors.ts';
import { encodeIso2709, readIso2709 } from '../../../src/marc/formats/iso2709.ts';
import { marcFromJson } from '../../../src/marc/formats/json.ts';
import { readMarcXml } from '../../../src/marc/formats/marcxml.ts';
import { readOaiMarc } from '../../../src/marc/formats/oaimarc.ts';
import type { DecodedMarc, Field, UnreadableMarc } from '../../../src/marc/types.ts';
import { corpus, withoutCorpus, withoutPrograms } from '../../support/requirements.ts';

type Found = DecodedMarc | UnreadableMarc;

const ISO2709 = /\.(?:mrc|marc|dat|iso|bin|usmarc)$/;

function filesBelow(...folder: string[]): string[] {
  const path = corpus(...folder);
  return readdirSync(path).flatMap((name) =>
    statSync(join(path, name)).isDirectory() ? filesBelow(...folder, name) : [join(path, name)],
  );
}

function nameOf(path: string): string {
  return path.slice(corpus().length + 1);
}

function isRead(found: Found): found is DecodedMarc {
  return 'marc' in found;
}

t.test(
  'reads or reports every record of every damaged file',
  { skip: withoutCorpus() },
  async (t) => {
    /** Files whose records cannot all be read, with how many are read and how many reported. */
    const reported: Readonly<Record<string, readonly [number, number]>> = {
      'malformed/mrrc/e401_malformed_marcxml.xml': [0, 1],
      'malformed/mrrc/e401_no_record_element.xml': [0, 1],
      'malformed/mrrc/e401_unexpected_eof_in_subfield.xml': [0, 1],
      // One stray byte behind the last record.
      'malformed/perl-marc/badldr.usmarc': [6, 1],
    };
    let records = 0;
    for (const path of filesBelow('malformed')) {
      const name = nameOf(path);
      const bytes = readFileSync(path);
      if (path.endsWith('.json')) {
        t.throws(() => marcFromJson(parseOrNull(bytes)), MarcError, name);
        continue;
      }
      // MARCMaker text is none of our formats: one report for the file.
      if (path.endsWith('.lif')) {
        t.match([...readIso2709(bytes, { charset: 'auto' })], [{ problem: String }], name);
        continue;
      }
      const found: Found[] = path.endsWith('.xml')
        ? [...readMarcXml(bytes)]
        : [...readIso2709(bytes, { charset: 'auto' })];
      const read = found.filter(isRead);
      records += read.length;
      const terminators = bytes.filter((byte) => byte === 0x1d).length;
      const expected = reported[name] ?? [Math.max(read.length, 1), 0];
      t.same([read.length, found.length - read.length], expected, name);
      if (!path.endsWith('.xml')) t.ok(found.length >= Math.min(terminators, 1), name);
      for (const { marc } of read) {
        if (marc.leader.length !== 24) t.fail(`${name} has a leader of ${marc.leader.length}`);
      }
    }
    t.comment(`${records} records read`);
  },
);

function parseOrNull(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return null;
  }
}

t.test(
  'reads every record of every other file, as many as its provenance counts',
  { skip: withoutCorpus() },
  async (t) => {
    const counts = new Map<string, number>();
    for (const line of readFileSync(corpus('MANIFEST.tsv'), 'utf8').split('\n').slice(1)) {
      const [path = '', , , records = ''] = line.split('\t');
      if (records !== '') counts.set(path, Number(records));
    }
    let total = 0;
    for (const folder of ['marc21', 'unimarc', 'cnmarc', 'charset', 'aleph']) {
      for (const path of filesBelow(folder)) {
        const name = nameOf(path);
        const count = counts.get(name);
        if (count === undefined || !(ISO2709.test(path) || path.endsWith('.xml'))) continue;
        const bytes = readFileSync(path);
        const found: Found[] = ISO2709.test(path)
          ? [...readIso2709(bytes, { charset: 'auto' })]
          : [...readMarcXml(bytes)];
        const unread = found.filter((record) => !isRead(record));
        if (unread.length > 0 || found.length !== count) {
          t.fail(`${name}: ${found.length} of ${count}, ${unread.length} not read`);
        }
        total += found.length;
      }
    }
    t.ok(total > 5800, `${total} records`);
  },
);

t.test(
  'reads the same record alike in ISO 2709 and MARCXML',
  { skip: withoutCorpus() },
  async (t) => {
    const pairs = [
      [
        ['marc21', 'uva', 'specTestRecs.mrc'],
        ['marc21', 'uva', 'specTestRecs.xml'],
      ],
      [
        ['marc21', 'traject', 'test_data.utf8.mrc'],
        ['marc21', 'traject', 'test_data.utf8.marc.xml'],
      ],
    ] as const;
    for (const [binary, xml] of pairs) {
      const one = [...readIso2709(readFileSync(corpus(...binary)), { charset: 'auto' })].filter(
        isRead,
      );
      const two = [...readMarcXml(readFileSync(corpus(...xml)))].filter(isRead);
      t.equal(one.length, two.length);
      one.forEach(({ marc }, n) => {
        if (JSON.stringify(marc.fields) !== JSON.stringify(two[n]?.marc.fields)) {
          t.fail(`record ${n + 1} of ${binary.join('/')}`);
        }
      });
    }
  },
);

t.test('reads Aleph’s own forms', { skip: withoutCorpus() }, async (t) => {
  const cases: [string[], (bytes: Uint8Array) => Iterable<Found>, number][] = [
    [['aleph', 'basel', 'AlephX', '000054774.xml'], readOaiMarc, 1],
    [['aleph', 'solvberget', 'Present.xml'], readOaiMarc, 12],
    [['marc21', 'qa-catalogue', 'alephseq-example1.txt'], readAlephSequential, 9],
    [['marc21', 'qa-catalogue', 'alephseq-example2.txt'], readAlephSequential, 100],
    [['marc21', 'qa-catalogue', 'alephseq-example4.txt'], readAlephSequential, 1],
  ];
  for (const [path, read, count] of cases) {
    const found = Array.from(read(readFileSync(corpus(...path))));
    t.equal(found.filter(isRead).length, count, path.join('/'));
    t.equal(found.length, count, path.join('/'));
  }
});

t.test(
  'writes what it reads: no text is lost on the way through any format',
  { skip: withoutCorpus() },
  async (t) => {
    let records = 0;
    for (const path of filesBelow('marc21').filter((name) => ISO2709.test(name))) {
      for (const record of readIso2709(readFileSync(path), { charset: 'auto' })) {
        if (!isRead(record) || record.warnings.length > 0) continue;
        const [back] = readIso2709(encodeIso2709(record.marc, 'utf-8'), { charset: 'utf-8' });
        records += 1;
        if (
          back === undefined ||
          !isRead(back) ||
          JSON.stringify(back.marc.fields) !== JSON.stringify(record.marc.fields)
        ) {
          t.fail(`${nameOf(path)}: ${record.marc.leader}`);
        }
      }
    }
    t.ok(records > 3000, `${records} records`);
  },
);

/** Our charset names as iconv knows them. */
const ICONV: Readonly<Record<string, string>> = { 'marc-8': 'marc8' };

/** The fields but those that a warning names, as one text. */
function untouched(record: DecodedMarc, fields: readonly Field[]): string {
  const repaired = new Set(
    record.warnings.flatMap((warning) => /^(?:F|Control f)ield (...) has/.exec(warning)?.[1] ?? []),
  );
  return JSON.stringify(fields.filter(({ tag }) => !repaired.has(tag)));
}

/** Why a record may differ from what yaz-marcdump makes of it; null where nothing excuses it. */
function explanation(ours: DecodedMarc, theirs: readonly Field[]): string | null {
  if (untouched(ours, ours.marc.fields) === untouched(ours, theirs)) {
    return 'only in fields that break the format, which we repair and name';
  }
  if (ours.marc.leader.slice(10, 12) !== '22') return 'leader/10 or 11 is wrong: yaz believes it';
  if (JSON.stringify(theirs).includes('#x'))
    return 'yaz leaves numeric references of MARC-8 as they are';
  if (ours.warnings.some((warning) => /codes? (?:is|are) not valid/.test(warning))) {
    return 'codes outside the charset: yaz drops them or the whole subfield, we show them';
  }
  if (ours.warnings.some((warning) => /directory|base address/i.test(warning))) {
    return 'wrong directories or addresses, which we repair and say so';
  }
  return ours.warnings.length > 0 ? 'other damage, which we repair and say so' : null;
}

t.test(
  'agrees with yaz-marcdump on every readable record',
  { skip: withoutCorpus() || withoutPrograms('yaz-marcdump') },
  async (t) => {
    const folder = t.testdir({});
    const counts = { compared: 0, alike: 0 };
    const differences = new Map<string, number>();
    const folders = ['marc21', 'unimarc', 'cnmarc', 'charset', 'malformed', 'aleph'];
    const all = folders
      .flatMap((name) => filesBelow(name))
      .filter((path) => ISO2709.test(path))
      .flatMap((path) =>
        [...readIso2709(readFileSync(path), { charset: 'auto' })]
          .filter(isRead)
          .map((record, n) => ({ record, path, name: `${nameOf(path)}, record ${n + 1}` })),
      );
    // A damaged record makes yaz lose its place, so those go to it file by file.
    const runs = Map.groupBy(all, ({ record, path }) =>
      record.warnings.length === 0 ? record.charset : `${record.charset} ${path}`,
    );
    for (const [key, records] of runs) {
      const [charset = ''] = key.split(' ');
      const input = join(folder, 'records');
      writeFileSync(input, Buffer.concat(records.map(({ record }) => record.raw)));
      const options = ['-f', ICONV[charset] ?? charset, '-t', 'utf-8', '-o', 'marcxml', input];
      const output = spawnSync('yaz-marcdump', options, { maxBuffer: 2 ** 28 }).stdout;
      const theirs = [...readMarcXml(output)];
      t.equal(theirs.length, records.length, key);
      records.forEach(({ record, name }, n) => {
        const other = theirs[n];
        const fields = other !== undefined && isRead(other) ? other.marc.fields : [];
        counts.compared += 1;
        if (JSON.stringify(fields) === JSON.stringify(record.marc.fields)) counts.alike += 1;
        else {
          const why = explanation(record, fields);
          if (why === null) t.fail(`${name}, differs`);
          else differences.set(why, (differences.get(why) ?? 0) + 1);
        }
      });
    }
    t.comment(`${counts.alike} of ${counts.compared} records alike`);
    for (const [why, count] of differences) t.comment(`${count} differ: ${why}`);
    t.ok(counts.alike > 3500);
  },
);
