import { ConnectorError } from '../members/errors.ts';
import type { Clock } from '../members/guards/clock.ts';
import type { SourceRecord } from '../members/types.ts';
import type { Answer, Errand, Flights } from './flights.ts';
import type { TimedTrace } from './trace.ts';

/** One library's part in a round of asks. */
export interface Task {
  readonly errand: Errand;
  boarded(trace: TimedTrace): void;
  records(records: readonly SourceRecord[], hits: number | null): void;
  /** Called exactly once. */
  answer(answer: Answer): void;
}

export interface Round {
  /** Sends every task; `onEnded` is called once, when each has its answer. */
  send(tasks: readonly Task[], onEnded: () => void): void;
  /** Whether the deadline or `stop` ended some task, and not its library. */
  readonly cut: boolean;
  /** Ends at once every task that has no answer. */
  stop(): void;
}

/**
 * Asks libraries at once under one absolute deadline. Each task gets exactly one answer, at the
 * deadline at the latest; a failure is an answer, and one library's failure is nobody else's.
 */
export function fanOut(deadline: number, flights: Flights, clock: Clock): Round {
  const open = new Map<Task, (why: ConnectorError) => void>();
  let cut = false;
  let finish = () => {};

  const answer = (task: Task, value: Answer) => {
    if (!open.delete(task)) return;
    task.answer(value);
    if (open.size === 0) finish();
  };

  const end = (why: (libraryId: string) => ConnectorError) => {
    for (const [task, leave] of [...open]) {
      cut = true;
      const error = why(task.errand.connector.library.id);
      leave(error);
      answer(task, { status: 'failed', error });
    }
  };

  const board = (task: Task) =>
    flights.board(task.errand, {
      deadline,
      boarded: (trace) => task.boarded(trace),
      records: (records, hits) => {
        if (open.has(task)) task.records(records, hits);
      },
      answer: (value) => answer(task, value),
    });

  return {
    send(tasks, onEnded) {
      const cancelTimer = clock.after(deadline - clock.now(), () => end(deadlineError));
      finish = () => {
        cancelTimer();
        onEnded();
      };
      for (const task of tasks) open.set(task, () => {});
      if (deadline <= clock.now()) end(deadlineError);
      for (const task of [...open.keys()]) open.set(task, board(task));
      if (tasks.length === 0) finish();
    },
    get cut() {
      return cut;
    },
    stop: () => end(stoppedError),
  };
}

function deadlineError(libraryId: string): ConnectorError {
  return new ConnectorError(libraryId, 'timeout', "The search's deadline ended the wait.", {
    reason: 'deadline',
  });
}

function stoppedError(libraryId: string): ConnectorError {
  return new ConnectorError(libraryId, 'stopped', 'The search was cancelled.', {
    reason: 'cancelled',
  });
}
