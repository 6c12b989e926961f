import type { BibRecord, Item } from '../marc/record.ts';
import type { MarcRecord } from '../marc/types.ts';
import type { IndexName, Query, Simplification } from '../query/types.ts';
import type { LibraryDocument } from './document.ts';

/** A member library: its validated document with every default filled in. */
export type Library = LibraryDocument;

export const answerStates = [
  'asking',
  'slow',
  'answered',
  'answered_estimate',
  'empty',
  'partial',
  'timed_out',
  'unreachable',
  'refused',
  'busy',
  'bad_answer',
  'unsupported',
  'paused',
  'maintenance',
  'not_asked',
  'stopped',
] as const;
export type AnswerState = (typeof answerStates)[number];

export const phases = [
  'queue',
  'dns',
  'connect',
  'tls',
  'init',
  'search',
  'present',
  'parse',
] as const;
export type Phase = (typeof phases)[number];

/** Told by a connector what it is doing; keeps the time so that connectors need no clock. */
export interface Trace {
  /** Ends the phase before and begins this one. */
  enter(phase: Phase): void;
  /** One write-then-wait towards the library (a TCP handshake counts as one). */
  roundTrip(): void;
}

/** Sort wish of the reader, handed to libraries that can do it. */
export interface SortWish {
  readonly key: 'year' | 'title' | 'author';
  readonly descending: boolean;
}

/** One question to one library. */
export interface Ask {
  readonly query: Query;
  /** First record wanted, from 1, in the library's order. */
  readonly start: number;
  /** Records wanted; 0 asks for the count alone. */
  readonly limit: number;
  readonly sort: SortWish | null;
  /** Absolute, in the clock of `performance.now()`: no wait may end later. */
  readonly deadline: number;
  readonly trace: Trace;
  /** A reader asks for this library once more: a breaker lets one such ask through. */
  readonly probe?: boolean;
  /** Terms of an index are wanted in place of records; who cannot browse rejects with `unsupported`. */
  readonly browse?: Browse;
}

/** Where an index is to be opened, and how much of it is wanted. */
export interface Browse {
  readonly index: IndexName;
  readonly term: string;
  readonly count: number;
  /** Place of the term among those wanted, from 1. */
  readonly position: number;
  readonly onTerms: (terms: readonly IndexTerm[]) => void;
}

/** A term as a library lists it. */
export interface IndexTerm {
  readonly text: string;
  /** Records that have it, where the library says. */
  readonly records: number | null;
}

/** A question about the copies of one record. */
export type HoldingsAsk = Pick<Ask, 'deadline' | 'trace'>;

/** One record of one library, decoded; immutable. */
export interface SourceRecord {
  readonly library: string;
  /** The record's number in that library, or `<library>:<position>`. */
  readonly localId: string;
  /** Place in the library's own result list, from 1. */
  readonly position: number;
  readonly record: BibRecord;
  /** The MARC record behind it; null for DC, MODS and HTTP answers. */
  readonly marc: MarcRecord | null;
  /** The record exactly as it arrived. */
  readonly raw: Uint8Array;
  /** Record syntax OID, SRU schema or media type that came back. */
  readonly syntax: string;
  readonly charset: string;
  readonly warnings: readonly string[];
}

/** How a whole answer ended; a failure is a ConnectorError instead. */
export interface Outcome {
  readonly hits: number;
  /** False when the library called its count an estimate, or it proved wrong. */
  readonly exact: boolean;
  /** Records handed over. */
  readonly fetched: number;
  /** Records that came but could not be read. */
  readonly unreadable: number;
  /** True when the library ordered the answer by the sort wish (always true without one). */
  readonly sorted: boolean;
  readonly simplified: readonly Simplification[];
  /** Set where the library stopped before the wanted records were there: one English sentence. */
  readonly incomplete: string | null;
}

/** Hands records over as they are decoded; `hits` as soon as the library gave it, else null. */
export type OnRecords = (records: readonly SourceRecord[], hits: number | null) => void;

/** A library that can be asked. Guards wrap one Connector into another. */
export interface Connector {
  readonly library: Library;
  /**
   * Hands over records from `ask.start` as they are decoded, at most `ask.limit`, in the library's
   * order. No hits is an empty outcome; an unreadable record is counted, never lost and never fatal.
   * Rejects only with ConnectorError; honours the signal; keeps nothing about a search of its own.
   */
  search(ask: Ask, signal: AbortSignal, onRecords: OnRecords): Promise<Outcome>;
  /**
   * The copies of one record as the library knows them now, by the record's own number; null when it has
   * no such record. Absent, or rejecting with `unsupported`, where the library cannot be asked this.
   */
  holdings?(
    localId: string,
    ask: HoldingsAsk,
    signal: AbortSignal,
  ): Promise<readonly Item[] | null>;
  /** Lets go of connections that nothing runs on. */
  rest?(): void;
  /** Lets go of every connection; calling it again does nothing. */
  close(): Promise<void>;
}
