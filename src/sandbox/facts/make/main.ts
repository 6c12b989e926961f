import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { columns, printFact } from '../facts.ts';
import { makeFacts } from './table.ts';

/** Writes `entries.tsv` anew: `node src/sandbox/facts/make/main.ts`. */
const lines = [columns.join('\t'), ...makeFacts().map(printFact)];
writeFileSync(join(import.meta.dirname, '../entries.tsv'), `${lines.join('\n')}\n`);
