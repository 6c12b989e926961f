import type { Line } from './line.ts';
import type { MergedRecord } from './types.ts';

/** Which lines changed when, so that every stream gets what it has not seen and nothing else. */
export interface LineLog {
  /**
   * Compares the list with what was logged before and marks what is new with the next version, at most so
   * many lines with one. False: nothing is new.
   */
  log(lines: readonly Line[], next: () => number): boolean;
  /** Ids of lines logged before that are part of other lines now, with the version they went at. */
  readonly gone: ReadonlyMap<string, number>;
  /** The version a line came or changed at. */
  versionOf(id: string): number;
  forget(): void;
}

interface Entry {
  record: MergedRecord;
  version: number;
}

/** Lines sent in one event: written, they are some milliseconds of work. */
const linesPerVersion = 200;

export function createLineLog(): LineLog {
  const entries = new Map<string, Entry>();
  const gone = new Map<string, number>();
  return {
    gone,
    log(lines, next) {
      let version = 0;
      let changes = 0;
      for (const { record } of lines) {
        const entry = entries.get(record.id);
        if (entry?.record === record) continue;
        if (changes % linesPerVersion === 0) version = next();
        changes++;
        entries.set(record.id, { record, version });
        gone.delete(record.id);
      }
      if (entries.size > lines.length) {
        const present = new Set(lines.map((line) => line.id));
        for (const id of entries.keys()) {
          if (present.has(id)) continue;
          entries.delete(id);
          gone.set(id, version);
        }
      }
      return changes > 0;
    },
    versionOf: (id) => entries.get(id)?.version ?? 0,
    forget() {
      entries.clear();
      gone.clear();
    },
  };
}
