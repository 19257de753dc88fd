import { CommunityError } from '../community-error.js';

/** Months between two changes of coefficients. */
const MONTHS_BETWEEN_CHANGES = 4;

/** The last day of a month on which a complete agreement still counts for the next month. */
const LAST_DAY_FOR_NEXT_MONTH = 10;

/** When coefficients begin to hold, and why. */
export interface Activation {
  /** First local day, from 00:00 on. */
  readonly activeFrom: string;
  /** `day-10`: complete by day 10; `day-11`: after it; `four-months`: the change before is too recent. */
  readonly decidedBy: 'day-10' | 'day-11' | 'four-months';
}

/**
 * First day of new Spanish coefficients (RD 244/2019 Annex I): complete and correct by day 10 of a month,
 * they hold from the first day of the next one; from day 11, of the one after that. They change at most
 * every four months and never hold for energy generated before.
 * @param completeOn day on which the documents were complete and correct, `YYYY-MM-DD`.
 * @param previousActiveFrom first day of the coefficients before; absent for the first ones.
 * @throws CommunityError `invalid-file` for a text that is no day.
 */
export function activationDate(completeOn: string, previousActiveFrom?: string): Activation {
  const { year, month, day } = dayParts(completeOn);
  const early = day <= LAST_DAY_FOR_NEXT_MONTH;
  const rule = firstOfMonth(year, month + (early ? 1 : 2));
  const activation: Activation = { activeFrom: rule, decidedBy: early ? 'day-10' : 'day-11' };
  if (previousActiveFrom === undefined) return activation;
  const before = dayParts(previousActiveFrom);
  // Coefficients begin on the first day of a month; a change after the first counts to the next one.
  const rest = before.day > 1 ? 1 : 0;
  const earliest = firstOfMonth(before.year, before.month + MONTHS_BETWEEN_CHANGES + rest);
  return earliest > rule ? { activeFrom: earliest, decidedBy: 'four-months' } : activation;
}

function dayParts(text: string): { year: number; month: number; day: number } {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && date.getUTCMonth() === month - 1 && day > 0) {
    return { year, month, day };
  }
  const expected = 'a day that exists, as YYYY-MM-DD';
  throw new CommunityError(
    'invalid-file',
    `day: got ${JSON.stringify(text)}, expected ${expected}`,
    [{ path: 'day', found: JSON.stringify(text), expected }],
  );
}

function firstOfMonth(year: number, month: number): string {
  const index = year * 12 + month - 1;
  const text = (value: number, length: number): string => String(value).padStart(length, '0');
  return `${text(Math.floor(index / 12), 4)}-${text((index % 12) + 1, 2)}-01`;
}
