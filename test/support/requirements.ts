import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const requireAll = process.env.GUANJI_REQUIRE === 'all';
const corpusRoot = resolve(
  process.env.GUANJI_CORPUS ?? join(import.meta.dirname, '../../../shared/corpus'),
);

/**
 * Tap's `skip` option for a test that needs something: false where it is there, a one-line reason
 * where not. With GUANJI_REQUIRE=all a missing thing is an error instead.
 */
export function skipUnless(there: boolean, reason: string): string | false {
  if (there) return false;
  if (requireAll) throw new Error(`GUANJI_REQUIRE=all, but ${reason}`);
  return reason;
}

/** Skip option for a test that reads the shared corpus. */
export function withoutCorpus(): string | false {
  return skipUnless(existsSync(corpusRoot), 'the corpus is not there (set GUANJI_CORPUS)');
}

/** Absolute path of a corpus file or folder. */
export function corpus(...parts: string[]): string {
  return join(corpusRoot, ...parts);
}

/** Absolute path of a program on the PATH, or null. */
export function findProgram(name: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** Skip option for a test that runs the named programs. */
export function withoutPrograms(...names: string[]): string | false {
  const missing = names.filter((name) => findProgram(name) === null);
  return skipUnless(missing.length === 0, `${missing.join(', ')} not installed`);
}
