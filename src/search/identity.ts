import type { Group } from './matching/index.ts';
import { recordId } from './merge.ts';
import { contentKey, memberKey } from './records.ts';

/**
 * The ids of merged lines. An id is made from the smallest member of the group (library, then number;
 * the bytes where a library gives its records no number), so the same group has the same id in every
 * search and on every gateway. Once a line was shown, its id stays with it for the rest of the search,
 * also when a smaller member joins later; both ids lead to the line.
 */
export interface Identities {
  /** One id for each group, all different, in the order of the groups. */
  assign(groups: readonly Group[]): readonly string[];
  /** Pins the id a group was shown under. */
  show(group: Group, id: string): void;
}

export function createIdentities(): Identities {
  const shown = new Map<string, string>();

  const assignPinned = (groups: readonly Group[]): readonly string[] => {
    const canonical = assignCanonical(groups);
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
    assign: (groups) => (shown.size === 0 ? assignCanonical(groups) : assignPinned(groups)),
    show(group, id) {
      for (const member of group.members) shown.set(memberKey(member), id);
    },
  };
}

function assignCanonical(groups: readonly Group[]): readonly string[] {
  const taken = new Set<string>();
  return groups.map((group) => {
    const [first] = group.members;
    let id = recordId(first === undefined ? group.key : contentKey(first));
    // A library that gives two different records one number.
    for (let again = 1; taken.has(id); again++) id = recordId(`${group.key}\u0000${again}`);
    taken.add(id);
    return id;
  });
}
