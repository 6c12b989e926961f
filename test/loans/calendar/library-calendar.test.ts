import t from 'tap';
import { loanLibraryFinder } from '../../../src/loan-copies.ts';
import { createCalendar } from '../../../src/loans/calendar/calendar.ts';
import { checkLibrary } from '../../../src/members/check.ts';
import { createDirectory } from '../../../src/members/directory.ts';
import { minimalDocument } from '../../support/documents.ts';

t.test(
  'the calendar of a library is whole, and read once until its document changes',
  async (t) => {
    const directory = createDirectory();
    const find = loanLibraryFinder(directory, { now: () => new Date('2026-11-20T08:00:00Z') });
    const put = (closed: string[]) => {
      const input = minimalDocument('aa', { calendar: { closed } });
      const checked = checkLibrary(input, {});
      if ('library' in checked) directory.put(checked.library, input, 'file');
    };
    const calendar = () => {
      const found = find('aa')?.calendar;
      if (found === undefined) throw new Error('aa is there');
      return found;
    };
    put(['2026-12-01']);
    t.same(calendar(), {
      timezone: 'Asia/Shanghai',
      closed: ['2026-12-01'],
      open: [],
      movesDueDates: true,
    });
    t.equal(createCalendar(calendar()), createCalendar(calendar()));
    t.notOk(createCalendar(calendar()).isWorkingDay('2026-12-01'));
    put([]);
    t.ok(createCalendar(calendar()).isWorkingDay('2026-12-01'));
  },
);
