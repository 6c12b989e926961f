import type { Key, SearchKeys, Syllable } from './keys.ts';

/**
 * How well what was typed fits a library: lower is better, null is not at all. The tiers stand far
 * enough apart that no cost within one reaches the next. Letters in order come before a typing error
 * where one letter was left out of a whole spelling; scattered over a longer one they come after it
 * (`bjydxx` is 北京邮电大学 mistyped, though its letters also stand in 北京邮电大学世纪学院).
 */
const tiers = {
  whole: 0,
  prefix: 10_000,
  mixedPrefix: 15_000,
  part: 20_000,
  oneLeftOut: 30_000,
  oneError: 33_000,
  mixedPart: 37_000,
  inOrder: 40_000,
  errorAtStart: 50_000,
} as const;

const mostWithin = 4000;
/** Steps of matching mixed input against one name; a name that needs more is no match. */
const maxMixedSteps = 400;

/** The rank of a library for what was typed, squeezed; null where it is not found by it. */
export function rankOf({ keys, names }: SearchKeys, typed: string, letters: number): number | null {
  const absent = (key: { letters: number }) => letters & ~key.letters;
  let best = Number.POSITIVE_INFINITY;
  for (const key of keys) {
    if (absent(key) === 0) best = Math.min(best, literalRank(key, typed));
  }
  if (best < tiers.mixedPrefix) return best;
  const spelled = names.filter((name) => absent(name) === 0);
  if (spelled.some(({ syllables }) => follows(syllables, 0, typed, 0, { steps: maxMixedSteps }))) {
    return tiers.mixedPrefix;
  }
  if (best < tiers.oneLeftOut) return best;
  for (const key of keys) {
    // A single error adds one letter at most.
    if (atMostOne(absent(key))) best = Math.min(best, looseRank(key, typed));
  }
  if (best < tiers.mixedPart) return best;
  for (const { syllables } of spelled) best = Math.min(best, mixedPartRank(syllables, typed));
  return best === Number.POSITIVE_INFINITY ? null : best;
}

const atMostOne = (bits: number) => (bits & (bits - 1)) === 0;

const within = (tier: number, cost: number) => tier + Math.min(cost, mostWithin);

function literalRank(key: Key, typed: string): number {
  const at = key.text.indexOf(typed);
  if (at < 0) return Number.POSITIVE_INFINITY;
  if (at > 0) return within(tiers.part, key.cost + at);
  if (typed.length === key.stem || typed.length === key.text.length) return tiers.whole + key.cost;
  return within(tiers.prefix, key.cost + Math.max(0, key.stem - typed.length));
}

/** What `follows` anywhere behind the beginning. */
function mixedPartRank(name: readonly Syllable[], typed: string): number {
  const budget = { steps: maxMixedSteps };
  for (let from = 1; from < name.length; from++) {
    if (follows(name, from, typed, 0, budget)) return within(tiers.mixedPart, from);
  }
  return Number.POSITIVE_INFINITY;
}

/** `北京yddx`, `beijingyd`, `bjyoudian`: each character by itself, whole, or by its initial. */
function follows(
  name: readonly Syllable[],
  at: number,
  typed: string,
  done: number,
  budget: { steps: number },
): boolean {
  if (done >= typed.length) return true;
  const syllable = name[at];
  budget.steps -= 1;
  if (syllable === undefined || budget.steps < 0) return false;
  const { character, parts } = syllable;
  if (typed.startsWith(character, done)) {
    return follows(name, at + 1, typed, done + character.length, budget);
  }
  for (const part of parts) {
    if (part.charCodeAt(0) !== typed.charCodeAt(done)) continue;
    if (part.length >= typed.length - done && part.startsWith(typed.slice(done))) return true;
    if (!typed.startsWith(part, done)) continue;
    if (follows(name, at + 1, typed, done + part.length, budget)) return true;
  }
  return false;
}

function looseRank(key: Key, typed: string): number {
  if (key.doubtful) return Number.POSITIVE_INFINITY;
  const error = errorRank(key, typed);
  if (error < tiers.inOrder) return error;
  return Math.min(error, inOrderRank(key, typed));
}

/** Letters in order with others between them; a spelling far longer than what was typed is no match. */
function inOrderRank({ text, stem, kind, cost }: Key, typed: string): number {
  const latin = isLatin(typed);
  if (kind === 'text' && latin) return Number.POSITIVE_INFINITY;
  const longest = kind === 'pinyin' ? 1.6 : latin ? 3 : 10;
  if (typed.length < (latin ? 3 : 2) || stem > typed.length * longest) {
    return Number.POSITIVE_INFINITY;
  }
  let done = 0;
  let at = 0;
  for (; at < text.length && done < typed.length; at++) if (text[at] === typed[done]) done += 1;
  if (done < typed.length) return Number.POSITIVE_INFINITY;
  const skipped = Math.max(at, stem) - typed.length;
  return within(tiers.inOrder, cost + skipped * 10 + (text[0] === typed[0] ? 0 : 500));
}

const isLatin = (typed: string) => /^[a-z0-9]*$/.test(typed);

/** One letter too many, too few, wrong, or changed places with its neighbour. */
function errorRank(key: Key, typed: string): number {
  const { text } = key;
  const least = key.kind === 'text' && isLatin(typed) ? 5 : 3;
  if (typed.length < least) return Number.POSITIVE_INFINITY;
  let same = 0;
  while (same < typed.length && typed[same] === text[same]) same += 1;
  const swapped = typed[same] === text[same + 1] && typed[same + 1] === text[same];
  return Math.min(
    endRank(key, typed, same, endOf(typed, same, text, same + 1), tiers.oneLeftOut),
    endRank(key, typed, same, endOf(typed, same + 1, text, same), tiers.oneError),
    endRank(key, typed, same, endOf(typed, same + 1, text, same + 1), tiers.oneError),
    swapped
      ? endRank(key, typed, same, endOf(typed, same + 2, text, same + 2), tiers.oneError)
      : Number.POSITIVE_INFINITY,
  );
}

/** Where the rest of what was typed ends in the text, or -1 where it does not stand there. */
function endOf(typed: string, from: number, text: string, at: number): number {
  const length = Math.max(0, typed.length - from);
  if (at + length > text.length) return -1;
  for (let i = 0; i < length; i++) {
    if (typed.charCodeAt(from + i) !== text.charCodeAt(at + i)) return -1;
  }
  return at + length;
}

/** The later the error, the likelier this is what was meant: so much was typed right before it. */
function endRank(
  { kind, text, stem, cost }: Key,
  typed: string,
  same: number,
  end: number,
  tier: number,
): number {
  if (end < 0) return Number.POSITIVE_INFINITY;
  if (end === stem || end === text.length) return within(tier, cost + typed.length - same);
  // The beginning of a spelling is too little to tell by when it is short itself.
  if (typed.length < (kind === 'text' && isLatin(typed) ? 6 : 4)) return Number.POSITIVE_INFINITY;
  return within(tiers.errorAtStart, cost + Math.max(0, stem - end) + (same === 0 ? 500 : 0));
}
