import {
  commonSurrogate,
  elementSetRefused,
  isRepeated,
  outOfRange,
  readPresent,
  resultSetGone,
  syntaxRefused,
  syntaxUnknown,
  tooMuchAtOnce,
} from './answer.ts';
import type { Diagnostic, NamedRecord } from './apdu/index.ts';
import { presentRequest } from './ask.ts';
import type { Association } from './association.ts';
import { failureOf, isBib1 } from './diagnostics.ts';
import { DiagnosticError } from './errors.ts';
import { find } from './find.ts';
import {
  changeSyntax,
  chunkSize,
  type DatabaseTask,
  lowerChunk,
  type Progress,
} from './progress.ts';

/** Presents of one search, repairs included; a server that gives one record at a time ends here. */
const maxPresents = 2000;

/** Hands over what came with the search; only after the databases before have handed over theirs. */
export function handOverBrought(task: DatabaseTask, progress: Progress): void {
  const brought = progress.brought ?? [];
  progress.brought = null;
  const window = task.window(progress.hits ?? 0);
  if (progress.next === 0) progress.next = window.start;
  const wanted = brought.slice(window.start - 1, window.start - 1 + window.count);
  if (wanted.length === 0 || (isInOtherSyntax(wanted) && changeSyntax(task, progress, false)))
    return;
  handOver(task, progress, wanted);
}

function handOver(task: DatabaseTask, progress: Progress, records: readonly NamedRecord[]): void {
  task.onRecords(records, progress.next, progress.hits ?? 0);
  progress.next += records.length;
  progress.last = records;
}

/** True while records of the window are missing and the library has not said that there are no more. */
export function needsMore(task: DatabaseTask, progress: Progress): boolean {
  if (progress.incomplete !== null && progress.hits === 0) return false;
  const window = task.window(progress.hits ?? 0);
  return progress.next < window.start + window.count;
}

/**
 * Presents the rest of the window from `set`: all of it at once, less where the library gives less or breaks
 * off, until it is there or the library says no.
 */
export async function fetchRest(
  association: Association,
  task: DatabaseTask,
  progress: Progress,
  found: string,
): Promise<void> {
  let set = found;
  for (let presents = 0; needsMore(task, progress); presents += 1) {
    if (presents >= maxPresents) {
      progress.incomplete = 'The library sent its records in too many pieces.';
      return;
    }
    const records = await presentNext(association, task, progress, set);
    if ('failed' in records) {
      const again = await afterFailure(association, task, progress, records.failed);
      if (again === 'end') return;
      if (again !== null) set = again;
      continue;
    }
    progress.presenting = 0;
    if (records.length === 0 || isRepeated(progress.last, records)) {
      progress.exact = false;
      progress.incomplete =
        records.length === 0
          ? `The library sent no further records after ${progress.next - 1}.`
          : `The library sent the same records again after ${progress.next - 1}.`;
      return;
    }
    if (isInOtherSyntax(records) && changeSyntax(task, progress, false)) continue;
    handOver(task, progress, records);
  }
}

async function presentNext(
  association: Association,
  task: DatabaseTask,
  progress: Progress,
  set: string,
): Promise<readonly NamedRecord[] | { failed: Diagnostic }> {
  const window = task.window(progress.hits ?? 0);
  const missing = window.start + window.count - progress.next;
  const count = Math.min(missing, chunkSize(task.learned));
  task.trace.enter('present');
  task.trace.roundTrip();
  progress.presenting = count;
  const response = await association.ask(
    presentRequest({
      set,
      start: progress.next,
      count,
      syntax: task.database.syntaxes[progress.syntax],
      elementSet: progress.elementSet,
    }),
  );
  const records = readPresent(response);
  // Servers that count in pages send more than was asked for.
  return 'failed' in records ? records : records.slice(0, missing);
}

/** True where nothing came but the word that the records are not to be had in this syntax. */
function isInOtherSyntax(records: readonly NamedRecord[]): boolean {
  const surrogate = commonSurrogate(records);
  return surrogate !== null && isBib1(surrogate) && syntaxRefused.includes(surrogate.condition);
}

/** Makes the next Present another one: null to go on with the same set, a name for a new set, or the end. */
async function afterFailure(
  association: Association,
  task: DatabaseTask,
  progress: Progress,
  diagnostic: Diagnostic,
): Promise<string | 'end' | null> {
  const asked = progress.presenting;
  progress.presenting = 0;
  if (!isBib1(diagnostic)) throw new DiagnosticError(diagnostic);
  const { condition } = diagnostic;
  if (condition === outOfRange) {
    endHere(progress);
    return 'end';
  }
  if (syntaxRefused.includes(condition)) {
    if (changeSyntax(task, progress, condition === syntaxUnknown)) return null;
  }
  if (elementSetRefused.includes(condition) && progress.elementSet !== '') {
    progress.elementSet = '';
    return null;
  }
  if (tooMuchAtOnce.includes(condition) && asked > 1) {
    lowerChunk(task.learned, asked);
    return null;
  }
  if (resultSetGone.includes(condition) && !progress.searchedAgain) {
    progress.searchedAgain = true;
    return await find(association, task, progress);
  }
  if (progress.next > task.window(progress.hits ?? 0).start) {
    progress.incomplete = failureOf(diagnostic).message;
    return 'end';
  }
  throw new DiagnosticError(diagnostic);
}

/** The count proved too high: what has come is all there is. */
function endHere(progress: Progress): void {
  progress.hits = Math.min(progress.hits ?? 0, progress.next - 1);
  progress.exact = false;
}
