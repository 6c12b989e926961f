import { createHash } from 'node:crypto';
import type { LibraryDocument, LibraryInput } from './document.ts';

/** Where a library's document came from: a file is read-only through the API. */
export type Origin = 'file' | 'registered' | 'demonstration';

export interface Entry {
  readonly library: LibraryDocument;
  /** The document as its owner wrote it, without defaults. */
  readonly input: LibraryInput;
  readonly origin: Origin;
  /** Digest of the document: changes exactly when the document does (ETag, cache keys). */
  readonly revision: string;
}

/** Whether readers know of a library: a draft does not exist for them. */
export function isPublic({ library }: Pick<Entry, 'library'>): boolean {
  return library.status === 'live' || library.status === 'paused';
}

export type DirectoryListener = (id: string, entry: Entry | undefined) => void;

/** Thrown when one id would stand for two libraries. */
export class DuplicateLibraryError extends Error {
  readonly libraryId: string;

  constructor(libraryId: string, first: Origin, second: Origin) {
    super(`library ${libraryId} stands twice: as ${first} and as ${second}`);
    this.name = 'DuplicateLibraryError';
    this.libraryId = libraryId;
  }
}

/** The libraries of the federation, in the order they were added; the only place that knows them all. */
export interface Directory {
  get(id: string): Entry | undefined;
  list(): readonly Entry[];
  /** Adds or replaces an entry of the same origin; another origin is a DuplicateLibraryError. */
  put(library: LibraryDocument, input: LibraryInput, origin: Origin): Entry;
  remove(id: string): void;
  onChange(listener: DirectoryListener): void;
}

export function createDirectory(): Directory {
  const entries = new Map<string, Entry>();
  const listeners: DirectoryListener[] = [];
  const tell = (id: string, entry: Entry | undefined) => {
    for (const listener of listeners) listener(id, entry);
  };
  return {
    get: (id) => entries.get(id),
    list: () => [...entries.values()],
    put(library, input, origin) {
      const before = entries.get(library.id);
      if (before && before.origin !== origin) {
        throw new DuplicateLibraryError(library.id, before.origin, origin);
      }
      const entry = { library, input, origin, revision: revisionOf(library) };
      entries.set(library.id, entry);
      if (before?.revision !== entry.revision) tell(library.id, entry);
      return entry;
    },
    remove(id) {
      if (entries.delete(id)) tell(id, undefined);
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}

function revisionOf(library: LibraryDocument): string {
  return createHash('sha256').update(JSON.stringify(library)).digest('base64url').slice(0, 16);
}
