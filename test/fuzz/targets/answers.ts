import { XmlError } from '../../../src/marc/xml/reader.ts';
import { AnswerError } from '../../../src/protocols/answers/errors.ts';
import { type RecordedAnswer, recordedAnswers } from '../../support/recorded-answers.ts';
import type { FuzzTarget } from '../target.ts';

const isExpected = (error: unknown) => error instanceof XmlError || error instanceof AnswerError;

/** Answers of SRU, X-Service and HTTP catalogues. */
export function answerTargets(): FuzzTarget[] {
  const byName = new Map<string, RecordedAnswer[]>();
  const byReader = new Map<unknown, string>();
  for (const answer of recordedAnswers()) {
    const name = byReader.get(answer.read) ?? nameOf(answer.name);
    byReader.set(answer.read, name);
    byName.set(name, [...(byName.get(name) ?? []), answer]);
  }
  return [...byName].map(([name, answers]) => {
    const readers = [...new Set(answers.map(({ read }) => read))];
    return {
      name,
      kind: 'markup',
      seeds: answers.map(({ bytes }) => bytes),
      read: (bytes) => readByAll(readers, bytes),
      isExpected,
    };
  });
}

/** The operations of the X-Service make one target: an answer to one may come where another was asked. */
function nameOf(answer: string): string {
  if (answer.startsWith('sru')) return answer.replaceAll(' ', '-');
  if (/html|huiwen|xml-page/.test(answer)) return `http-${answer.replace(/\.[a-z]+$/, '')}`;
  return 'xservice';
}

/** Throws the last error, or the first that no answer may cause. */
function readByAll(readers: readonly ((bytes: Uint8Array) => unknown)[], bytes: Uint8Array): void {
  let refused: unknown;
  for (const read of readers) {
    try {
      read(bytes);
    } catch (error) {
      if (!isExpected(error)) throw error;
      refused = error;
    }
  }
  if (refused !== undefined) throw refused;
}
