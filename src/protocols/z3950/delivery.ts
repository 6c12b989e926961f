import { MarcError } from '../../marc/formats/errors.ts';
import { XmlError } from '../../marc/xml/errors.ts';
import type { LibraryDocument, Z3950Settings } from '../../members/document.ts';
import { systemClock } from '../../members/guards/clock.ts';
import { turnsOf } from '../../members/guards/turns.ts';
import type { Ask, OnRecords, SourceRecord } from '../../members/types.ts';
import type { NamedRecord } from './apdu/index.ts';
import type { DatabaseSettings } from './ask.ts';
import { readRecord } from './decode.ts';
import { Z3950Error } from './errors.ts';

/** What was handed over, and how it counts. */
export interface Delivery {
  readonly fetched: number;
  readonly unreadable: number;
  take(batch: Batch): void;
  /** Settles when everything taken was handed over, or the signal has aborted. */
  done(): Promise<void>;
}

/** Records as they came in one answer, and the place of the first of them. */
export interface Batch {
  readonly database: DatabaseSettings;
  readonly records: readonly NamedRecord[];
  readonly position: number;
  readonly hits: number;
}

/** Described in one go: about a millisecond. */
const recordsPerPiece = 20;

/**
 * Describes records and hands them over in order, a few at a time between turns of the network: a hundred
 * libraries may answer in the same moment.
 */
export function createDelivery(
  library: LibraryDocument<Z3950Settings>,
  ask: Ask,
  signal: AbortSignal,
  onRecords: OnRecords,
): Delivery {
  const waiting: Batch[] = [];
  let next = 0;
  let fetched = 0;
  let unreadable = 0;
  let work: PromiseWithResolvers<void> | null = null;

  const end = () => {
    waiting.length = 0;
    work?.resolve();
    work = null;
  };

  const piece = (): boolean => {
    const [batch] = waiting;
    if (batch === undefined || signal.aborted) {
      end();
      return false;
    }
    const { database, records, position, hits } = batch;
    const sources: SourceRecord[] = [];
    const until = Math.min(records.length, next + recordsPerPiece);
    for (; next < until; next += 1) {
      const record = records[next];
      const source = record && readable(library, database, record, position + next);
      if (source) sources.push(source);
      else unreadable += 1;
    }
    if (next >= records.length) {
      waiting.shift();
      next = 0;
    }
    fetched += sources.length;
    if (sources.length > 0) onRecords(sources, hits);
    if (waiting.length > 0) return true;
    end();
    return false;
  };

  return {
    get fetched() {
      return fetched;
    },
    get unreadable() {
      return unreadable;
    },
    take(batch) {
      waiting.push(batch);
      if (work !== null) return;
      work = Promise.withResolvers();
      // Whoever waits hears of it in `done`.
      work.promise.catch(() => {});
      turnsOf(systemClock).take(() => {
        try {
          return piece();
        } catch (error) {
          work?.reject(error);
          return false;
        }
      });
    },
    async done() {
      if (work === null) return;
      ask.trace.enter('parse');
      await work.promise;
    },
  };
}

/** One bad record never costs its neighbours. */
function readable(
  library: LibraryDocument<Z3950Settings>,
  database: DatabaseSettings,
  record: NamedRecord,
  position: number,
): SourceRecord | null {
  try {
    return readRecord(library, database, record, position);
  } catch (error) {
    const isKnown =
      error instanceof Z3950Error || error instanceof MarcError || error instanceof XmlError;
    if (isKnown) return null;
    throw error;
  }
}
