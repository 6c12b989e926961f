import type { Checked } from './check.ts';
import { type Directory, DuplicateLibraryError } from './directory.ts';
import type { Registry } from './registry.ts';

/** Word between gateways that have one registry. */
export interface GatewayNews {
  tell(kind: string, rest: string): Promise<void>;
  onNews(kind: string, listener: (rest: string) => void): () => void;
}

const kind = 'libraries';

/**
 * A registry that several gateways have: each tells the others of a change, and takes theirs over. What
 * is told is only that something changed; what counts is what the registry then holds.
 */
export function shareRegistry(
  registry: Registry,
  directory: Directory,
  news: GatewayNews,
  check: (value: unknown) => Checked,
): Registry {
  let reading = Promise.resolve();
  news.onNews(kind, () => {
    reading = reading.then(() => readAgain(registry, directory, check)).catch(() => {});
  });
  // A store that is away costs the others the news until their next start, nothing else.
  const tell = () => news.tell(kind, 'changed').catch(() => {});
  return {
    load: () => registry.load(),
    async save(input) {
      await registry.save(input);
      await tell();
    },
    async remove(id) {
      await registry.remove(id);
      await tell();
    },
  };
}

async function readAgain(
  registry: Registry,
  directory: Directory,
  check: (value: unknown) => Checked,
): Promise<void> {
  const present = new Set<string>();
  for (const input of await registry.load()) {
    present.add(input.id);
    const checked = check(input);
    if ('faults' in checked) continue;
    try {
      directory.put(checked.library, checked.input, 'registered');
    } catch (error) {
      if (!(error instanceof DuplicateLibraryError)) throw error;
    }
  }
  for (const { library, origin } of directory.list()) {
    if (origin === 'registered' && !present.has(library.id)) directory.remove(library.id);
  }
}
