import { type Clock, systemClock } from '../store/clock.ts';
import { type Directory, type Entry, isPublic } from './directory.ts';
import type { Problem } from './faults.ts';
import { isOffered } from './services.ts';

export interface Group {
  readonly id: string;
  readonly libraries: readonly string[];
}

export interface SelectionRules {
  readonly groups: readonly Group[];
  readonly defaultLibraries: readonly string[];
  /** Counted libraries of one search; those outside the limit stand beside them. */
  readonly maxLibraries: number;
}

/**
 * The ids of the libraries to ask, in the order chosen and without repeats; or every problem of the
 * choice. `chosen` holds library ids and `@group` ids; null takes the default set.
 */
export function selectLibraries(
  chosen: readonly string[] | null,
  directory: Directory,
  rules: SelectionRules,
  clock: Clock = systemClock,
): { ids: string[] } | { problems: Problem[] } {
  if (chosen === null) return { ids: defaultSet(directory, rules, clock) };
  const problems: Problem[] = [];
  const ids = new Set<string>();
  const problem = (message: string) => problems.push({ pointer: '/libraries', message });
  for (const name of chosen) {
    if (name.startsWith('@')) {
      const group = rules.groups.find(({ id }) => id === name.slice(1));
      if (!group) problem(`${name} is not a known group`);
      for (const id of group?.libraries ?? []) if (isKnown(directory, id)) ids.add(id);
    } else if (isKnown(directory, name)) {
      ids.add(name);
    } else {
      problem(`${JSON.stringify(name)} is not a known library`);
    }
  }
  const counted = [...ids].filter((id) => !directory.get(id)?.library.outsideLimit);
  if (counted.length > rules.maxLibraries) {
    problem(`at most ${rules.maxLibraries} libraries can be chosen, not ${counted.length}`);
  }
  if (problems.length === 0 && ids.size === 0) problem('names no library');
  return problems.length > 0 ? { problems } : { ids: [...ids] };
}

function isKnown(directory: Directory, id: string): boolean {
  const entry = directory.get(id);
  return entry !== undefined && isPublic(entry);
}

/**
 * The configured set; without one the first live members and every live library outside the limit. Who
 * does not offer search today is left out: nobody chose it by name.
 */
export function defaultSet(
  directory: Directory,
  rules: SelectionRules,
  clock: Clock = systemClock,
): string[] {
  const now = clock.now();
  const isSearched = ({ library }: Entry) => isOffered(library, 'search', now);
  const configured = rules.defaultLibraries.filter((id) => {
    const entry = directory.get(id);
    return entry !== undefined && isPublic(entry) && isSearched(entry);
  });
  if (configured.length > 0) return configured;
  const live = directory
    .list()
    .filter((entry) => entry.library.status === 'live' && isSearched(entry));
  const counted = live.filter(({ library }) => !library.outsideLimit);
  return [
    ...counted.slice(0, rules.maxLibraries),
    ...live.filter(({ library }) => library.outsideLimit),
  ].map(({ library }) => library.id);
}
