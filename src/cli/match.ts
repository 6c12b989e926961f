import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { toBibRecord } from '../marc/dialects/index.ts';
import { marcFromJson } from '../marc/formats/json.ts';
import { comparePair } from '../search/matching/index.ts';
import { InputError } from './errors.ts';
import { print } from './output.ts';

/** `guanji match`: pairs in MARC-in-JSON, a pair a line, each answered with a verdict. */
export async function matchCommand(file: string): Promise<number> {
  const source = createReadStream(file);
  const unreadable = new Promise<never>((_resolve, reject) => {
    source.once('error', (error) =>
      reject(new InputError(`${file} cannot be read: ${error.message}`)),
    );
  });
  return Promise.race([
    answerLines(createInterface({ input: source, crlfDelay: Infinity })),
    unreadable,
  ]);
}

async function answerLines(lines: AsyncIterable<string>): Promise<number> {
  let number = 0;
  let failed = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const verdict = answerLine(line);
    if (verdict === null) {
      failed += 1;
      process.stderr.write(`guanji: line ${number} is no pair of MARC-in-JSON records\n`);
      await print(`${JSON.stringify({ match: false, score: 0, reasons: ['unreadable'] })}\n`);
    } else {
      await print(`${JSON.stringify(verdict)}\n`);
    }
  }
  return failed > 0 ? 2 : 0;
}

function answerLine(line: string): ReturnType<typeof comparePair> | null {
  try {
    const { a, b } = JSON.parse(line) as { a: unknown; b: unknown };
    return comparePair(bibFrom(a), bibFrom(b));
  } catch {
    return null;
  }
}

function bibFrom(value: unknown) {
  return toBibRecord(marcFromJson(value), { dialect: 'auto' });
}
