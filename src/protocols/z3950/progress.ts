import type { Z3950Settings } from '../../members/document.ts';
import type { SortWish, Trace } from '../../members/types.ts';
import { printCql } from '../../query/index.ts';
import type { Query, Simplification } from '../../query/types.ts';
import type { NamedRecord } from './apdu/index.ts';
import type { DatabaseSettings } from './ask.ts';
import type { Pool, PoolCall } from './pool.ts';
import { isbnFormsFor, type Wording } from './wording.ts';

/** What a connector found out about its library and keeps until the document changes. */
export interface Learned {
  /** Set for good once pipelined requests were met with a reset or Close. */
  pipelineBroken: boolean;
  /** Records to present at once, lowered for a while where the library broke off over more. */
  chunk: { readonly size: number; readonly since: number } | null;
  /** How many syntaxes of each database's list proved useless. */
  readonly uselessSyntaxes: Map<string, number>;
  /** How queries must be worded here, after diagnostics that a later search need not meet again. */
  wording: Pick<Wording, 'alternative' | 'drops'>;
}

/** Which records of a database are wanted, from 1. */
export interface Window {
  readonly start: number;
  readonly count: number;
}

/** One search in one database. */
export interface DatabaseTask {
  readonly connector: Z3950Settings;
  readonly database: DatabaseSettings;
  readonly query: Query;
  readonly sort: SortWish | null;
  /** True where the library is to be asked anew whatever it holds for us. */
  readonly fresh: boolean;
  /** False where only the count is wanted. */
  readonly wantsRecords: boolean;
  /** Records to bring along with the search; 0 where the first records are not wanted. */
  readonly firstRecords: number;
  readonly pool: Pool;
  readonly call: PoolCall;
  readonly trace: Trace;
  readonly learned: Learned;
  /** Settles when the databases before have handed over theirs; null for the first. */
  readonly turn: Promise<void> | null;
  /** The records wanted, once it is known how many hits there are; only after `turn`. */
  window(hits: number): Window;
  /** Takes records in order; `place` is the first one's in this database, from 1. */
  onRecords(records: readonly NamedRecord[], place: number, hits: number): void;
}

/** How far a search in one database has come; it outlives an association that broke. */
export interface Progress {
  readonly key: string;
  /** Forms of ISBNs still to be tried while nothing is found. */
  readonly formsLeft: Wording['isbnForm'][];
  /** Queries that found nothing, as they went; two forms of an ISBN may be the same text. */
  readonly fruitless: Set<string>;
  wording: Wording;
  repairs: number;
  hits: number | null;
  exact: boolean;
  sorted: boolean;
  sortRefused: boolean;
  simplified: readonly Simplification[];
  incomplete: string | null;
  /** Records that came with the search, from 1; null once they were handed over. */
  brought: readonly NamedRecord[] | null;
  /** The records handed over last, to tell a server that sends the same ones for every position. */
  last: readonly NamedRecord[];
  /** Place of the next record to fetch; 0 before the window is known. */
  next: number;
  syntax: number;
  elementSet: string;
  /** True while Search or Present of the pipelined first write are unanswered. */
  pipelining: boolean;
  /** Records of the Present under way. */
  presenting: number;
  searchedAgain: boolean;
}

export function newProgress(task: DatabaseTask): Progress {
  const { connector, database, query, sort } = task;
  const [isbnForm, ...formsLeft] = isbnFormsFor(query, connector);
  return {
    key: JSON.stringify([database.name, printCql(query), sort]),
    formsLeft,
    fruitless: new Set(),
    wording: { isbnForm, ...task.learned.wording },
    repairs: 0,
    hits: null,
    exact: true,
    sorted: sort === null,
    sortRefused: false,
    simplified: [],
    incomplete: null,
    brought: null,
    last: [],
    next: 0,
    syntax: task.learned.uselessSyntaxes.get(database.name) ?? 0,
    elementSet: connector.elementSet,
    pipelining: false,
    presenting: 0,
    searchedAgain: false,
  };
}

/** Beyond so many attributes left out, the document is wrong; nothing more is remembered. */
const maxDrops = 16;

/** Keeps what made a search succeed, so that the next one need not be refused first. */
export function rememberWording({ learned }: DatabaseTask, { wording, repairs }: Progress): void {
  if (repairs === 0 || wording.drops.length > maxDrops) return;
  learned.wording = { alternative: wording.alternative, drops: wording.drops };
}

/** Records presented at once, until the library proves that it gives fewer. */
const largestChunk = 1000;
/** What was too much in a busy minute need not be too much for good. */
const chunkLastsMs = 600_000;

/** How many records to ask for at once. */
export function chunkSize({ chunk }: Learned): number {
  const isOld = chunk === null || performance.now() - chunk.since > chunkLastsMs;
  return isOld ? largestChunk : chunk.size;
}

/** So many records at once were too many. */
export function lowerChunk(learned: Learned, tooMany: number): void {
  learned.chunk = { size: Math.max(1, Math.ceil(tooMany / 2)), since: performance.now() };
}

/**
 * Takes the database's next syntax; false where there is none left. `forGood` where the server does not have
 * the syntax at all, and not only for these records.
 */
export function changeSyntax(task: DatabaseTask, progress: Progress, forGood: boolean): boolean {
  if (progress.syntax + 1 >= task.database.syntaxes.length) return false;
  progress.syntax += 1;
  if (forGood) task.learned.uselessSyntaxes.set(task.database.name, progress.syntax);
  return true;
}
