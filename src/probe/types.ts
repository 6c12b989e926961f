import type { ConnectorInput, LibraryInput } from '../members/document.ts';
import type { Phase } from '../members/types.ts';

export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/** `warn`: it works, but something is missing or could not be made certain. */
export type Verdict = 'pass' | 'warn' | 'fail';

export const probeGroups = [
  'reach',
  'session',
  'records',
  'charset',
  'indexes',
  'terms',
  'paging',
  'extras',
  'manners',
  'document',
] as const;
export type ProbeGroup = (typeof probeGroups)[number];

/** What one probe found. */
export interface ProbeResult {
  readonly id: string;
  readonly group: ProbeGroup;
  readonly name: Bilingual;
  readonly verdict: Verdict;
  /** What was asked and what came, in one sentence; text of the library is cut short in it. */
  readonly evidence: Bilingual;
  /** What to do about it, at the library or in the document; null only for a pass. */
  readonly fix: Bilingual | null;
}

export interface ProbeReport {
  /** The address as it was understood. */
  readonly target: string;
  readonly protocol: ConnectorInput['protocol'];
  readonly startedAt: string;
  readonly elapsedMs: number;
  /** 0 to 100: a pass counts one, a warning half. */
  readonly score: number;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** The local address the library saw, for its firewall; null where nothing was connected. */
  readonly askedFrom: string | null;
  readonly politeness: {
    readonly requests: number;
    readonly connections: number;
    readonly perMinute: number;
    readonly atOnce: number;
  };
  /** Milliseconds by phase of the known-item search with the proposed document. */
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
  readonly probes: readonly ProbeResult[];
  /** A document with which the library answers, or null where none could be made. */
  readonly document: LibraryInput | null;
}

/** What is to be probed. */
export type ProbeTarget =
  | {
      readonly kind: 'z3950';
      readonly host: string;
      readonly port: number;
      readonly database: string;
    }
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'document'; readonly input: LibraryInput };

/** A target that nothing can be asked of; the message says why. */
export class ProbeTargetError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProbeTargetError';
  }
}
