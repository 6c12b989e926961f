import { readFileSync } from 'node:fs';
import { readIso2709 } from '../../src/marc/formats/iso2709.ts';
import type { RecordCharset } from '../../src/marc/types.ts';

/**
 * Decodes a file again and again in a process of its own and prints records per second of its CPU time,
 * garbage collection included, once the code is warm.
 */
const [path = '', charset = 'auto'] = process.argv.slice(2);
const file = readFileSync(path);
const WARM_UP_PASSES = 3;
const MEASURED_PASSES = 5;

function pass(): number {
  let count = 0;
  for (const record of readIso2709(file, { charset: charset as RecordCharset })) {
    if (!('marc' in record) || record.warnings.length > 0) throw new Error('a record is damaged');
    count += 1;
  }
  return count;
}

for (let n = 0; n < WARM_UP_PASSES; n += 1) pass();
const start = process.cpuUsage();
let count = 0;
for (let n = 0; n < MEASURED_PASSES; n += 1) count += pass();
const used = process.cpuUsage(start);
process.stdout.write(`${(count / (used.user + used.system)) * 1e6}\n`);
