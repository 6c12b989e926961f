import type { Group } from './matching/index.ts';
import { recordId } from './merge.ts';
import { contentKey, isNumbered, memberKey } from './records.ts';

/**
 * The ids of merged lines. An id is made from the smallest member of the group (library, then number;
 * the bytes where a library gives its records no number), so the same group has the same id in every
 * search and on every gateway. Once a line was shown, its id stays with it for the rest of the search,
 * also when a smaller member joins later; both ids lead to the line.
 */
export interface Identities {
  /**
   * One id for each group, all different, in the order of the groups; `own` are the ids their
   * smallest members give them.
   */
  assign(groups: readonly Group[], own: readonly string[]): AssignedIds;
  /** Pins the id a group was shown under. */
  show(group: Group, id: string): void;
}

export interface AssignedIds {
  readonly ids: readonly string[];
  /** Whether every group has the id that any other search would give it. */
  readonly canonical: boolean;
}

export function createIdentities(): Identities {
  const shown = new Map<string, string>();

  const assignPinned = (
    groups: readonly Group[],
    canonical: readonly string[],
  ): readonly string[] => {
    const taken = new Set<string>();
    const ids: (string | null)[] = groups.map((group, position) => {
      const own = canonical[position] ?? '';
      if (!shownIds(group).includes(own)) return null;
      taken.add(own);
      return own;
    });
    return groups.map((group, position) => {
      const kept = ids[position];
      if (kept) return kept;
      const free = shownIds(group).find((id) => !taken.has(id));
      const id = free ?? canonical[position] ?? '';
      taken.add(id);
      return id;
    });
  };

  /** Ids that members were shown under, in the order of the members. */
  const shownIds = (group: Group): readonly string[] => {
    const ids: string[] = [];
    for (const member of group.members) {
      const id = shown.get(memberKey(member));
      if (id !== undefined) ids.push(id);
    }
    return ids;
  };

  return {
    assign(groups, own) {
      const canonical = distinct(groups, own);
      if (shown.size === 0) return { ids: canonical, canonical: true };
      const ids = assignPinned(groups, canonical);
      return { ids, canonical: ids.every((id, position) => id === canonical[position]) };
    },
    show(group, id) {
      for (const member of group.members) shown.set(memberKey(member), id);
    },
  };
}

/** The id a group has by its smallest member; `ofKey` is that of its key, where it is known. */
export function ownId(group: Group, ofKey: string): string {
  const [first] = group.members;
  if (first === undefined || isNumbered(first)) return ofKey;
  return recordId(contentKey(first));
}

/** Two different records that a library gives one number get different ids all the same. */
function distinct(groups: readonly Group[], own: readonly string[]): readonly string[] {
  const taken = new Set(own);
  if (taken.size === own.length) return own;
  taken.clear();
  return own.map((id, position) => {
    let free = id;
    for (let again = 1; taken.has(free); again++) {
      free = recordId(`${groups[position]?.key}\u0000${again}`);
    }
    taken.add(free);
    return free;
  });
}
