import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { toBibRecord } from '../../../src/marc/dialects/index.ts';
import { decodeExplain, indexesOf } from '../../../src/protocols/sru/explain.ts';
import { decodeScan } from '../../../src/protocols/sru/scan.ts';
import { corpus, withoutCorpus } from '../../support/requirements.ts';
import { bodyOfTrace, replay } from './replay.ts';

const skip = withoutCorpus();

/** What the reference client and server said in each recorded search: hits, records, diagnostics. */
const traces: Readonly<
  Record<string, readonly [hits: number | null, records: number, codes: number[]]>
> = {
  'sru-badversion': [null, 0, [5]],
  'sru1.1-diag-index': [null, 0, [16]],
  'sru1.1-diag-schema': [8, 1, []],
  'sru1.1-search': [8, 2, []],
  'sru1.1-search-string': [8, 1, []],
  'sru1.2-cqlerr': [null, 0, [10]],
  'sru1.2-diag-index': [null, 0, [16]],
  'sru1.2-diag-schema': [8, 1, []],
  'sru1.2-nooperation': [0, 0, []],
  'sru1.2-range': [8, 0, [61]],
  'sru1.2-search': [8, 2, []],
  'sru1.2-search-string': [8, 1, []],
  'sru1.2-sort': [8, 1, []],
  'sru2.0-diag': [null, 0, [10]],
  'sru2.0-search': [8, 2, []],
  'sru2.0-search-explicit': [8, 1, []],
};

t.test('reads every recorded search, whole and byte by byte', { skip }, async (t) => {
  for (const [name, [hits, count, codes]] of Object.entries(traces)) {
    const body = bodyOfTrace(readFileSync(corpus('sru-traces', `${name}.response.txt`)));
    const whole = replay(body);
    t.equal(whole.refused, null, name);
    t.equal(whole.answer.hits, hits, name);
    t.equal(whole.records.length, count, name);
    t.same(
      whole.answer.diagnostics.map(({ code }) => code),
      codes,
      name,
    );
    t.ok(
      whole.records.every(({ payload }) => payload.kind === 'marc'),
      name,
    );
    t.same(replay(body, 1), whole, `${name}, byte by byte`);
  }
});

t.test('knows every other recorded answer for what it is', { skip }, async (t) => {
  const others = readdirSync(corpus('sru-traces'))
    .filter((file) => file.endsWith('.response.txt'))
    .map((file) => file.replace('.response.txt', ''))
    .filter((name) => !(name in traces));
  t.same(
    others.filter((name) => !/explain|scan|noparams/.test(name)),
    [],
  );
  for (const name of others) {
    const body = bodyOfTrace(readFileSync(corpus('sru-traces', `${name}.response.txt`)));
    if (name.includes('scan')) {
      const { terms } = decodeScan(body);
      t.same(
        terms.map(({ value, records }) => [value, records]),
        [
          ['李', 1],
          ['明', 1],
          ['强', 1],
          ['曲', 1],
        ],
        name,
      );
    } else {
      const explain = decodeExplain(body);
      t.same(indexesOf(explain), { title: 'dc.title' }, name);
      t.match(explain, { defaultRecords: 10, maximumRecords: 50, title: 'CNMARC sample' }, name);
    }
  }
});

