import { stringify } from 'yaml';
import type { LibraryInput } from '../members/document.ts';

/** A document as plain block YAML, ready for the connectors folder. */
export function printDocument(document: LibraryInput): string {
  return stringify(document, {
    lineWidth: 0,
    aliasDuplicateObjects: false,
    defaultStringType: 'PLAIN',
    defaultKeyType: 'PLAIN',
  });
}
