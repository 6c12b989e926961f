import type { SourceRecord } from '../../../src/members/types.ts';
import { createClusterer, type Group } from '../../../src/search/matching/index.ts';
import type { Labelled } from './latin-variants.ts';

/** How groups compare with the truth, over all pairs of records. */
export interface Score {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Pairs grouped though different, and pairs of one edition left apart, by name. */
  readonly wrong: readonly string[];
  readonly missed: readonly string[];
}

export function scoreGroups(records: readonly Labelled[]): Score {
  const clusterer = createClusterer();
  clusterer.add(records.map((record) => record.source));
  const groups = new Map<SourceRecord, Group>();
  for (const group of clusterer.groups()) {
    for (const member of group.members) groups.set(member, group);
  }
  const wrong: string[] = [];
  const missed: string[] = [];
  let right = 0;
  records.forEach((a, i) => {
    for (const b of records.slice(i + 1)) {
      const together = groups.get(a.source) === groups.get(b.source);
      const name = `${a.truth} ${a.variant} / ${b.truth} ${b.variant}`;
      if (together && a.truth === b.truth) right++;
      else if (together) wrong.push(name);
      else if (a.truth === b.truth) missed.push(name);
    }
  });
  return {
    precision: right / (right + wrong.length),
    recall: right / (right + missed.length),
    f1: (2 * right) / (2 * right + wrong.length + missed.length),
    wrong,
    missed,
  };
}
