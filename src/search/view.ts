import { countFacets, facetValues } from './facets.ts';
import type { Line } from './line.ts';
import type { MergedList } from './list.ts';
import type { FacetName, Facets, SortOrder, View } from './types.ts';

/** What a reader sees of a merged list: filtered, sorted, counted. */
export interface Selection {
  readonly lines: readonly Line[];
  readonly facets: Facets;
}

type Filters = View['filters'];

/** Ways of looking at one list that are remembered with it. */
const maxSelections = 16;
const selections = new WeakMap<MergedList, Map<string, Selection>>();

/** The lines a view shows, all pages, with their facets; remembered as long as the list. */
export function select(
  list: MergedList,
  view: Pick<View, 'sort' | 'filters'>,
  facetMaximum: number,
): Selection {
  const known = selections.get(list) ?? new Map<string, Selection>();
  selections.set(list, known);
  const key = JSON.stringify([view.sort, view.filters, facetMaximum]);
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = makeSelection(list, view, facetMaximum);
  if (known.size >= maxSelections) known.clear();
  known.set(key, made);
  return made;
}

function makeSelection(
  list: MergedList,
  view: Pick<View, 'sort' | 'filters'>,
  facetMaximum: number,
): Selection {
  const lines = sorted(filterLines(list.lines, view.filters), view.sort);
  const chosen = new Set(view.filters.map((filter) => filter.name));
  let facets: Facets | null = null;
  return {
    lines,
    get facets() {
      facets ??= countFacets(
        (without) =>
          without === null
            ? lines
            : filterLines(
                list.lines,
                view.filters.filter((filter) => filter.name !== without),
              ),
        chosen,
        facetMaximum,
      );
      return facets;
    },
  };
}

/** Lines that have one of the values chosen under each name. */
function filterLines(lines: readonly Line[], filters: Filters): readonly Line[] {
  if (filters.length === 0) return lines;
  const wanted = new Map<FacetName, Set<string>>();
  for (const { name, value } of filters) {
    const values = wanted.get(name) ?? new Set<string>();
    wanted.set(name, values.add(value));
  }
  return lines.filter((line) =>
    [...wanted].every(([name, values]) =>
      facetValues(line, name).some((value) => values.has(value)),
    ),
  );
}

let collator: Intl.Collator | null = null;

/** Chinese by pinyin, Latin letters among them, numbers by value. */
function compareWords(a: string, b: string): number {
  collator ??= new Intl.Collator('zh-Hans-CN-u-co-pinyin', { numeric: true });
  return collator.compare(a, b);
}

/** Sorted by the reader's wish; equal lines stay in the order of relevance, unknown ones go last. */
function sorted(lines: readonly Line[], order: SortOrder): readonly Line[] {
  switch (order) {
    case 'relevance':
      return lines;
    case 'year':
      return [...lines].sort((a, b) => byYear(a, b, -1));
    case '-year':
      return [...lines].sort((a, b) => byYear(a, b, 1));
    case 'title':
      return sortByWords(lines, sortTitle);
    case 'author':
      return sortByWords(lines, (line) => line.described.authors[0] ?? '');
  }
}

function byYear(a: Line, b: Line, direction: 1 | -1): number {
  const one = a.described.year;
  const two = b.described.year;
  if (one === null || two === null) return one === two ? 0 : one === null ? 1 : -1;
  return (one - two) * direction;
}

function sortByWords(lines: readonly Line[], wordsOf: (line: Line) => string): readonly Line[] {
  return lines
    .map((line) => ({ line, words: wordsOf(line) }))
    .sort((a, b) =>
      a.words === '' || b.words === ''
        ? Number(a.words === '') - Number(b.words === '')
        : compareWords(a.words, b.words),
    )
    .map(({ line }) => line);
}

/** The title without its article, from the record whose title the line shows. */
function sortTitle(line: Line): string {
  const shown = line.described.title;
  const source = line.group.members.find((member) => member.record.title === shown);
  return source?.record.sortTitle || shown;
}
