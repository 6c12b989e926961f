import { element } from '../xml.ts';
import type { AlephState } from './state.ts';

export interface XserviceSettings {
  /** Bases that may be asked. */
  readonly bases: readonly string[];
  readonly admLibrary: string;
  /** Entries kept of a set: `no_entries`, which may be below `no_records`. */
  readonly maxEntries: number;
  /** Copies in one answer of `item-data-multi` and `circ-stat-m`; more take a start point. */
  readonly itemsAtOnce: number;
  /** What `due-date` says of a copy on its shelf. */
  readonly onShelf: string;
  /** A staff account that operations on readers need; null for none. */
  readonly staff: { readonly user: string; readonly password: string } | null;
}

/** An answer of one operation: its root element and what stands in it. */
export interface OperationAnswer {
  readonly root: string;
  readonly content: string;
}

/** What an operation works with. */
export interface Operation {
  readonly parameters: URLSearchParams;
  readonly state: AlephState;
  readonly settings: XserviceSettings;
  readonly now: Date;
}

/** The usual failure: HTTP 200, and one sentence in `error`. */
export function failed(message: string): string {
  return `${element('error', message)}\n`;
}

/** Numbers are zero-padded to a fixed width; a negative one keeps its sign. */
export function pad(value: number, width: number): string {
  return value < 0 ? String(value) : String(value).padStart(width, '0');
}
