import type { Habits } from './catalogue/habits.ts';
import type { Fact } from './facts/types.ts';
import type { IsbnIndex } from './search/isbn.ts';

export type SandboxProtocol = 'z3950' | 'sru' | 'xservice' | 'http-json' | 'http-html';

/** What a demonstration library is, how it catalogues and how its server behaves. */
export interface Profile {
  readonly id: string;
  readonly code: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly alias: string;
  readonly category: string | null;
  readonly protocol: SandboxProtocol;
  readonly habits: Habits;
  readonly isbnIndex: IsbnIndex;
  /** How this library numbers its records. */
  readonly localId: (number: number) => string;
  /** The base an entry is kept in, where the library has several and the number alone says too little. */
  readonly baseOf?: (fact: Fact) => string;
  readonly barcodePrefix: string;
  readonly locations: readonly string[];
  /** Milliseconds before each answer. */
  readonly delayMs: number;
  /** Most records the server hands over in one answer. */
  readonly pageCap: number;
}
