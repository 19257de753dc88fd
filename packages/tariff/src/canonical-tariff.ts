import { compareIds, formatPrice, parsePrice } from '@microgrid/units';
import { minuteOf, yearDayOf } from './coverage.js';
import { DAY_TYPES } from './day-type.js';
import type { DayGroup, Tariff } from './tariff.js';

/**
 * The one form of tariffs that mean the same: prices with six decimals, seasons, day groups, periods
 * and holidays in time order, a holiday listed once.
 */
export function canonicalTariff(tariff: Tariff): Tariff {
  if (tariff.type === 'flat') return { type: 'flat', price: spell(tariff.price) };
  return {
    type: 'timeOfUse',
    seasons: tariff.seasons
      .map((season) => ({ ...season, days: season.days.map(canonicalGroup).sort(byFirstDay) }))
      .sort((a, b) => yearDayOf(a.from) - yearDayOf(b.from)),
    ...(tariff.holidays && { holidays: [...new Set(tariff.holidays)].sort(compareIds) }),
  };
}

function spell(price: string): string {
  return formatPrice(parsePrice(price));
}

function canonicalGroup(group: DayGroup): DayGroup {
  return {
    weekdays: DAY_TYPES.filter((type) => group.weekdays.includes(type)),
    periods: group.periods
      .map((period) => ({ ...period, price: spell(period.price) }))
      .sort((a, b) => minuteOf(a.from) - minuteOf(b.from)),
  };
}

function byFirstDay(a: DayGroup, b: DayGroup): number {
  const first = ({ weekdays: [type] }: DayGroup): number => (type ? DAY_TYPES.indexOf(type) : -1);
  return first(a) - first(b);
}
