import type {
  SharedAnswers,
  SharedTurn,
  SharedWord,
  WholeAnswer,
} from '../../src/search/shared-answers.ts';

export interface MemoryAnswers extends SharedAnswers {
  readonly entries: ReadonlyMap<string, WholeAnswer & { readonly at: number }>;
  /** Lets every turn lapse, as when the gateways that had them died. */
  lapse(): void;
}

const freshMs = 120_000;

/** Shared answers in one process, by the same rules as a real store. */
export function memoryAnswers(now: () => number): MemoryAnswers {
  const entries = new Map<string, WholeAnswer & { readonly at: number }>();
  const turns = new Map<string, SharedTurn>();
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const one of [...waiting]) one();
  };
  const take = (key: string): SharedWord => {
    const end = () => {
      if (turns.get(key) !== turn) return false;
      turns.delete(key);
      return true;
    };
    const turn: SharedTurn = {
      async publish(answer) {
        if (!end()) return;
        entries.set(key, { ...answer, at: now() });
        wake();
      },
      release() {
        if (end()) wake();
      },
    };
    turns.set(key, turn);
    return { turn };
  };
  return {
    entries,
    lapse() {
      turns.clear();
      wake();
    },
    async ask(key, steal) {
      if (steal) return take(key);
      const entry = entries.get(key);
      if (entry !== undefined && now() - entry.at <= freshMs) {
        return { answer: { ...entry, ageMs: now() - entry.at } };
      }
      if (!turns.has(key)) return take(key);
      const changed = (signal: AbortSignal) =>
        new Promise<void>((resolve) => {
          const settle = () => {
            waiting.delete(settle);
            resolve();
          };
          waiting.add(settle);
          signal.addEventListener('abort', settle, { once: true });
        });
      return { changed };
    },
    async read(key) {
      const entry = entries.get(key);
      return entry && { ...entry, ageMs: now() - entry.at };
    },
  };
}
