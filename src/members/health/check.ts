import { ConnectorError } from '../errors.ts';
import type { Clock } from '../guards/clock.ts';
import type { AnswerState, Connector, SourceRecord } from '../types.ts';
import { clauseQuery, compareItem, itemOf, type KnownItem, questionOf } from './known-items.ts';
import { stateOfError, stateOfOutcome } from './outcome.ts';
import { startStopwatch } from './stopwatch.ts';
import { type Sample, standingOf } from './tally.ts';

/** What one check of a library found out. */
export interface CheckResult {
  /** `none`: the library was not asked after all (its turn did not come); to be tried again soon. */
  readonly verdict: 'good' | 'poor' | 'bad' | 'none';
  readonly cause: string | null;
  readonly samples: readonly Sample[];
  /** Items that were asked for. */
  readonly asked: readonly {
    readonly item: KnownItem;
    readonly hits: number;
    readonly found: boolean;
  }[];
  /** Set where the library had no known item yet and this check learned one. */
  readonly learned: KnownItem | null;
}

export interface CheckOptions {
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** An answer that takes longer is `slow`. */
  readonly slowMs: number;
}

/** Records fetched by one question of a check. */
const recordsWanted = 10;

/** Words that stand in nearly every catalogue, for a library nobody has searched yet. */
const commonWords = ['中国', 'china', '化学', 'history', '图书馆', 'science'] as const;

/** Fewer hits than this share of those before are far fewer. */
const farFewer = 0.5;

interface Answered {
  readonly state: AnswerState;
  readonly cause: string | null;
  readonly hits: number;
  readonly records: readonly SourceRecord[];
  readonly elapsedMs: number;
}

/**
 * Asks a library for a record it is known to have, through the guards that readers' searches pass, and
 * looks at what comes back. That a connection can be made says nothing. Where nothing is known yet, common
 * words find a first record, which is then asked for like any other.
 */
export async function checkHealth(
  connector: Connector,
  items: readonly KnownItem[],
  options: CheckOptions,
  signal: AbortSignal,
): Promise<CheckResult> {
  const samples: Sample[] = [];
  const ask = async (...question: Parameters<typeof clauseQuery>) => {
    const answered = await askOnce(connector, clauseQuery(...question), options, signal, samples);
    return answered;
  };
  const { library } = connector;
  const known = items.filter((item) => questionOf(item, library) !== null);
  if (known.length === 0) return learnFirst();

  const asked: { item: KnownItem; hits: number; found: boolean }[] = [];
  // A second item tells a book that was withdrawn from an index that is lost.
  for (const item of known.slice(0, 2)) {
    const question = questionOf(item, library);
    if (question === null) continue;
    const answered = await ask(question.index, question.term);
    const failure = failureOf(answered);
    if (failure !== null) return { ...failure, samples, asked, learned: null };
    const matches = answered.records.map((record) => compareItem(item, record));
    const found = matches.includes('same');
    const changed = !found && matches.includes('changed');
    asked.push({ item, hits: answered.hits, found: found || changed });
    if (changed) return { verdict: 'poor', cause: 'item_changed', samples, asked, learned: null };
    if (!found) continue;
    const cause = weaknessOf(answered, item);
    return { verdict: cause === null ? 'good' : 'poor', cause, samples, asked, learned: null };
  }
  return { verdict: 'poor', cause: 'item_missing', samples, asked, learned: null };

  async function learnFirst(): Promise<CheckResult> {
    const index = library.connector.indexes.any === undefined ? 'title' : 'any';
    let weak: string | null = 'no_records';
    let learned: KnownItem | null = null;
    const { clock } = options;
    // A slow library is not kept busy with one word after another.
    const until = clock.now() + library.connector.limits.timeoutMs;
    for (const word of commonWords) {
      if (clock.now() >= until) break;
      const answered = await ask(index, word);
      const failure = failureOf(answered);
      if (failure !== null) return { ...failure, samples, asked: [], learned: null };
      const day = new Date(options.wallClock()).toISOString().slice(0, 10);
      const fit = answered.records.map((record) => itemOf(record, library, day));
      learned = fit.find((item) => item !== null) ?? null;
      if (learned === null) continue;
      weak = weaknessOf(answered, learned);
      break;
    }
    return { verdict: weak === null ? 'good' : 'poor', cause: weak, samples, asked: [], learned };
  }

  function weaknessOf(answered: Answered, item: KnownItem): string | null {
    if (answered.state === 'partial') return answered.cause ?? 'incomplete';
    if (item.hits !== null && answered.hits < item.hits * farFewer) return 'fewer';
    return answered.elapsedMs >= options.slowMs ? 'slow' : null;
  }
}

/** The end of a check that heard no answer; null where one came. */
function failureOf({ state, cause }: Answered): {
  verdict: 'bad' | 'poor' | 'none';
  cause: string | null;
} | null {
  if (state === 'unsupported') return { verdict: 'poor', cause: cause ?? state };
  switch (standingOf(state)) {
    case 'answered':
      return null;
    case 'failed':
      return { verdict: 'bad', cause: cause ?? state };
    case 'unasked':
      return { verdict: 'none', cause };
  }
}

async function askOnce(
  connector: Connector,
  query: ReturnType<typeof clauseQuery>,
  { clock, wallClock }: CheckOptions,
  signal: AbortSignal,
  samples: Sample[],
): Promise<Answered> {
  const { library } = connector;
  const watch = startStopwatch(clock);
  const deadline = clock.now() + library.connector.limits.timeoutMs;
  const records: SourceRecord[] = [];
  let ended: { state: AnswerState; cause: string | null; hits: number };
  try {
    const outcome = await connector.search(
      {
        query,
        start: 1,
        limit: recordsWanted,
        sort: null,
        deadline,
        trace: watch.trace,
        probe: true,
      },
      signal,
      (some) => records.push(...some),
    );
    ended = stateOfOutcome(outcome);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    ended = { ...stateOfError(error, records.length), hits: error.hits ?? records.length };
  }
  const { elapsedMs, phases } = watch.stop();
  const { state, cause } = ended;
  const sample = { library: library.id, source: 'check' as const, at: wallClock() };
  samples.push({ ...sample, state, cause, elapsedMs, phases });
  return { ...ended, records, elapsedMs };
}
