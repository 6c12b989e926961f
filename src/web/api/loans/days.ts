import Type from 'typebox';
import { addDays, instantOf } from '../../../loans/calendar/dates.ts';
import { day } from './schemas.ts';

/** Query parameters of what is listed by dates; both days count. */
export const daysQuery = { from: Type.Optional(day), to: Type.Optional(day) };

/** From the first moment of a day to the last of another, where the federation is. */
export function daysOf(
  query: Readonly<Record<string, string | undefined>>,
  timezone: string,
): { readonly from: Date | null; readonly to: Date | null } {
  const start = (text: string) => instantOf(text, '00:00:00', timezone);
  return {
    from: query.from === undefined ? null : start(query.from),
    to: query.to === undefined ? null : start(addDays(query.to, 1)),
  };
}
