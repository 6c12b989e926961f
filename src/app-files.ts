import type { FastifyBaseLogger } from 'fastify';
import { type Settings, SettingsError } from './config.ts';
import type { checkLibrary } from './members/check.ts';
import { type Directory, DuplicateLibraryError } from './members/directory.ts';
import type { LibraryDocument, LibraryInput } from './members/document.ts';
import type { Fault } from './members/faults.ts';
import { readLibraryFiles, watchLibraryFiles } from './members/files.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The library of a document that holds; any fault stops the start. */
export function accept(checked: ReturnType<typeof checkLibrary>): LibraryDocument {
  if ('faults' in checked) throw new SettingsError(checked.faults);
  return checked.library;
}

/** Adds a library to the directory; an id that stands twice stops the start. */
export function put(
  directory: Directory,
  library: LibraryDocument,
  input: LibraryInput,
  origin: 'file' | 'registered',
): void {
  try {
    directory.put(library, input, origin);
  } catch (error) {
    if (!(error instanceof DuplicateLibraryError)) throw error;
    throw new SettingsError([
      { file: null, line: null, pointer: '/id', message: error.message },
    ] satisfies Fault[]);
  }
}

/** Reads the library files, refusing the start on any fault; later changes are taken over when whole. */
export async function loadFiles(
  settings: Settings,
  environment: Environment,
  directory: Directory,
  logger: FastifyBaseLogger,
): Promise<{ close(): void }> {
  const folder = settings.connectors;
  if (folder === null) return { close: () => {} };
  const files = await readLibraryFiles(folder, environment);
  if (files.faults.length > 0) throw new SettingsError(files.faults);
  for (const { library, input } of files.libraries) put(directory, library, input, 'file');
  return watchLibraryFiles(folder, () => reload(folder, environment, directory, logger));
}

async function reload(
  folder: string,
  environment: Environment,
  directory: Directory,
  logger: FastifyBaseLogger,
): Promise<void> {
  const files = await readLibraryFiles(folder, environment);
  for (const fault of files.faults) {
    logger.error({ fault }, 'a library file cannot be used; its entry stays as it was');
  }
  for (const { library, input } of files.libraries) {
    try {
      directory.put(library, input, 'file');
    } catch (error) {
      logger.error({ err: error }, 'a library file cannot be used');
    }
  }
  if (files.faults.length > 0) return;
  const present = new Set(files.libraries.map(({ library }) => library.id));
  for (const { library, origin } of directory.list()) {
    if (origin === 'file' && !present.has(library.id)) directory.remove(library.id);
  }
}
