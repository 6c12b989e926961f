import t from 'tap';
import { toBibRecord } from '../../../src/marc/dialects/index.ts';
import { createCatalogue } from '../../../src/sandbox/catalogue/catalogue.ts';
import { profiles } from '../../../src/sandbox/libraries.ts';
import { chineseCorpus } from './chinese-variants.ts';
import { chineseWorks } from './chinese-works.ts';
import { type Labelled, latinCorpus } from './latin-variants.ts';
import { latinWorks } from './latin-works.ts';
import { type Score, scoreGroups } from './score.ts';

const said = ({ precision, recall, f1 }: Score) =>
  `precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)}, F1 ${f1.toFixed(4)}`;

t.test('groups the ways an edition is catalogued in Latin script, and nothing else', async (t) => {
  const score = scoreGroups(latinCorpus(latinWorks));
  t.comment(said(score));
  t.same(score.wrong, [], 'no other edition, volume, author, year or carrier is merged');
  t.ok(score.f1 >= 0.98, `${said(score)}; missed ${score.missed.slice(0, 5).join(', ')}`);
});

t.test(
  'groups CNMARC and MARC 21, both scripts, pinyin and full width, and nothing else',
  async (t) => {
    const score = scoreGroups(chineseCorpus(chineseWorks));
    t.comment(said(score));
    t.same(score.wrong, [], 'no other edition, volume, author, publisher or title is merged');
    t.ok(score.f1 >= 0.98, `${said(score)}; missed ${score.missed.slice(0, 5).join(', ')}`);
  },
);

t.test('keeps the result when no record has an ISBN', async (t) => {
  const latin = latinWorks.map((work) => ({ ...work, isbn: null }));
  const chinese = chineseWorks.map((work) => ({ ...work, isbn: null }));
  const score = scoreGroups([...latinCorpus(latin), ...chineseCorpus(chinese)]);
  t.comment(said(score));
  t.same(score.wrong, []);
  t.ok(score.f1 >= 0.95, said(score));
});

t.test('finds the editions of the demonstration consortium', async (t) => {
  const records = profiles.flatMap((profile) =>
    createCatalogue(profile).records.map(
      ({ fact, localId, number, marc }): Labelled => ({
        truth: fact.edition,
        variant: profile.id,
        source: {
          library: profile.id,
          localId,
          position: number,
          record: toBibRecord(marc, { dialect: 'auto' }),
          marc,
          raw: new Uint8Array(),
          syntax: 'test',
          charset: 'utf-8',
          warnings: [],
        },
      }),
    ),
  );
  t.ok(records.length > 1000);
  const score = scoreGroups(records);
  t.comment(said(score));
  t.same(score.wrong, [], 'no editions or volumes are merged');
  t.ok(score.f1 >= 0.98, said(score));
});
