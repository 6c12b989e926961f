import type { EgressCall } from '../types.ts';
import { EgressError, type EgressReason, sentences } from './errors.ts';

/** A signal that also ends at a deadline; its reason is always an EgressError. */
export interface Bound {
  readonly signal: AbortSignal;
  /** Rejects when the signal ends, for waits that take no signal. */
  race<T>(wait: Promise<T>): Promise<T>;
  /** Stops the clock; must be called when the work is over. */
  release(): void;
}

/** Bounds work by the call's signal, its absolute deadline and, where given, a limit of its own. */
export function boundBy(call: EgressCall, limitMs = Infinity, limitReason?: EgressReason): Bound {
  const controller = new AbortController();
  const end = (reason: EgressReason) =>
    controller.abort(new EgressError(reason, sentences[reason]));
  const stop = () => end('stopped');
  if (call.signal.aborted) stop();
  else call.signal.addEventListener('abort', stop, { once: true });

  const leftMs = Math.max(0, call.deadline - performance.now());
  const limited = limitMs < leftMs;
  const waitMs = Math.min(leftMs, limitMs, 2 ** 31 - 1);
  if (leftMs <= 0) end('deadline');
  const timer = setTimeout(() => end(limited ? (limitReason ?? 'deadline') : 'deadline'), waitMs);
  // The work itself keeps the process alive; an answer nobody reads must not.
  timer.unref();
  return {
    signal: controller.signal,
    race: (wait) => raceSignal(wait, controller.signal),
    release() {
      clearTimeout(timer);
      call.signal.removeEventListener('abort', stop);
    },
  };
}

async function raceSignal<T>(wait: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([wait, ended]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Whoever lost the race may still reject; that is nobody's error any more.
    wait.catch(() => undefined);
    ended.catch(() => undefined);
  }
}
