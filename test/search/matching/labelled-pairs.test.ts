import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { toBibRecord } from '../../../src/marc/dialects/index.ts';
import { marcFromJson } from '../../../src/marc/formats/json.ts';
import { comparePair } from '../../../src/search/matching/index.ts';
import { corpus, withoutCorpus } from '../../support/requirements.ts';
import { type LabelledPair, readLabelledPairs } from './labelled-pairs.ts';

/** Counts of verdicts against labels. */
function judgeAll(pairs: readonly LabelledPair[]) {
  let right = 0;
  let wrong = 0;
  let positive = 0;
  for (const { a, b, same } of pairs) {
    const { match } = comparePair(a, b);
    if (same) positive++;
    if (match && same) right++;
    if (match && !same) wrong++;
  }
  return { precision: right / (right + wrong), recall: right / positive };
}

const said = ({ precision, recall }: { precision: number; recall: number }) =>
  `precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)}`;

t.test(
  'agrees with the labels of library records without identifiers',
  {
    skip: withoutCorpus(),
  },
  async (t) => {
    const pairs = readLabelledPairs();
    t.equal(pairs.length, 10_208);
    const all = judgeAll(pairs);
    // The points lean on all these pairs: on pairs nobody has seen, expect a little less of both.
    t.comment(`even pairs: ${said(judgeAll(pairs.filter((_, i) => i % 2 === 0)))}`);
    t.comment(`odd pairs: ${said(judgeAll(pairs.filter((_, i) => i % 2 === 1)))}`);
    t.comment(`all pairs: ${said(all)}`);
    t.ok(all.precision >= 0.995, said(all));
    t.ok(all.recall >= 0.97, said(all));
  },
);

/** Melinda verdicts that follow another policy than ours, by number. */
const otherPolicy: Readonly<Record<string, string>> = {
  '06': 'compares the languages alone, and both records name none',
  '07': 'compares the ISBN alone, and one record has none',
  '08': 'a source system must not have two records for one book; libraries here may',
  '09': 'takes the coded year (2015) where we take the one of the imprint (2019)',
  '10': 'a source system must not have two records for one book; libraries here may',
  '12': 'a source system must not have two records for one book; libraries here may',
};

t.test(
  'gives the verdicts of the Melinda pairs, or names the other policy',
  {
    skip: withoutCorpus(),
  },
  async (t) => {
    const folder = corpus('dedupe', 'melinda_match_pairs');
    for (const number of readdirSync(folder).sort()) {
      const read = (name: string) =>
        JSON.parse(readFileSync(`${folder}/${number}/${name}.json`, 'utf8'));
      const wanted: boolean = read('metadata').expectedResults.match;
      const [a, b] = ['recordA', 'recordB'].map((name) =>
        toBibRecord(marcFromJson(plainJson(read(name))), { dialect: 'marc21' }),
      );
      if (a === undefined || b === undefined) throw new Error('no records');
      const { match } = comparePair(a, b);
      const policy = otherPolicy[number];
      if (policy === undefined) t.equal(match, wanted, `pair ${number}`);
      else t.equal(match, !wanted, `pair ${number}: ${policy}`);
    }
  },
);

interface TaggedField {
  readonly tag: string;
  readonly value?: string;
  readonly ind1?: string;
  readonly ind2?: string;
  readonly subfields?: readonly { readonly code: string; readonly value?: string }[];
}

/** The corpus writes a field as `{ tag, value }`; MARC-in-JSON names the member by the tag. */
function plainJson(record: { leader: string; fields: readonly TaggedField[] }): unknown {
  return {
    leader: record.leader,
    fields: record.fields.map(({ tag, value, ind1, ind2, subfields }) => ({
      [tag]: value ?? {
        ind1,
        ind2,
        subfields: (subfields ?? []).map((one) => ({ [one.code]: one.value ?? '' })),
      },
    })),
  };
}
