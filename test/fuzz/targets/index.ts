import type { FuzzTarget } from '../target.ts';
import { answerTargets } from './answers.ts';
import { queryTargets } from './queries.ts';
import { recordTargets } from './records.ts';
import { wireTargets } from './wire.ts';

/** Every decoder of what comes from outside. */
export function fuzzTargets(): FuzzTarget[] {
  return [...wireTargets(), ...answerTargets(), ...recordTargets(), ...queryTargets()];
}
