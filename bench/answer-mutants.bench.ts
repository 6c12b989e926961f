import { mutateMarkup } from '../test/support/markup-mutants.ts';
import { seededRandom } from '../test/support/mutate.ts';
import { isRead, recordedAnswers } from '../test/support/recorded-answers.ts';
import type { Bench } from './support/bench.ts';
import { tryMutants } from './support/mutants.ts';

/** The bounded run of the tests, at its full length. */
export const bench: Bench = {
  name: 'answer-mutants',
  question:
    'Does any of 10,000 mutants of each recorded XML, JSON or HTML answer crash, hang or fill the memory?',
  async run({ quick, say }) {
    const answers = recordedAnswers().map((answer) => ({
      answer,
      random: seededRandom(answer.bytes.length),
    }));
    const figures = tryMutants({
      what: 'answer',
      samples: answers.length,
      mutants: quick ? 100 : 10_000,
      read: (sample) => {
        const chosen = answers[sample];
        if (chosen === undefined) return false;
        return isRead(chosen.answer, mutateMarkup(chosen.answer.bytes, chosen.random));
      },
      say,
    });
    return {
      figures,
      notes: [`${answers.length} answers, ours and the shared ones where present.`],
    };
  },
};
