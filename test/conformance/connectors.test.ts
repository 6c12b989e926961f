import t, { type Test } from 'tap';
import { startSandbox } from '../../src/sandbox/index.ts';
import { withoutPrograms } from '../support/requirements.ts';
import { startYazTestServer } from '../support/yaz.ts';
import { startZebra } from '../support/zebra.ts';
import { behaviours, type Subject } from './connectors.ts';
import { sandboxSubjects, yazSubjects, zebraSubjects } from './subjects.ts';

/** Every behaviour of every subject. */
async function conform(t: Test, subjects: readonly Subject[]): Promise<void> {
  for (const subject of subjects) {
    await t.test(subject.name, async (t) => {
      for (const [name, behaviour] of Object.entries(behaviours)) {
        await t.test(name, (t) => behaviour(t, subject));
      }
    });
  }
}

const noZebra = withoutPrograms('zebrasrv', 'zebraidx');
t.test('connectors to a real Zebra', { skip: noZebra }, async (t) => {
  const zebra = await startZebra();
  t.teardown(() => zebra.stop());
  await conform(t, zebraSubjects(zebra));
});

t.test('connectors to a real YAZ', { skip: withoutPrograms('yaz-ztest') }, async (t) => {
  const yaz = await startYazTestServer({ cql: true });
  t.teardown(() => yaz.stop());
  await conform(t, yazSubjects(yaz));
});

t.test('connectors to the demonstration consortium', async (t) => {
  const sandbox = await startSandbox({ delays: false });
  t.teardown(() => sandbox.close());
  // The library that fails now and then must not do so here.
  await sandbox.inject('demo-agri', null);
  await conform(t, sandboxSubjects(sandbox));
});
