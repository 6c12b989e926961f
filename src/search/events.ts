import type { Line } from './line.ts';
import type { LineLog } from './line-log.ts';
import type { Facets, LibraryAnswer, SearchAnswer, SearchEvent } from './types.ts';

/**
 * A search keeps no log of events. Everything that can change carries the number of its last change,
 * and a stream is told what has changed since the number it has. A slow reader therefore gets one
 * event for many changes, a resumed stream loses nothing, and neither costs memory.
 */
export interface Changes {
  readonly libraries: readonly { readonly version: number; readonly answer: () => LibraryAnswer }[];
  /** The lines of the view, best first. */
  readonly lines: () => readonly Line[];
  readonly log: LineLog;
  readonly facets: { readonly version: number; readonly value: () => Facets };
  /** Version 0 while the search runs. */
  readonly done: { readonly version: number; readonly answer: () => Omit<SearchAnswer, 'records'> };
}

/** What changed after `afterId`, as events in the order of their ids. */
export function eventsSince(changes: Changes, afterId: number): readonly SearchEvent[] {
  const events: SearchEvent[] = [];
  for (const { version, answer } of changes.libraries) {
    if (version > afterId) events.push({ id: version, event: 'library', data: answer() });
  }
  events.push(...lineEvents(changes, afterId));
  const { facets, done } = changes;
  if (facets.version > afterId) {
    events.push({ id: facets.version, event: 'facets', data: facets.value() });
  }
  if (done.version > afterId) events.push({ id: done.version, event: 'done', data: done.answer() });
  return events.sort((a, b) => a.id - b.id);
}

/** One event for the lines of each change, so that every id can be resumed from. */
function lineEvents({ lines: linesOf, log }: Changes, afterId: number): SearchEvent[] {
  const lines = linesOf();
  const byVersion = new Map<number, Line[]>();
  for (const line of lines) {
    const version = log.versionOf(line.id);
    if (version <= afterId) continue;
    const batch = byVersion.get(version);
    if (batch === undefined) byVersion.set(version, [line]);
    else batch.push(line);
  }
  return [...byVersion].map(([version, batch]) => {
    const records = batch.map((line) => line.record);
    const gone = [...log.gone].filter(([, at]) => at === version).map(([id]) => id);
    return {
      id: version,
      event: 'records' as const,
      data: { records, total: lines.length, ...(gone.length > 0 ? { gone } : {}) },
    };
  });
}
