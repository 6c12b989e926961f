/** Time as guards and searches need it; tests pass one that they move by hand. */
export interface Clock {
  /** Milliseconds that never go back, in the clock of `performance.now()`. */
  now(): number;
  /** Runs `act` once after so many milliseconds; the returned function takes it back. */
  after(delayMs: number, act: () => void): () => void;
  /** The same for work that may be left undone: the process does not stay up for it. */
  later(delayMs: number, act: () => void): () => void;
  /** Runs `act` once after what the network has brought in is handled. */
  soon(act: () => void): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, act) => {
    const timer = setTimeout(act, Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
  soon: (act) => {
    setImmediate(act);
  },
  later: (delayMs, act) => {
    const timer = setTimeout(act, Math.max(0, delayMs)).unref();
    return () => clearTimeout(timer);
  },
};
