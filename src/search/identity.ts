import type { Line } from './line.ts';
import type { Group } from './matching/index.ts';
import { recordId } from './merge.ts';
import { memberKey } from './records.ts';

/**
 * The ids of merged lines. An id is made from the smallest member of the group (library, then number;
 * the bytes where a library gives its records no number), so the same group has the same id in every
 * search and on every gateway. Once a line was shown, its id stays with it for the rest of the search,
 * also when a smaller member joins later; both ids lead to the line.
 */
export interface Identities {
  /** One id for each line, all different; null where each has its own already. */
  assign(lines: readonly Line[]): AssignedIds;
  /** Pins the id a line was shown under. */
  show(line: Line): void;
}

export interface AssignedIds {
  readonly ids: readonly string[] | null;
  /** Whether every line has the id that any other search would give it. */
  readonly canonical: boolean;
}

export function createIdentities(): Identities {
  const shown = new Map<string, string>();
  /** Lines as they were shown: their ids stand. */
  const pinned = new WeakSet<Line>();

  const assignPinned = (
    lines: readonly Line[],
    canonical: readonly string[],
  ): readonly string[] => {
    const taken = new Set<string>();
    const ids: (string | null)[] = lines.map((line, position) => {
      if (pinned.has(line)) {
        taken.add(line.id);
        return line.id;
      }
      const own = canonical[position] ?? '';
      if (!shownIds(line.group).includes(own)) return null;
      taken.add(own);
      return own;
    });
    return lines.map(({ group }, position) => {
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
    assign(lines) {
      if (shown.size === 0) {
        const names = new Set(lines.map(({ name }) => name));
        return { ids: names.size === lines.length ? null : distinct(lines), canonical: true };
      }
      const canonical = distinct(lines);
      const ids = assignPinned(lines, canonical);
      return { ids, canonical: ids.every((id, position) => id === canonical[position]) };
    },
    show(line) {
      if (pinned.has(line)) return;
      pinned.add(line);
      for (const member of line.group.members) shown.set(memberKey(member), line.id);
    },
  };
}

/** Two different records that a library gives one number get different ids all the same. */
function distinct(lines: readonly Line[]): readonly string[] {
  const own = lines.map(({ ownId }) => ownId);
  const taken = new Set(own);
  if (taken.size === own.length) return own;
  taken.clear();
  return own.map((id, position) => {
    let free = id;
    for (let again = 1; taken.has(free); again++) {
      free = recordId(`${lines[position]?.group.key}\u0000${again}`);
    }
    taken.add(free);
    return free;
  });
}
