import { type Evidence, verdictOf } from './condition.ts';
import type { KnownItem } from './known-items.ts';
import { addSample, addTally, emptyTally, type Sample, type Tally } from './tally.ts';

/** What was heard of one library since it was last written down. */
export interface Heard {
  /** By beginning of the hour, milliseconds since 1970. */
  readonly hours: Map<number, Tally>;
  readonly evidence: Evidence[];
  learned: KnownItem | null;
}

/** What searches told since the last writing: bounded, whatever the database does meanwhile. */
export interface Pending {
  add(sample: Sample): void;
  learn(library: string, item: KnownItem): void;
  /** Takes everything out; `giveBack` returns it when it could not be written. */
  take(): ReadonlyMap<string, Heard>;
  giveBack(heard: ReadonlyMap<string, Heard>): void;
}

/** While nothing can be written the oldest hours are let go of after two days. */
const maxHours = 48;

/** Runs of like answers kept of a library; the oldest go first. */
const maxRuns = 60;

export const hourMs = 3_600_000;

export function hourOf(at: number): number {
  return Math.floor(at / hourMs) * hourMs;
}

export function createPending(): Pending {
  let libraries = new Map<string, Heard>();

  const heardOf = (library: string): Heard => {
    const known = libraries.get(library);
    if (known !== undefined) return known;
    const heard = { hours: new Map<number, Tally>(), evidence: [], learned: null };
    libraries.set(library, heard);
    return heard;
  };

  return {
    add(sample) {
      const heard = heardOf(sample.library);
      const hour = hourOf(sample.at);
      const tally = heard.hours.get(hour) ?? emptyTally();
      heard.hours.set(hour, tally);
      addSample(tally, sample);
      trimHours(heard.hours);
      const evidence = evidenceOf(sample);
      if (evidence !== null) addEvidence(heard.evidence, evidence);
    },
    learn(library, item) {
      heardOf(library).learned ??= item;
    },
    take() {
      const taken = libraries;
      libraries = new Map();
      return taken;
    },
    giveBack(older) {
      for (const [library, heard] of older) {
        const newer = heardOf(library);
        const later = newer.evidence.splice(0);
        for (const one of [...heard.evidence, ...later]) addEvidence(newer.evidence, one);
        newer.learned ??= heard.learned;
        for (const [hour, tally] of heard.hours) {
          const into = newer.hours.get(hour) ?? emptyTally();
          newer.hours.set(hour, into);
          addTally(into, tally);
        }
        trimHours(newer.hours);
      }
    },
  };
}

function trimHours(hours: Map<number, Tally>): void {
  while (hours.size > maxHours) hours.delete(Math.min(...hours.keys()));
}

function evidenceOf({ source, state, cause, at }: Sample): Evidence | null {
  const verdict = verdictOf(state);
  if (verdict === null) return null;
  const time = new Date(at);
  const why = verdict === 'bad' ? (cause ?? state) : null;
  return { source, verdict, cause: why, count: 1, firstAt: time, lastAt: time };
}

/** Like answers in a row become one; a few words instead of a list of every search. */
function addEvidence(runs: Evidence[], next: Evidence): void {
  const last = runs.at(-1);
  const isSame =
    last !== undefined &&
    last.source === next.source &&
    last.verdict === next.verdict &&
    last.cause === next.cause;
  if (isSame) {
    runs[runs.length - 1] = { ...last, count: last.count + next.count, lastAt: next.lastAt };
    return;
  }
  runs.push(next);
  if (runs.length > maxRuns) runs.shift();
}
