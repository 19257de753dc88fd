/** Easter Sunday of a year in the Gregorian calendar, as days after 1 March (0 = 1 March). */
function daysAfterFirstOfMarch(year: number): number {
  // The anonymous Gregorian computus (Meeus, Jones, Butcher).
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  return h + l - 7 * m + 21;
}

/**
 * A date counted from Easter Sunday of the Gregorian calendar, `YYYY-MM-DD`.
 * @param year 1583 to 9999.
 * @param offsetDays days after Easter Sunday; Good Friday is -2, Corpus Christi 60.
 */
export function easterDate(year: number, offsetDays = 0): string {
  const day = Date.UTC(year, 2, 1 + daysAfterFirstOfMarch(year) + offsetDays);
  return new Date(day).toISOString().slice(0, 10);
}
