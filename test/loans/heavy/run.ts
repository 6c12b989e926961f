import { say } from './place.ts';

/** The heavy suites by name; the rest of the command line is theirs. See README.md beside this file. */
const suites = {
  cells: () => import('./cells.ts'),
  failpoints: () => import('./failpoints.ts'),
  kills: () => import('./kills.ts'),
  'power-cuts': () => import('./power-cuts.ts'),
  queues: () => import('./queues.ts'),
  races: () => import('./races.ts'),
  simulation: () => import('./simulation.ts'),
  slots: () => import('./slots.ts'),
  writes: () => import('./writes.ts'),
} as const;

const [name = ''] = process.argv.slice(2);
if (Object.hasOwn(suites, name)) await suites[name as keyof typeof suites]();
else {
  say(`Name one of: ${Object.keys(suites).join(', ')}`);
  process.exitCode = 2;
}
