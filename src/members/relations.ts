import type { LibraryDocument } from './document.ts';
import type { Problem } from './faults.ts';

type Placed = Pick<LibraryDocument, 'id' | 'parent'>;

/** No consortium stacks its branches deeper; a longer chain of parents ends here. */
const maxDepth = 32;

/** What is wrong with a library's place among the others: a parent nobody is, or a ring of parents. */
export function parentProblems(
  library: Placed,
  find: (id: string) => Placed | undefined,
): readonly Problem[] {
  const problem = (message: string) => [{ pointer: '/parent', message }];
  const way = [library.id];
  let { parent } = library;
  for (let depth = 0; parent !== null; depth++) {
    const above = find(parent);
    if (above === undefined) {
      return depth === 0 ? problem(`${parent} is not a known library`) : [];
    }
    way.push(parent);
    if (parent === library.id) return problem(`leads back to the library: ${way.join(' → ')}`);
    // A ring above that does not hold this library is the fault of those in it.
    if (way.indexOf(parent) < way.length - 1) return [];
    if (depth >= maxDepth) return problem(`has more than ${maxDepth} libraries above it`);
    parent = above.parent;
  }
  return [];
}

/** Categories of a library that the directory does not have. */
export function categoryProblems(
  { categories }: Pick<LibraryDocument, 'categories'>,
  known: readonly { readonly id: string }[],
): readonly Problem[] {
  return categories.flatMap((category, at) =>
    known.some(({ id }) => id === category)
      ? []
      : [{ pointer: `/categories/${at}`, message: `${category} is not a known category` }],
  );
}

/** Ids that stand twice in one list of the directory's shape. */
export function repeatedIds(
  list: readonly { readonly id: string }[],
  pointer: string,
): readonly Problem[] {
  return list.flatMap(({ id }, at) => {
    const first = list.findIndex((one) => one.id === id);
    if (first === at) return [];
    return [{ pointer: `${pointer}/${at}/id`, message: `${id} stands there already` }];
  });
}
