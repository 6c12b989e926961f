import { mutateMarkup } from '../test/support/markup-mutants.ts';
import { seededRandom } from '../test/support/mutate.ts';
import { isRead, recordedAnswers } from '../test/support/recorded-answers.ts';
import type { Bench } from './support/bench.ts';

const mutantsAnAnswer = 10_000;

/** The bounded run of the tests, at its full length. */
export const bench: Bench = {
  name: 'answer-mutants',
  question:
    'Does any of 10,000 mutants of each recorded XML, JSON or HTML answer crash, hang or fill the memory?',
  async run({ quick, say }) {
    const answers = recordedAnswers();
    const count = quick ? 100 : mutantsAnAnswer;
    let surprises = 0;
    let slowestMs = 0;
    let heap = 0;
    for (const [at, answer] of answers.entries()) {
      if (at % 10 === 0) say(`  answer ${at + 1} of ${answers.length}`);
      const random = seededRandom(answer.bytes.length);
      const before = process.memoryUsage().heapUsed;
      for (let mutant = 0; mutant < count; mutant += 1) {
        const bytes = mutateMarkup(answer.bytes, random);
        const start = performance.now();
        if (!isRead(answer, bytes)) surprises += 1;
        slowestMs = Math.max(slowestMs, performance.now() - start);
      }
      heap = Math.max(heap, process.memoryUsage().heapUsed - before);
    }
    return {
      figures: [
        {
          name: `errors of another class in ${count * answers.length} mutants`,
          unit: '',
          runs: [surprises],
          budget: '0',
          passed: surprises === 0,
        },
        { name: 'slowest mutant', unit: 'ms', runs: [slowestMs] },
        {
          name: 'heap growth over the mutants of one answer',
          unit: 'MiB',
          runs: [heap / 2 ** 20],
          budget: 'at most 64',
          passed: heap <= 64 * 2 ** 20,
        },
      ],
      notes: [`${answers.length} answers, ours and the shared ones where present.`],
    };
  },
};
