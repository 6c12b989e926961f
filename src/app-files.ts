import type { FastifyBaseLogger } from 'fastify';
import { type Settings, SettingsError, settingsFault } from './config.ts';
import type { checkLibrary } from './members/check.ts';
import { type Directory, DuplicateLibraryError } from './members/directory.ts';
import type { LibraryDocument } from './members/document.ts';
import { readLibraryFiles, watchLibraryFiles } from './members/files.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The library of a document that holds; any fault stops the start. */
export function accept(checked: ReturnType<typeof checkLibrary>): LibraryDocument {
  if ('faults' in checked) throw new SettingsError(checked.faults);
  return checked.library;
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
  for (const { library, input } of files.libraries) {
    try {
      directory.put(library, input, 'file');
    } catch (error) {
      if (!(error instanceof DuplicateLibraryError)) throw error;
      throw settingsFault(error.message, { pointer: '/id' });
    }
  }
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
