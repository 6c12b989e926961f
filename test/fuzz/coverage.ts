import { type Profiler, Session } from 'node:inspector';

/**
 * What code ran, by V8's precise coverage: each range of source that was executed since the last look, by a number
 * that stays the same for the run. Ranges of Node itself and of packages are left out.
 */
export interface Coverage {
  /** Ranges executed since the last look. */
  take(): readonly number[];
  stop(): void;
}

export function startCoverage(): Coverage {
  const session = new Session();
  session.connect();
  const post = (method: string, params: object = {}): unknown => {
    let result: unknown;
    let failure: Error | null = null;
    // In one's own thread the answer comes before `post` returns.
    session.post(method, params, (error, answer) => {
      failure = error;
      result = answer;
    });
    if (failure !== null) throw failure;
    return result;
  };
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const numbers = new Map<string, number>();
  return {
    take() {
      const { result } = post(
        'Profiler.takePreciseCoverage',
      ) as Profiler.TakePreciseCoverageReturnType;
      const ran: number[] = [];
      for (const { url, functions } of result) {
        if (!url.includes('/src/')) continue;
        for (const { ranges } of functions) {
          for (const { startOffset, endOffset, count } of ranges) {
            if (count === 0) continue;
            const key = `${url}:${startOffset}:${endOffset}`;
            const number = numbers.get(key) ?? numbers.size;
            numbers.set(key, number);
            ran.push(number);
          }
        }
      }
      return ran;
    },
    stop() {
      post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}
