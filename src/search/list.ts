import type { SourceRecord } from '../members/types.ts';
import { createIdentities, type Identities } from './identity.ts';
import { type Line, makeLine } from './line.ts';
import { type Clusterer, createClusterer, type Group } from './matching/index.ts';
import { scoreOf } from './rank.ts';
import type { RankTerms } from './rank-terms.ts';

/** The merged list by relevance: a function of the records and the query alone. */
export interface MergedList {
  readonly lines: readonly Line[];
}

/** The ids of the lines that records are part of. */
export function lineIds({ lines }: MergedList): ReadonlyMap<SourceRecord, string> {
  const ids = new Map<SourceRecord, string>();
  for (const { group, id } of lines) {
    for (const member of group.members) ids.set(member, id);
  }
  return ids;
}

/** Builds the merged list of one search as records arrive. */
export interface Composer {
  add(records: readonly SourceRecord[]): void;
  /** Does a millisecond or two of the work on what has come; true while there is more of it. */
  prepare(): boolean;
  /** Goes on to the list of what has come, a piece each time; true while it is not made. */
  step(): boolean;
  /** Whether the list of what has come is made. */
  readonly made: boolean;
  /** The list as of now; the same object until records are added. */
  list(): MergedList;
  /** Pins the ids of lines that somebody has seen. */
  show(lines: readonly Line[]): void;
  /** Every record so far, in the order of arrival. */
  readonly sources: readonly SourceRecord[];
  /** Lets go of what only a list that still grows needs. */
  trim(): void;
  /** Lets go of everything that can be made again from the records. */
  release(): void;
  /** Lets go of the records too; the ids that somebody has seen stay. The same records have to be added again. */
  empty(): void;
}

/** Records prepared, and lines made, in one piece of a millisecond or two. */
const recordsPerPiece = 20;
const linesPerPiece = 50;

/** Lists of whole answers, shared by searches that got the very same records. */
export interface SharedLists {
  get(key: string): MergedList | undefined;
  set(key: string, list: MergedList): void;
}

/**
 * `sharedKey` names the answers the records came from when all of them are whole (see SharedLists);
 * null while there is no such name.
 */
export function createComposer(
  terms: RankTerms,
  shared: SharedLists,
  sharedKey: () => string | null,
): Composer {
  const sources: SourceRecord[] = [];
  const identities = createIdentities();
  let work: Workshop | null = null;
  let current: MergedList | null = null;
  /** How many records there were when the first id was pinned. */
  let pinnedAt: number | null = null;

  const prepare = (maximum: number): Workshop => {
    work ??= {
      clusterer: createClusterer(),
      lines: new Map(),
      scores: new Map(),
      taken: 0,
      groups: null,
      made: 0,
    };
    const fresh = sources.slice(work.taken, work.taken + maximum);
    if (fresh.length > 0) work.groups = null;
    work.taken += fresh.length;
    for (const source of fresh) work.scores.set(source, scoreOf(terms, source.record));
    work.clusterer.add(fresh);
    return work;
  };

  /** Takes the list of another search that got the very same answers. */
  const recall = (): boolean => {
    // A line seen before more records came may have an id that no other search gives it.
    const key = pinnedAt === null || pinnedAt === sources.length ? sharedKey() : null;
    const known = key === null ? undefined : shared.get(key);
    if (known === undefined) return false;
    current = known;
    return true;
  };

  const finish = (): MergedList => {
    const { lines, canonical } = compose(prepare(0), identities);
    current = { lines };
    const name = canonical ? sharedKey() : null;
    if (name !== null) shared.set(name, current);
    return current;
  };

  return {
    sources,
    add(records) {
      if (records.length === 0) return;
      for (const record of records) sources.push(record);
      current = null;
    },
    prepare: () => prepare(recordsPerPiece).taken < sources.length,
    step() {
      if (current !== null || recall()) return false;
      const before = work?.taken ?? 0;
      const { taken } = prepare(recordsPerPiece);
      if (taken > before) return true;
      if (makeLines(prepare(0), linesPerPiece)) return true;
      finish();
      return false;
    },
    get made() {
      return current !== null || sources.length === 0;
    },
    list() {
      if (current !== null || recall()) return current ?? nothing;
      makeLines(prepare(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
      return finish();
    },
    show(lines) {
      if (lines.length > 0) pinnedAt ??= sources.length;
      for (const line of lines) identities.show(line);
    },
    trim() {
      if (current !== null) work = null;
    },
    release() {
      work = null;
      current = null;
    },
    empty() {
      work = null;
      current = null;
      sources.length = 0;
    },
  };
}

interface Workshop {
  readonly clusterer: Clusterer;
  /** Lines by group; the clusterer gives an unchanged group as the same object. */
  lines: Map<Group, Line>;
  readonly scores: Map<SourceRecord, number>;
  /** Records taken into the groups. */
  taken: number;
  /** The groups of all that was taken; null when more has come since they were last told. */
  groups: readonly Group[] | null;
  /** How many of the groups have their lines. */
  made: number;
}

const nothing: MergedList = { lines: [] };

/** Makes lines of groups that have none, at most so many; true while some are left. */
function makeLines(work: Workshop, maximum: number): boolean {
  if (work.groups === null) {
    work.groups = work.clusterer.groups();
    work.made = 0;
    if (maximum < work.groups.length) return true;
  }
  const { groups, lines } = work;
  for (let left = maximum; work.made < groups.length && left > 0; work.made++) {
    const group = groups[work.made] as Group;
    if (lines.has(group)) continue;
    lines.set(group, makeLine(group, work.scores));
    left--;
  }
  return work.made < groups.length;
}

function compose(
  work: Workshop,
  identities: Identities,
): { lines: readonly Line[]; canonical: boolean } {
  const groups = work.groups ?? [];
  const made = groups.map((group) => work.lines.get(group) ?? makeLine(group, work.scores));
  const { ids, canonical } = identities.assign(made);
  const lines = ids === null ? made : made.map((line, at) => line.withId(ids[at] ?? line.id));
  work.lines = new Map(lines.map((line) => [line.group, line]));
  return { lines: [...lines].sort(byStanding), canonical };
}

/**
 * The final order: score, then more holders, then copies that can be had, then newer. It is total and
 * looks at nothing but the lines, so it is the same for any order of arrival.
 */
function byStanding(a: Line, b: Line): number {
  return (
    b.score - a.score ||
    b.holders - a.holders ||
    b.availability - a.availability ||
    (b.described.year ?? 0) - (a.described.year ?? 0) ||
    compareText(a.described.title, b.described.title) ||
    compareText(a.group.key, b.group.key) ||
    (a.group.members[0]?.position ?? 0) - (b.group.members[0]?.position ?? 0)
  );
}

/** By code unit: the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
