import type { AnswerState } from './types.ts';

export const connectorErrorCodes = [
  'timeout',
  'unreachable',
  'refused',
  'busy',
  'unsupported',
  'malformed',
  'suspended',
  'maintenance',
  'stopped',
] as const;
export type ConnectorErrorCode = (typeof connectorErrorCodes)[number];

/** The answer state that an error of each code means. */
export const failedStates = {
  timeout: 'timed_out',
  unreachable: 'unreachable',
  refused: 'refused',
  busy: 'busy',
  unsupported: 'unsupported',
  malformed: 'bad_answer',
  suspended: 'paused',
  maintenance: 'maintenance',
  stopped: 'stopped',
} as const satisfies Record<ConnectorErrorCode, AnswerState>;

export interface ConnectorErrorDetails {
  readonly cause?: unknown;
  /** The count the library gave before it failed. */
  readonly hits?: number;
  /** Milliseconds after which the library asked to be tried again. */
  readonly retryAfterMs?: number;
  /** Closed vocabulary for logs and metrics: `bib1_114`, `connect_refused`, `xml_truncated` … */
  readonly reason?: string;
  /** What readers are told where the sentence of `code` alone says too little. */
  readonly sentence?: ReaderSentence;
}

export interface ReaderSentence {
  readonly zh: string;
  readonly en: string;
}

/**
 * The only error a connector rejects with. `message` is one English sentence for librarians;
 * readers see the sentence of `code`. Nobody decides anything by the message.
 */
export class ConnectorError extends Error {
  readonly libraryId: string;
  readonly code: ConnectorErrorCode;
  readonly reason: string;
  readonly hits: number | null;
  readonly retryAfterMs: number | null;
  readonly sentence: ReaderSentence | null;

  constructor(
    libraryId: string,
    code: ConnectorErrorCode,
    message: string,
    details: ConnectorErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ConnectorError';
    this.libraryId = libraryId;
    this.code = code;
    this.reason = details.reason ?? code;
    this.hits = details.hits ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.sentence = details.sentence ?? null;
  }
}
