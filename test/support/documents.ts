import type { LibraryInput } from '../../src/members/document.ts';

/** A library document that names only what is required, over Z39.50. */
export function minimalDocument(id: string, more: Partial<LibraryInput> = {}): LibraryInput {
  return {
    id,
    code: '900900',
    name: { zh: `测试馆${id}` },
    connector: { protocol: 'z3950', host: '127.0.0.1', port: 9999, database: 'Default' },
    ...more,
  };
}
