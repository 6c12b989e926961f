import type { Line } from './list.ts';
import type { MergedRecord } from './types.ts';

/** Which lines changed when, so that every stream gets what it has not seen and nothing else. */
export interface LineLog {
  /** Compares the list with what was logged before; `version` marks what is new. False: nothing is. */
  log(lines: readonly Line[], version: number): boolean;
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

export function createLineLog(): LineLog {
  const entries = new Map<string, Entry>();
  const gone = new Map<string, number>();
  return {
    gone,
    log(lines, version) {
      let changed = false;
      for (const { record } of lines) {
        const entry = entries.get(record.id);
        if (entry?.record === record) continue;
        changed = true;
        entries.set(record.id, { record, version });
        gone.delete(record.id);
      }
      if (entries.size > lines.length) {
        const present = new Set(lines.map((line) => line.record.id));
        for (const id of entries.keys()) {
          if (present.has(id)) continue;
          entries.delete(id);
          gone.set(id, version);
        }
      }
      return changed;
    },
    versionOf: (id) => entries.get(id)?.version ?? 0,
    forget() {
      entries.clear();
      gone.clear();
    },
  };
}
