import { parseArgs } from 'node:util';
import { byCourier } from './courier.ts';
import { searchHits } from './find.ts';
import { fromDescription } from './from-description.ts';
import { becomeReader, staffDesk } from './people.ts';
import { byPickup } from './pickup.ts';
import { type Story, storyOf, type Tally } from './steps.ts';
import { cancelledInTheHour, leaving, refusals, refusedAndCancelledLate } from './turns.ts';
import { makeWorld } from './world.ts';

/**
 * Drives interlibrary loan over HTTP against a fresh gateway, from registration to the book back on
 * its shelf, and prints each step. `--database-url` runs it on a PostgreSQL server, in a database of
 * its own there; without it on the embedded one. `--from-description` goes the way by courier as a
 * client that reads nothing but the OpenAPI description.
 */
const home = 'demo-arts';

const { values } = parseArgs({
  options: { 'database-url': { type: 'string' }, 'from-description': { type: 'boolean' } },
});
const say = (line: string) => process.stdout.write(`${line}\n`);
const tally: Tally = { passed: 0, failed: 0 };
const world = await makeWorld(values['database-url'] ?? null);
try {
  const story = storyOf(world, tally, say);
  await (values['from-description'] ? fromDescription(story, home) : journey(story));
} catch (error) {
  if (tally.failed === 0) tally.failed++;
  say(`# ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
} finally {
  await world.close();
}
say(`${tally.passed} steps passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;

async function journey(story: Story): Promise<void> {
  const hits = await searchHits(story, home);
  const [courier, pickup, turns, refused] = hits;
  if (!(courier && pickup && turns && refused)) throw new Error('too few hits');
  const lenders = new Set(
    [courier, pickup, turns, refused].flatMap(({ holdings }) =>
      holdings.slice(0, 2).map((one) => one.library),
    ),
  );
  const stranger = ['demo-normal', 'demo-tech', 'demo-pub'].find((id) => !lenders.has(id)) ?? 'nlc';
  for (const library of [home, ...lenders, stranger]) await staffDesk(story, library);
  await becomeReader(story, home);
  await byCourier(story, home, courier);
  await byPickup(story, home, pickup);
  await refusedAndCancelledLate(story, turns);
  await cancelledInTheHour(story, turns);
  await refusals(story, home, refused, stranger);
  await leaving(story);
}
