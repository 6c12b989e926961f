import { foldForMatching } from '../../marc/text.ts';
import { addTally, addTime, emptyTally, type Tally } from '../health/tally.ts';
import { phases, type SourceRecord } from '../types.ts';
import type { LiveAnswer } from '../watched.ts';

/** How one side did: times of its answers, and why it failed. */
export type SideTally = Pick<Tally, 'times' | 'causes'>;

export interface Example {
  readonly kind: 'missing' | 'extra' | 'different' | 'renumbered';
  readonly localId: string;
  /** Names of the fields that differ; never what stands in them. */
  readonly fields: readonly string[];
}

/** What a candidate's answers were like beside those of the document in use. Counts add up. */
export interface Comparison {
  compared: number;
  /** Asks that did not go to the candidate, so that it stays within the library's limits. */
  skipped: number;
  /** Asks of the candidate taken back because a reader's search needed the connection. */
  cut: number;
  outcomes: { both: number; onlyLive: number; onlyCandidate: number; neither: number };
  hits: { equal: number; fewer: number; more: number };
  records: {
    same: number;
    different: number;
    renumbered: number;
    missing: number;
    extra: number;
    /** On one side only, of lists longer than what was fetched: perhaps on another page of the other. */
    elsewhere: number;
  };
  /** Records in which each field differs. */
  fields: Record<string, number>;
  live: SideTally;
  candidate: SideTally;
  examples: Example[];
}

const maxExamples = 20;

export function emptyComparison(): Comparison {
  return {
    compared: 0,
    skipped: 0,
    cut: 0,
    outcomes: { both: 0, onlyLive: 0, onlyCandidate: 0, neither: 0 },
    hits: { equal: 0, fewer: 0, more: 0 },
    records: { same: 0, different: 0, renumbered: 0, missing: 0, extra: 0, elsewhere: 0 },
    fields: {},
    live: emptySide(),
    candidate: emptySide(),
    examples: [],
  };
}

function emptySide(): SideTally {
  return { times: {}, causes: {} };
}

/** Adds what one ask showed. */
export function compareAnswers(into: Comparison, live: LiveAnswer, candidate: LiveAnswer): void {
  into.compared += 1;
  noteSide(into.live, live);
  noteSide(into.candidate, candidate);
  const outcome = outcomeOf(live.failure === null, candidate.failure === null);
  into.outcomes[outcome] += 1;
  if (outcome !== 'both') return;
  const [before, after] = [live.hits ?? 0, candidate.hits ?? 0];
  into.hits[after === before ? 'equal' : after < before ? 'fewer' : 'more'] += 1;
  compareRecords(into, live, candidate);
}

function outcomeOf(live: boolean, candidate: boolean): keyof Comparison['outcomes'] {
  if (live) return candidate ? 'both' : 'onlyLive';
  return candidate ? 'onlyCandidate' : 'neither';
}

function noteSide(side: SideTally, { failure, elapsedMs, phases: spent }: LiveAnswer): void {
  if (failure !== null) {
    side.causes[failure] = (side.causes[failure] ?? 0) + 1;
    return;
  }
  addTime(side, 'total', elapsedMs);
  for (const phase of phases) {
    const ms = spent[phase] ?? 0;
    if (ms > 0) addTime(side, phase, ms);
  }
}

/** By the record's own number first, then by title and ISBN, since a new document may number anew. */
function compareRecords(into: Comparison, live: LiveAnswer, candidate: LiveAnswer): void {
  const left = new Map(candidate.records.map((record) => [record.localId, record]));
  const alone: SourceRecord[] = [];
  for (const record of live.records) {
    const twin = left.get(record.localId);
    if (twin === undefined) {
      alone.push(record);
      continue;
    }
    left.delete(record.localId);
    notePair(into, record, twin, false);
  }
  const byKey = new Map([...left.values()].map((record) => [keyOf(record), record]));
  const missing = alone.filter((record) => {
    const twin = byKey.get(keyOf(record));
    if (twin === undefined || !left.delete(twin.localId)) return true;
    notePair(into, record, twin, true);
    return false;
  });
  const isWhole = wholeList(live) && wholeList(candidate);
  const extra = [...left.values()];
  if (!isWhole) {
    into.records.elsewhere += missing.length + extra.length;
    return;
  }
  into.records.missing += missing.length;
  into.records.extra += extra.length;
  for (const { localId } of missing) exemplify(into, { kind: 'missing', localId, fields: [] });
  for (const { localId } of extra) exemplify(into, { kind: 'extra', localId, fields: [] });
}

function wholeList({ hits, records }: LiveAnswer): boolean {
  return hits !== null && hits <= records.length;
}

function keyOf({ record }: SourceRecord): string {
  const number = record.isbn[0] ?? String(record.year ?? '');
  return `${foldForMatching(record.title)} ${number}`;
}

function notePair(into: Comparison, a: SourceRecord, b: SourceRecord, renumbered: boolean): void {
  const fields = differingFields(a, b);
  for (const field of fields) into.fields[field] = (into.fields[field] ?? 0) + 1;
  const kind = renumbered ? 'renumbered' : fields.length > 0 ? 'different' : null;
  if (kind === null) {
    into.records.same += 1;
    return;
  }
  into.records[kind] += 1;
  exemplify(into, { kind, localId: a.localId, fields });
}

function exemplify(into: Comparison, example: Example): void {
  const isKnown = into.examples.some(
    ({ kind, localId }) => kind === example.kind && localId === example.localId,
  );
  if (!isKnown && into.examples.length < maxExamples) into.examples.push(example);
}

const comparedFields = {
  title: ({ record }) => record.title,
  subtitle: ({ record }) => record.subtitle,
  parallelTitle: ({ record }) => record.parallelTitle,
  authors: ({ record }) => record.authors,
  edition: ({ record }) => record.edition,
  publisher: ({ record }) => record.publisher,
  place: ({ record }) => record.place,
  year: ({ record }) => record.year,
  extent: ({ record }) => record.extent,
  series: ({ record }) => record.series,
  isbn: ({ record }) => record.isbn,
  issn: ({ record }) => record.issn,
  language: ({ record }) => record.language,
  type: ({ record }) => record.type,
  subjects: ({ record }) => record.subjects,
  classes: ({ record }) => record.classes,
  callNumber: ({ record }) => record.items.map(({ callNumber }) => callNumber),
  copies: ({ record }) => record.items.length,
} as const satisfies Record<string, (record: SourceRecord) => unknown>;

function differingFields(a: SourceRecord, b: SourceRecord): readonly string[] {
  return Object.entries(comparedFields)
    .filter(([, read]) => JSON.stringify(read(a)) !== JSON.stringify(read(b)))
    .map(([field]) => field);
}

/** Adds what another comparison of the same candidate counted, of an earlier time or another gateway. */
export function addComparison(into: Comparison, more: Comparison): void {
  into.compared += more.compared;
  into.skipped += more.skipped;
  into.cut += more.cut;
  addCounts(into.outcomes, more.outcomes);
  addCounts(into.hits, more.hits);
  addCounts(into.records, more.records);
  addCounts(into.fields, more.fields);
  addSide(into.live, more.live);
  addSide(into.candidate, more.candidate);
  for (const example of more.examples) exemplify(into, example);
}

function addCounts(into: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [key, n] of Object.entries(more)) into[key] = (into[key] ?? 0) + n;
}

function addSide(into: SideTally, more: SideTally): void {
  const sum: Tally = { ...emptyTally(), ...into };
  addTally(sum, { ...emptyTally(), ...more });
  into.times = sum.times;
  into.causes = sum.causes;
}
