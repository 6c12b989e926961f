import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Apdu, decodeApdu, encodeApdu } from '../../../src/protocols/z3950/apdu/index.ts';
import { BerFramer } from '../../../src/protocols/z3950/framer.ts';
import type { RecordedBlock, RecordedSession } from '../../support/recording.ts';
import { corpus, withoutCorpus } from '../../support/requirements.ts';
import { answerLines, createTranscript } from './transcript.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/z3950');

/** Every PDU of one direction, the bytes delivered in reads of `size`. */
function replay(
  blocks: readonly RecordedBlock[],
  direction: RecordedBlock['dir'],
  size: number,
): Apdu[] {
  const framer = new BerFramer();
  const bytes = Buffer.from(
    blocks
      .filter((block) => block.dir === direction)
      .map((block) => block.hex)
      .join(''),
    'hex',
  );
  const apdus: Apdu[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    // Each read has its own memory, as on a socket.
    const read = new Uint8Array(bytes.subarray(at, at + size));
    for (const pdu of framer.write(read)) apdus.push(decodeApdu(pdu));
  }
  if (framer.pending.length > 0) throw new Error('A PDU did not end.');
  return apdus;
}

function checkSession(
  name: string,
  session: RecordedSession,
): { name: string; shown: string[]; expected: string[]; one: Apdu[]; whole: Apdu[] } {
  const whole = replay(session.blocks, 'S>C', Number.MAX_SAFE_INTEGER);
  const transcript = createTranscript();
  const shown = whole.flatMap(transcript).flatMap((line) => (line === '' ? [] : [line]));
  const expected = answerLines(session.printed);
  return { name, shown, expected, whole, one: replay(session.blocks, 'S>C', 1) };
}

t.test('our own recordings decode to what yaz-client printed', (t) => {
  for (const file of readdirSync(fixtures).filter((name) => name.endsWith('.json'))) {
    const session = JSON.parse(readFileSync(join(fixtures, file), 'utf8')) as RecordedSession;
    const { shown, expected, one, whole } = checkSession(file, session);
    t.same(shown, expected, file);
    t.same(one, whole, `${file}, one byte at a time`);
  }
  t.end();
});

const traces = corpus('z3950-traces');

t.test('the corpus traces decode to what yaz-client printed', { skip: withoutCorpus() }, (t) => {
  const files = readdirSync(traces).filter((name) => name.endsWith('.json'));
  t.equal(files.length, 18);
  for (const file of files) {
    const read = (suffix: string) => readFileSync(join(traces, file.replace(/\.json$/, suffix)));
    const session = {
      commands: read('.commands.txt').toString(),
      printed: read('.client.txt').toString('latin1'),
      blocks: JSON.parse(read('.json').toString()) as RecordedBlock[],
    };
    const { shown, expected, one, whole } = checkSession(file, session);
    t.same(shown, expected, file);
    t.same(one, whole, `${file}, one byte at a time`);
  }
  t.end();
});

t.test('what yaz-client sent is read and written again as the same request', (t) => {
  for (const file of readdirSync(fixtures).filter((name) => name.endsWith('.json'))) {
    const session = JSON.parse(readFileSync(join(fixtures, file), 'utf8')) as RecordedSession;
    for (const size of [Number.MAX_SAFE_INTEGER, 1]) {
      for (const apdu of replay(session.blocks, 'C>S', size)) {
        t.same(decodeApdu(encodeApdu(apdu)), apdu, `${file}: ${apdu.type}`);
      }
    }
  }
  t.end();
});