/** Captured answers of other libraries: hits and readable records, in file order. */
const captured: readonly (readonly [path: string, hits: number, readable: number])[] = [
  ['sru/rero/bnf/bnf_ean_any_123.xml', 1, 1],
  ['sru/rero/dnb/dnb_isbn_3858818526.xml', 1, 1],
  ['sru/rero/dnb/dnb_samuelson.xml', 366, 10],
  ['sru/rero/kul/kul_isbn_2804600068.xml', 1, 1],
  ['sru/rero/kul/kul_samuelson.xml', 355, 10],
  ['sru/rero/loc/loc_anywhere_all_samuelson.xml', 806, 10],
  ['sru/rero/loc/loc_isbn_all_9780821417478.xml', 1, 1],
  ['sru/rero/slsp/slsp_isbn_3908497272.xml', 1, 1],
  ['sru/rero/slsp/slsp_samuelson.xml', 1133, 10],
  ['sru/rero/ugent/ugent_isbn_9780415773867.xml', 1, 1],
  ['sru/rero/ugent/ugent_samuelson.xml', 129, 10],
  ['sru/scriptotek/sru-alma.xml', 3, 3],
  ['sru/scriptotek/sru-loc.xml', 2525, 10],
  ['sru/scriptotek/sru-loc2.xml', 1, 1],
  ['sru/scriptotek/sru-zdb.xml', 8, 8],
  ['sru/sruthi/response_single_sru11.xml', 8985, 1],
  ['sru/catmandu-sru/1.xml', 23, 10],
  ['sru/catmandu-sru/11.xml', 23, 10],
  ['sru/catmandu-sru/21.xml', 23, 3],
  ['sru/catmandu-sru/sru_oai_dc.xml', 2, 2],
  ['unimarc/bnf_sru/bnf_anywhere_all_peter.xml', 118425, 49],
  ['unimarc/bnf_sru/bnf_recordid_all_FRBNF370903960000006.xml', 1, 1],
  ['cnmarc/bnu_sru/sample_cnmarcxml.xml', 42, 10],
  ['cnmarc/bnu_sru/sample_dc.xml', 42, 10],
  ['cnmarc/bnu_sru/sample_dcx.xml', 42, 10],
  ['cnmarc/bnu_sru/sample_mods.xml', 42, 10],
  // One of its ten records is empty.
  ['cnmarc/bnu_sru/sample_isohold.xml', 42, 9],
];

t.test('reads captured answers of other libraries, in pieces of odd sizes', { skip }, async (t) => {
  for (const [path, hits, readable] of captured) {
    const bytes = readFileSync(corpus(path));
    const { answer, records, refused } = replay(bytes, 997);
    t.equal(refused, null, path);
    t.equal(answer.hits, hits, path);
    const good = records.filter(({ payload }) => payload.kind !== 'unreadable');
    t.equal(good.length, readable, path);
    for (const { payload } of good) {
      if (payload.kind === 'marc') {
        const bib = toBibRecord(payload.record.marc, { dialect: 'auto' });
        t.not(bib.title, '', `${path}: a title`);
      } else if (payload.kind === 'bib' && !path.includes('isohold')) {
        t.not(payload.record.title, '', `${path}: a title`);
      } else if (payload.kind === 'bib') {
        t.ok(payload.items.length > 0, `${path}: copies`);
      }
    }
  }
});

t.test('counts a record of a schema it does not know as unreadable', { skip }, async (t) => {
  for (const path of ['sru/catmandu-sru/picaxml.xml', 'sru/sruthi/response_single.xml']) {
    const { records } = replay(readFileSync(corpus(path)));
    t.same(
      records.map(({ payload }) => payload.kind),
      ['unreadable'],
      path,
    );
  }
});

t.test('reads explain records as servers write them', { skip }, async (t) => {
  const metaproxy = decodeExplain(readFileSync(corpus('sru/explain/explain.xml')));
  t.match(indexesOf(metaproxy), { any: 'cql.serverChoice', title: 'dc.title', id: 'rec.id' });
  const bare = decodeExplain(readFileSync(corpus('sru/loc_explain/loc_explain_1.xml')));
  t.match(bare, { database: 'lcdb', indexes: [], maximumRecords: null });
  const full = decodeExplain(readFileSync(corpus('sru/loc_explain/loc_explain_2.xml')));
  t.match(indexesOf(full), { any: 'cql.anywhere', title: 'dc.title', author: 'dc.creator' });
  const archive = decodeExplain(readFileSync(corpus('sru/sruthi/test_explain.xml')));
  t.match(indexesOf(archive), { title: 'isad.title', year: 'isad.date' });
});
