import fc from 'fast-check';
import { easterDate } from './easter.js';
import { holidayTest, nationalHolidays } from './holidays.js';

describe('easterDate', () => {
  // Dates as published by the churches' and observatories' tables, both extremes among them.
  test.each([
    [1818, '03-22'],
    [1943, '04-25'],
    [1961, '04-02'],
    [2000, '04-23'],
    [2008, '03-23'],
    [2011, '04-24'],
    [2015, '04-05'],
    [2019, '04-21'],
    [2024, '03-31'],
    [2025, '04-20'],
    [2026, '04-05'],
    [2027, '03-28'],
    [2028, '04-16'],
    [2029, '04-01'],
    [2030, '04-21'],
    [2038, '04-25'],
  ])('of %i is %s', (year, day) => {
    expect(easterDate(year)).toBe(`${year}-${day}`);
  });

  test('is a Sunday from 22 March to 25 April, the first after a full moon by epact', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1583, max: 9999 }), (year) => {
        const date = easterDate(year);
        expect(new Date(`${date}T00:00:00Z`).getUTCDay()).toBe(0);
        expect(date >= `${year}-03-22` && date <= `${year}-04-25`).toBe(true);
        expect(date).toBe(byEpact(year));
      }),
    );
  });
});

/** Easter by the tables of Clavius: golden number, epact, paschal full moon, next Sunday. */
function byEpact(year: number): string {
  const golden = (year % 19) + 1;
  const century = Math.floor(year / 100) + 1;
  const solar = Math.floor((3 * century) / 4) - 12;
  const lunar = Math.floor((8 * century + 5) / 25) - 5;
  let epact = (((11 * golden + 20 + lunar - solar) % 30) + 30) % 30;
  if (epact === 24 || (epact === 25 && golden > 11)) epact++;
  let moon = 44 - epact;
  if (moon < 21) moon += 30;
  const sunday = Math.floor((5 * year) / 4) - solar - 10;
  const day = moon + 7 - ((sunday + moon) % 7);
  return new Date(Date.UTC(year, 2, day)).toISOString().slice(0, 10);
}

describe('nationalHolidays', () => {
  const dates = (calendar: Parameters<typeof nationalHolidays>[0], year: number): string[] =>
    nationalHolidays(calendar, year).map(({ date }) => date.slice(5));

  test('of Portugal are thirteen, with Good Friday, Easter and Corpus Christi by computus', () => {
    expect(dates('PT', 2026).join(' ')).toBe(
      '01-01 04-03 04-05 04-25 05-01 06-04 06-10 08-15 10-05 11-01 12-01 12-08 12-25',
    );
  });

  test('of Portugal lack the four that were suspended from 2013 to 2015', () => {
    expect(dates('PT', 2014)).toHaveLength(9);
    expect(dates('PT', 2012)).toHaveLength(13);
    expect(dates('PT', 2016)).toHaveLength(13);
  });

  test('of other countries are those of 2026', () => {
    expect(dates('ES', 2026)).toContain('04-03');
    expect(dates('ES-2.0TD', 2026).join(' ')).toBe(
      '01-01 01-06 05-01 08-15 10-12 11-01 12-06 12-08 12-25',
    );
    expect(dates('FR', 2026).join(' ')).toBe(
      '01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25',
    );
    expect(dates('IT', 2026)).toContain('10-04');
    expect(dates('IT', 2025)).not.toContain('10-04');
    expect(dates('AT', 2026).join(' ')).toBe(
      '01-01 01-06 04-06 05-01 05-14 05-25 06-04 08-15 10-26 11-01 12-08 12-25 12-26',
    );
    expect(dates('DE', 2026).join(' ')).toBe(
      '01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26',
    );
    expect(dates('DE', 2017)).toContain('10-31');
  });

  test('take local holidays and lose those a tariff does not treat as such', () => {
    const isHoliday = holidayTest({
      calendar: 'PT',
      add: ['06-13', '2026-02-17'],
      remove: ['2026-12-08'],
    });
    expect(['2026-06-13', '2031-06-13', '2026-02-17', '2026-04-25'].map(isHoliday)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['2026-12-08', '2027-02-17', '2026-06-14'].map(isHoliday)).toEqual([
      false,
      false,
      false,
    ]);
    expect(isHoliday('2027-12-08')).toBe(true);
  });
});
