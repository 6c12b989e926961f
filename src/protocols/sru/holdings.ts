import type { LibraryDocument, SruSettings } from '../../members/document.ts';
import type { EgressCall } from '../types.ts';
import type { SruExplain } from './explain.ts';

type SruLibrary = LibraryDocument<SruSettings>;

/** Schemas that describe copies, best first: OPAC records with their MARC, then ISO 20775 holdings. */
const copySchemas = [/opac/i, /isohold|iso20775/i];

/** The library asked in a schema that describes copies, or null where it names none. */
export function copiesDocument(library: SruLibrary, { schemas }: SruExplain): SruLibrary | null {
  const { recordSchema } = library.connector;
  for (const pattern of copySchemas) {
    if (pattern.test(recordSchema)) return library;
    const found = schemas.find(
      ({ name, identifier, retrieve }) =>
        retrieve && (pattern.test(name) || pattern.test(identifier ?? '')),
    );
    if (found === undefined) continue;
    return { ...library, connector: { ...library.connector, recordSchema: found.name } };
  }
  return null;
}

/** Asks once what the server says of itself; a failure is asked again the next time. */
export function onceKnown<T>(
  ask: (call: EgressCall) => Promise<T>,
): (call: EgressCall) => Promise<T> {
  let known: { readonly value: T } | null = null;
  return async (call) => {
    known ??= { value: await ask(call) };
    return known.value;
  };
}
