/** More searches are in progress than the settings allow; the caller answers 503 with Retry-After. */
export class OverloadedError extends Error {
  readonly retryAfterMs: number;

  constructor(running: number, retryAfterMs = 1000) {
    super(`${running} searches are in progress, which is all that are allowed`);
    this.name = 'OverloadedError';
    this.retryAfterMs = retryAfterMs;
  }
}
