import type { SourceRecord } from '../members/types.ts';
import type { Group } from './matching/index.ts';
import { availabilityOf } from './merge/holding.ts';
import { type Described, describe, lineOf, recordId } from './merge.ts';
import { contentKey, isNumbered } from './records.ts';
import type { MergedRecord } from './types.ts';

/**
 * One line of the merged list. Most lines of a search are never shown, so what only a reader sees of them, their
 * ids and records, is made when somebody looks.
 */
export class Line {
  readonly group: Group;
  /** What it says of the edition: for a record alone, that record itself. */
  readonly described: Described;
  readonly score: number;
  /** Different libraries that hold it. */
  readonly holders: number;
  /** 2 when a copy can be lent, 1 when one is on the shelf, 0 when nothing is known. */
  readonly availability: number;
  /** What its own id is made from. */
  readonly name: string;
  #ownId: string | null = null;
  #pinnedId: string | null = null;
  #record: MergedRecord | null = null;

  constructor(group: Group, described: Described, score: number) {
    const { members } = group;
    this.group = group;
    this.described = described;
    this.score = score;
    this.holders = holdersOf(members);
    this.availability = bestOf(members);
    this.name = nameOf(group);
  }

  /** The id it has in every search where nobody saw a part of it before. */
  get ownId(): string {
    this.#ownId ??= recordId(this.name);
    return this.#ownId;
  }

  get id(): string {
    return this.#pinnedId ?? this.ownId;
  }

  /** The same object each time. */
  get record(): MergedRecord {
    this.#record ??= { ...lineOf(this.group, this.described, this.id), score: this.score };
    return this.#record;
  }

  /** The line under that id. */
  withId(id: string): Line {
    if (this.id === id) return this;
    const line = new Line(this.group, this.described, this.score);
    line.#ownId = this.#ownId;
    line.#pinnedId = id;
    return line;
  }
}

/** The line of a group, as good as its best record: a poor description beside it takes nothing away. */
export function makeLine(group: Group, scores: ReadonlyMap<SourceRecord, number>): Line {
  let score = 0;
  for (const member of group.members) score = Math.max(score, scores.get(member) ?? 0);
  return new Line(group, describe(group), score);
}

/** The group's key; the bytes of its first record where a library gives its records no number. */
function nameOf({ key, members }: Group): string {
  const [first] = members;
  return first === undefined || isNumbered(first) ? key : contentKey(first);
}

function holdersOf(members: readonly SourceRecord[]): number {
  return members.length === 1 ? 1 : new Set(members.map(({ library }) => library)).size;
}

function bestOf(members: readonly SourceRecord[]): number {
  let best = 0;
  for (const { record } of members) best = Math.max(best, availabilityOf(record.items));
  return best;
}
