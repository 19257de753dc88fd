/** Hours of a year of 365 and of 366 days. */
export const HOURS_OF_YEAR = 8760;
/** See {@link HOURS_OF_YEAR}. */
export const HOURS_OF_LEAP_YEAR = 8784;

/** What the coefficients of an hour add up to: 1 in 6 decimals. */
export const BETA_ONE = 1_000_000;

/** Whether a year has 366 days. */
export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** A coefficient as files write it, with 6 decimals and a comma. @param millionths 0 or more. */
export function betaText(millionths: number): string {
  const whole = Math.floor(millionths / BETA_ONE);
  return `${whole},${String(millionths % BETA_ONE).padStart(6, '0')}`;
}
