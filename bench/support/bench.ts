/** One measured quantity: every run kept, so that anybody can compute their own summary. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly runs: readonly number[];
  /** The floor or peer measured in the same run, where there is one. */
  readonly floor?: readonly number[];
  /** What the figure has to stay within, in words: `floor + 60 ms`. */
  readonly budget?: string;
  readonly passed?: boolean;
}

export interface BenchOptions {
  readonly runs: number;
  /** Few runs, to see that the bench itself works. */
  readonly quick: boolean;
  /** Somebody's own libraries in place of the bench's. */
  readonly connectors: string | null;
  readonly say: (line: string) => void;
}

/** One file, one question. */
export interface Bench {
  readonly name: string;
  readonly question: string;
  run(options: BenchOptions): Promise<{ figures: readonly Figure[]; notes: readonly string[] }>;
}
