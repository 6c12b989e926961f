import t from 'tap';
import { checkLibrary } from '../../src/members/check.ts';
import { fillDefaults } from '../../src/members/defaults.ts';
import { createDirectory } from '../../src/members/directory.ts';
import { createFileRegistry } from '../../src/members/registry.ts';
import { type GatewayNews, shareRegistry } from '../../src/members/shared-registry.ts';
import { settled } from '../support/clock.ts';
import { minimalDocument } from '../support/documents.ts';

/** Word that reaches everybody at once, or nobody. */
function newsroom(isAway = () => false): GatewayNews {
  const listeners = new Set<(rest: string) => void>();
  return {
    async tell(_kind, rest) {
      if (isAway()) throw new Error('away');
      for (const listener of listeners) listener(rest);
    },
    onNews(_kind, listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let n = 0; n < 1000 && !isSo(); n++) await settled();
}

t.test('a library registered at one gateway is known at the others', async (t) => {
  const folder = t.testdir({});
  const news = newsroom();
  const check = (value: unknown) => checkLibrary(value, {});
  const gateway = () => {
    const directory = createDirectory();
    const registry = shareRegistry(createFileRegistry(folder), directory, news, check);
    return { directory, registry };
  };
  const [one, two] = [gateway(), gateway()];
  const input = minimalDocument('from-file');
  two.directory.put(fillDefaults(input, {}), input, 'file');
  await one.registry.save(minimalDocument('new-one'));
  await until(() => two.directory.get('new-one') !== undefined);
  t.equal(two.directory.get('new-one')?.origin, 'registered');

  await one.registry.save(minimalDocument('new-one', { code: '900901' }));
  await until(() => two.directory.get('new-one')?.library.code === '900901');
  t.equal(two.directory.get('new-one')?.library.code, '900901');

  await one.registry.remove('new-one');
  await until(() => two.directory.get('new-one') === undefined);
  t.equal(two.directory.get('new-one'), undefined);
  t.equal(two.directory.get('from-file')?.origin, 'file', 'what stands in files stays');
});

t.test('registering works while the others cannot be told', async (t) => {
  const directory = createDirectory();
  const check = (value: unknown) => checkLibrary(value, {});
  const registry = shareRegistry(
    createFileRegistry(t.testdir({})),
    directory,
    newsroom(() => true),
    check,
  );
  await registry.save(minimalDocument('new-one'));
  t.match(await registry.load(), [{ id: 'new-one' }]);
});
