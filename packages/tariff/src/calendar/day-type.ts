/** Day types a price period can hold on: ISO week days from Monday, and listed holidays. */
export const DAY_TYPES = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday'] as const;

/** A day type: a week day, or a day of the tariff's holiday list whatever its week day. */
export type DayType = (typeof DAY_TYPES)[number];
