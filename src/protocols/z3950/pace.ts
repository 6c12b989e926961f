import type { Pace } from './limits.ts';

/** Watches how fast an unfinished answer comes; calls `tooSlow` when it falls below the pace. */
export class PaceWatch {
  readonly #pace: Pace;
  readonly #tooSlow: () => void;
  #arrived = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(pace: Pace, tooSlow: () => void) {
    this.#pace = pace;
    this.#tooSlow = tooSlow;
  }

  /** Bytes came; `unfinished` tells whether they leave an answer half read. */
  take(bytes: number, unfinished: boolean): void {
    this.#arrived += bytes;
    if (!unfinished) this.stop();
    else if (this.#timer === null) {
      this.#arrived = 0;
      this.#timer = setInterval(() => this.#check(), this.#pace.windowMs);
      this.#timer.unref();
    }
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #check(): void {
    const { minBytesPerSecond, windowMs } = this.#pace;
    if (this.#arrived * 1000 < minBytesPerSecond * windowMs) this.#tooSlow();
    this.#arrived = 0;
  }
}
