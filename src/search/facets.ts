import type { Line } from './line.ts';
import { type FacetName, type Facets, facetNames } from './types.ts';

/** The values a line has under a facet; a line counts once for each. */
export function facetValues(line: Line, name: FacetName): readonly string[] {
  const { described, group } = line;
  switch (name) {
    case 'library':
      return group.members.map(({ library }) => library);
    case 'year':
      return described.year === null ? [] : [String(described.year)];
    case 'language':
      return described.language === null ? [] : [described.language];
    case 'type':
      return [described.type];
    case 'author':
      return described.authors;
    case 'subject':
      return described.subjects;
  }
}

/**
 * Counts of merged lines, never of what a library says it has: they speak of what was loaded. Most
 * frequent first, then by code unit.
 */
export function countFacet(
  lines: readonly Line[],
  name: FacetName,
  maximum: number,
): Facets[FacetName] {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const values = facetValues(line, name);
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as string;
      if (values.indexOf(value) === i) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return mostFrequent(counts, maximum);
}

/** The most frequent values in order, without sorting the long tail that nobody is shown. */
function mostFrequent(counts: ReadonlyMap<string, number>, maximum: number): Facets[FacetName] {
  const top: { value: string; count: number }[] = [];
  for (const [value, count] of counts) {
    const last = top.at(-1);
    if (top.length >= maximum && last && !isBefore(value, count, last)) continue;
    let at = top.length;
    while (at > 0 && isBefore(value, count, top[at - 1] as (typeof top)[number])) at--;
    top.splice(at, 0, { value, count });
    if (top.length > maximum) top.pop();
  }
  return top;
}

function isBefore(value: string, count: number, other: { value: string; count: number }): boolean {
  return count > other.count || (count === other.count && value < other.value);
}

/**
 * All facets of a filtered list. A facet under which the reader has chosen is counted without that
 * choice, so that the other values stay to be chosen.
 */
export function countFacets(
  linesFor: (without: FacetName | null) => readonly Line[],
  chosen: ReadonlySet<FacetName>,
  maximum: number,
): Facets {
  const entries = facetNames.map((name) => [
    name,
    countFacet(linesFor(chosen.has(name) ? name : null), name, maximum),
  ]);
  return Object.fromEntries(entries) as Facets;
}
