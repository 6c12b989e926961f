import type { SourceRecord } from '../../members/types.ts';

/** Records at the head of a page by which it is known again. */
const headRecords = 2;

export interface HandoverSettings {
  /** Records wanted from this page; what comes beyond is not taken. */
  readonly count: number;
  /** Head of an earlier page of the same list; empty for the first. */
  readonly earlierHead: readonly Uint8Array[];
  readonly onRecords: (records: readonly SourceRecord[], unreadable: number) => void;
}

/** Takes the records of one page as they are decoded and hands them on in the pieces they arrived in. */
export interface Handover {
  /** A reading of the page begins; a second one, of a repaired copy, passes over what was taken. */
  begin(): void;
  /** The next record of the page; `make` gives null for one that cannot be read. */
  next(raw: Uint8Array | null, make: (at: number) => SourceRecord | null): void;
  flush(): void;
  /** What was never told apart from an earlier page is handed over now: the page has ended. */
  end(): void;
  /** Records of the page that were taken, readable or not. */
  readonly taken: number;
  readonly head: readonly Uint8Array[];
  /** True when the page is the earlier one again; nothing of it was handed over. */
  readonly isRepeated: boolean;
}

export function createHandover({ count, earlierHead, onRecords }: HandoverSettings): Handover {
  const head: Uint8Array[] = [];
  let records: SourceRecord[] = [];
  let unreadable = 0;
  let seen = 0;
  let taken = 0;
  /** True while every record so far equals the earlier page's. */
  let isLikeEarlier = earlierHead.length > 0;
  let isRepeated = false;

  function compare(raw: Uint8Array): void {
    if (head.length >= headRecords) return;
    const earlier = earlierHead[head.length];
    head.push(raw);
    if (!isLikeEarlier) return;
    isLikeEarlier = earlier !== undefined && raw.length > 0 && Buffer.compare(raw, earlier) === 0;
    isRepeated = isLikeEarlier && head.length === earlierHead.length;
  }

  function hand(): void {
    if (records.length === 0 && unreadable === 0) return;
    const [handed, spoilt] = [records, unreadable];
    records = [];
    unreadable = 0;
    onRecords(handed, spoilt);
  }

  return {
    begin() {
      seen = 0;
    },
    next(raw, make) {
      seen += 1;
      if (seen <= taken || seen > count || isRepeated) return;
      taken = seen;
      compare(raw ?? new Uint8Array(0));
      const made = make(seen);
      if (made === null) unreadable += 1;
      else records.push(made);
    },
    flush() {
      if (!isLikeEarlier) hand();
    },
    end() {
      if (!isRepeated) hand();
    },
    get taken() {
      return isRepeated ? 0 : taken;
    },
    get head() {
      return head;
    },
    get isRepeated() {
      return isRepeated;
    },
  };
}
