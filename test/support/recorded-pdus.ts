import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BerFramer } from '../../src/protocols/z3950/framer.ts';
import type { RecordedBlock, RecordedSession } from './recording.ts';
import { corpus } from './requirements.ts';

const fixtures = join(import.meta.dirname, '../fixtures/z3950');

/** Every PDU of our own recordings, and of the shared traces where they are present; both directions. */
export function recordedPdus(): Uint8Array[] {
  const own = readdirSync(fixtures)
    .filter((name) => name.endsWith('.json'))
    .map((name) => read<RecordedSession>(join(fixtures, name)).blocks);
  return [...own, ...sharedTraces()].flatMap(pdusOf);
}

function sharedTraces(): (readonly RecordedBlock[])[] {
  const folder = corpus('z3950-traces');
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => read<RecordedBlock[]>(join(folder, name)));
  } catch {
    return [];
  }
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

function pdusOf(blocks: readonly RecordedBlock[]): Uint8Array[] {
  const framers = { 'C>S': new BerFramer(), 'S>C': new BerFramer() };
  return blocks.flatMap(({ dir, hex }) =>
    framers[dir].write(new Uint8Array(Buffer.from(hex, 'hex'))),
  );
}
