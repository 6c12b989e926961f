import t from 'tap';
import { mutateMarkup } from '../support/markup-mutants.ts';
import { seededRandom } from '../support/mutate.ts';
import { isRead, recordedAnswers } from '../support/recorded-answers.ts';

/** Mutants of each answer; the bench of the same name runs many more. */
const rounds = 150;

t.test('every recorded answer is read as it stands', (t) => {
  for (const answer of recordedAnswers()) {
    if (answer.name === 'login.xml') continue;
    t.ok(isRead(answer, answer.bytes), answer.name);
  }
  t.end();
});

t.test('no mutant of a recorded answer does more than fail', (t) => {
  for (const answer of recordedAnswers()) {
    const random = seededRandom(answer.bytes.length);
    let surprises = 0;
    for (let round = 0; round < rounds; round += 1) {
      if (!isRead(answer, mutateMarkup(answer.bytes, random))) surprises += 1;
    }
    t.equal(surprises, 0, answer.name);
  }
  t.end();
});
