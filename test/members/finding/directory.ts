import { checkLibrary } from '../../../src/members/check.ts';
import { createDirectory, type Directory } from '../../../src/members/directory.ts';
import type { LibraryInput } from '../../../src/members/document.ts';
import { findLibraries } from '../../../src/members/find.ts';
import { minimalDocument } from '../../support/documents.ts';

/** A directory of libraries that have only names, and what is found in it, as Chinese names. */
export function directoryOf(documents: readonly LibraryInput[]): Directory {
  const directory = createDirectory();
  for (const input of documents) {
    const checked = checkLibrary(input, {});
    if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
    directory.put(checked.library, checked.input, 'file');
  }
  return directory;
}

export function namesFoundIn(directory: Directory): (typed: string) => readonly string[] {
  const entries = directory.list();
  return (typed) => findLibraries(entries, typed).map(({ library }) => library.name.zh);
}

export function named(...names: readonly string[]): readonly LibraryInput[] {
  return names.map((zh, at) =>
    minimalDocument(`lib${at}x`, { code: `${100_000 + at}`, name: { zh } }),
  );
}
