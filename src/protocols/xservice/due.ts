import { readDate, readStatus } from '../../marc/dialects/index.ts';
import type { ItemStatus } from '../../marc/record.ts';

export interface Due {
  readonly status: ItemStatus;
  /** ISO date; null where the text has none that can be read in one way only. */
  readonly date: string | null;
}

/** A due date as Aleph prints it: a date, or a word for where the copy is ("On Shelf", "Lost"). */
export function readDue(text: string | null): Due {
  const written = text?.trim() ?? '';
  const { status } = readStatus(written);
  const date = readDate(written);
  // A date in the library's own order of day and month still says that the copy is out.
  const isDate = date !== null || /^\d{1,4}[-/.]\w{1,3}[-/.]\d{2,4}$/.test(written);
  return { status: status === 'unknown' && isDate ? 'on_loan' : status, date };
}
