import { accessDatabase } from '../app-database.ts';
import type { Settings } from '../config.ts';
import type { LibraryInput } from '../members/document.ts';

/**
 * The document of a registered library as it is asked, from the database of the settings; null where it
 * has none of that id. An embedded database that a gateway has open cannot be read.
 */
export async function registeredDocument(
  settings: Settings,
  id: string,
): Promise<LibraryInput | null> {
  const access = accessDatabase(settings);
  if (!access.isThere) return null;
  try {
    const { db } = await access.open();
    const row = await db
      .selectFrom('libraries')
      .innerJoin('library_versions', 'library_versions.library_id', 'libraries.id')
      .select('library_versions.document')
      .where('libraries.id', '=', id)
      .where((where) =>
        where('library_versions.number', '=', (number) =>
          number.fn.coalesce('libraries.answering', 'libraries.newest'),
        ),
      )
      .executeTakeFirst();
    return row === undefined ? null : (row.document as unknown as LibraryInput);
  } finally {
    await access.close();
  }
}
