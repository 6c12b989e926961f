import type { Clock } from '../members/guards/clock.ts';
import type { Connector } from '../members/types.ts';
import { isNumbered, type LinePlaces, type RecordPlace, type RecordStore } from './records.ts';
import { within } from './shared-answers.ts';
import type { SharedLines } from './shared-searches.ts';

/** Lines told in one go; a stream shows a thousand at once. */
const portion = 250;
const lookupMs = 250;

export interface LineSharing {
  /** The record store that also tells other gateways where the records of shown lines are. */
  readonly records: RecordStore;
  line(id: string): Promise<LinePlaces | undefined>;
  source(
    library: string,
    localId: string,
  ): Promise<{ readonly place: RecordPlace; readonly query: LinePlaces['query'] } | undefined>;
  /** Settles when what was shown by now is told, or never will be. */
  told(): Promise<void>;
}

export function shareLines(
  records: RecordStore,
  shared: SharedLines,
  options: {
    readonly clock: Clock;
    readonly connectorFor: (id: string) => Connector | undefined;
  },
): LineSharing {
  const { clock, connectorFor } = options;
  const lines: { id: string; places: LinePlaces }[] = [];
  const sources: { place: RecordPlace; query: LinePlaces['query'] }[] = [];
  let telling: Promise<void> | null = null;

  const tell = async () => {
    while (lines.length > 0 || sources.length > 0) {
      await shared.keep(lines.splice(0, portion), sources.splice(0, portion)).catch(() => {});
    }
    telling = null;
  };

  return {
    line: (id) => within(shared.line(id), lookupMs, clock),
    source: (library, localId) => within(shared.source(library, localId), lookupMs, clock),
    told: async () => {
      await telling;
    },
    records: {
      ...records,
      keepLine(line, query) {
        records.keepLine(line, query);
        const { id } = line.record;
        const places = records.places(id);
        if (places === undefined) return;
        lines.push({ id, places });
        for (const source of line.sources) {
          const indexes = connectorFor(source.library)?.library.connector.indexes;
          if (isNumbered(source) && indexes?.id !== undefined) continue;
          const { library, localId, position } = source;
          sources.push({ place: { library, localId, position }, query });
        }
        telling ??= Promise.resolve().then(tell);
      },
    },
  };
}
