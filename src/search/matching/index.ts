import type { BibRecord } from '../../marc/record.ts';
import { profileOf } from './profile.ts';
import { judge } from './verdict.ts';

export { type Clusterer, createClusterer, type Group } from './clusterer.ts';

/**
 * Whether two records describe the same edition. `reasons` name the evidence that agrees (`isbn`,
 * `title`, `author`, …) or, without a match, what speaks against it.
 */
export function comparePair(
  a: BibRecord,
  b: BibRecord,
): { match: boolean; score: number; reasons: string[] } {
  const one = profileOf(a);
  const two = profileOf(b);
  if (one === null || two === null) return { match: false, score: 0, reasons: ['no title'] };
  const verdict = judge(one, two);
  return {
    match: verdict.match,
    score: Math.round(verdict.score * 1000) / 1000,
    reasons: [...verdict.reasons],
  };
}
