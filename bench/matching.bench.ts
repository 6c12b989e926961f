import { decodeIso2709, encodeIso2709 } from '../src/marc/formats/iso2709.ts';
import type { Library, SourceRecord } from '../src/members/types.ts';
import { marcSourceRecord } from '../src/protocols/records.ts';
import { recordSyntaxes } from '../src/protocols/z3950/oid.ts';
import { parseCql } from '../src/query/index.ts';
import { createCatalogue } from '../src/sandbox/catalogue/catalogue.ts';
import { profiles } from '../src/sandbox/libraries.ts';
import { createClusterer, type Group } from '../src/search/matching/index.ts';
import { mergeGroup } from '../src/search/merge.ts';
import { scoreOf } from '../src/search/rank.ts';
import { rankTerms } from '../src/search/rank-terms.ts';
import { testLibrary } from '../test/support/connectors.ts';
import type { Bench } from './support/bench.ts';
import { median } from './support/statistics.ts';

const libraries = 10;
const recordsWanted = 1000;
/** The compiler is done after about a hundred rounds; a gateway has had them in its first minutes. */
const warmingRounds = 100;
const quickWarmingRounds = 40;
const budgetMs = 30;

const stages = ['parse', 'key and cluster', 'merge', 'rank'] as const;
type Stage = (typeof stages)[number];

interface Answer {
  readonly library: Library;
  readonly records: readonly Buffer[];
}

export const bench: Bench = {
  name: 'matching',
  question:
    'How much CPU takes a search of 1,000 records of ten libraries, from bytes to ranked lines?',
  async run({ runs, quick }) {
    const answers = answersOfTen();
    for (let i = 0; i < (quick ? quickWarmingRounds : warmingRounds); i++) oneSearch(answers);
    const spent: Record<Stage, number>[] = [];
    let groups = 0;
    for (let i = 0; i < runs; i++) {
      const search = oneSearch(answers);
      spent.push(search.spent);
      groups = search.groups;
    }
    // Merging for display is not among the stages the budget names.
    const all = spent.map((one) => one.parse + one['key and cluster'] + one.rank);
    return {
      figures: [
        ...stages.map((stage) => ({
          name: stage,
          unit: 'ms CPU',
          runs: spent.map((one) => one[stage]),
        })),
        {
          name: 'parse, key, cluster and rank',
          unit: 'ms CPU',
          runs: all,
          budget: `≤ ${budgetMs} ms`,
          passed: median(all) <= budgetMs,
        },
      ],
      notes: [
        `${answers.flatMap((answer) => answer.records).length} ISO 2709 records in UTF-8 make ${groups} lines; every run decodes the bytes anew`,
      ],
    };
  },
};

/** The records of ten demonstration libraries as they leave their servers; each record once. */
function answersOfTen(): readonly Answer[] {
  const largest = profiles
    .map((profile) => ({ library: profile.id, records: createCatalogue(profile).records }))
    .sort((a, b) => b.records.length - a.records.length)
    .slice(0, libraries);
  let wanted = recordsWanted;
  return largest.map(({ library, records }, i) => {
    const taken = records.slice(0, Math.ceil(wanted / (libraries - i)));
    wanted -= taken.length;
    return {
      library: testLibrary(library),
      records: taken.map(({ marc }) => Buffer.from(encodeIso2709(marc, 'utf-8'))),
    };
  });
}

function oneSearch(answers: readonly Answer[]) {
  const spent: Record<Stage, number> = { parse: 0, 'key and cluster': 0, merge: 0, rank: 0 };
  const timed = <T>(stage: Stage, work: () => T): T => {
    const before = process.cpuUsage();
    const result = work();
    const used = process.cpuUsage(before);
    spent[stage] += (used.user + used.system) / 1000;
    return result;
  };
  const sources = timed('parse', () => answers.map(decoded));
  const groups = timed('key and cluster', (): readonly Group[] => {
    const clusterer = createClusterer();
    for (const records of sources) clusterer.add(records);
    return clusterer.groups();
  });
  timed('merge', () => groups.map(mergeGroup));
  const terms = rankTerms(parseCql('title = "化学工程"'));
  timed('rank', () =>
    groups
      .map((group) => Math.max(...group.members.map(({ record }) => scoreOf(terms, record))))
      .sort((a, b) => b - a),
  );
  return { spent, groups: groups.length };
}

/** As a connector hands them over: described, and their fields let go of. */
function decoded(answer: Answer): readonly SourceRecord[] {
  return answer.records.map((bytes, i) =>
    marcSourceRecord(answer.library, decodeIso2709(bytes, { charset: 'utf-8' }), {
      position: i + 1,
      localId: null,
      syntax: recordSyntaxes.usmarc,
      dialect: 'auto',
      items: [],
    }),
  );
}
