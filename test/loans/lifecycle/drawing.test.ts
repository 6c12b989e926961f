import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { drawLifecycle } from '../../../src/loans/lifecycle/drawing.ts';

const page = resolve(import.meta.dirname, '../../../src/loans/lifecycle/STATES.md');

t.test('the page of the life cycle is what the tables say (GUANJI_DRAW=1 writes it)', async (t) => {
  const drawn = drawLifecycle();
  if (process.env.GUANJI_DRAW === '1') writeFileSync(page, drawn);
  t.equal(readFileSync(page, 'utf8'), drawn);
});
