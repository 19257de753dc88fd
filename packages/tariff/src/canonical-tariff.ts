import { compareIds, formatPrice, formatRatio, parsePrice, parseRatio } from '@microgrid/units';
import type { ListedTariff } from './access-tariff.js';
import { minuteOf, yearDayOf } from './calendar/day-number.js';
import { DAY_TYPES } from './calendar/day-type.js';
import type { HolidaySet } from './calendar/holidays.js';
import type { CycleTariff } from './cycle-tariff.js';
import type { DayAheadTariff } from './market-tariff.js';
import type { ComponentTariff, DatedTariff, SumTariff, Tariff } from './tariff.js';
import type { DayGroup, TariffSeason, TimeOfUseTariff } from './time-of-use.js';

/**
 * The one form of tariffs that mean the same: prices with six decimals, other decimals without zeros
 * at the end, seasons, day groups, periods, holidays, versions and named rows in order, a holiday
 * listed once.
 */
export function canonicalTariff(tariff: Tariff): Tariff {
  if (tariff.type === 'sum') return canonicalSum(tariff);
  if (tariff.type === 'dated') return canonicalDated(tariff);
  return canonicalComponent(tariff);
}

function canonicalSum(tariff: SumTariff): SumTariff {
  return { type: 'sum', parts: tariff.parts.map(canonicalComponent) };
}

function canonicalDated(tariff: DatedTariff): DatedTariff {
  return {
    type: 'dated',
    versions: tariff.versions
      .map(({ tariff: version, ...dates }) => ({
        ...dates,
        tariff: version.type === 'sum' ? canonicalSum(version) : canonicalComponent(version),
      }))
      .sort((a, b) => compareIds(a.validFrom ?? '', b.validFrom ?? '')),
  };
}

function canonicalComponent(tariff: ComponentTariff): ComponentTariff {
  switch (tariff.type) {
    case 'dayAhead':
      return canonicalDayAhead(tariff);
    case 'tip': {
      const { reductionPercent } = tariff;
      return {
        ...tariff,
        powerKilowatts: decimal(tariff.powerKilowatts),
        ...(reductionPercent !== undefined && { reductionPercent: decimal(reductionPercent) }),
      };
    }
    case 'access': {
      const { exemptionPercent } = tariff;
      return {
        ...tariff,
        levels: byName(tariff.levels, ({ network, cieg }) => ({
          network: canonicalListed(network),
          ...(cieg && { cieg: canonicalListed(cieg) }),
        })),
        ...(exemptionPercent !== undefined && { exemptionPercent: decimal(exemptionPercent) }),
      };
    }
    default:
      return canonicalListed(tariff);
  }
}

function canonicalListed(tariff: ListedTariff): ListedTariff {
  if (tariff.type === 'flat') return { type: 'flat', price: spell(tariff.price) };
  return tariff.type === 'cycle' ? canonicalCycle(tariff) : canonicalTimeOfUse(tariff);
}

function canonicalCycle(tariff: CycleTariff): CycleTariff {
  return {
    type: 'cycle',
    cycle: tariff.cycle,
    prices: byName(tariff.prices, spell),
    ...(tariff.holidays && { holidays: canonicalHolidays(tariff.holidays) }),
  };
}

function canonicalTimeOfUse(tariff: TimeOfUseTariff): TimeOfUseTariff {
  return {
    type: 'timeOfUse',
    seasons: tariff.seasons
      .map((season) => ({
        ...season,
        ...(season.quarters && { quarters: [...season.quarters].sort((a, b) => a - b) }),
        days: season.days.map(canonicalGroup).sort(byFirstDay),
      }))
      .sort((a, b) => seasonRank(a) - seasonRank(b)),
    ...(tariff.holidays && { holidays: canonicalHolidays(tariff.holidays) }),
  };
}

function canonicalDayAhead(tariff: DayAheadTariff): DayAheadTariff {
  const { floor, cap } = tariff;
  return {
    ...tariff,
    factor: decimal(tariff.factor),
    adder: decimal(tariff.adder),
    ...(floor !== undefined && { floor: decimal(floor) }),
    ...(cap !== undefined && { cap: decimal(cap) }),
  };
}

/** Where a season comes in its tariff: by its first day, first quarter, or winter before summer. */
function seasonRank({ from, quarters, clock }: TariffSeason): number {
  if (from !== undefined) return yearDayOf(from);
  return quarters?.[0] ?? (clock === 'summer' ? 1 : 0);
}

function canonicalHolidays(holidays: string[] | HolidaySet): string[] | HolidaySet {
  const once = (dates: readonly string[]): string[] => [...new Set(dates)].sort(compareIds);
  if (!('calendar' in holidays)) return once(holidays);
  return {
    calendar: holidays.calendar,
    ...(holidays.add && { add: once(holidays.add) }),
    ...(holidays.remove && { remove: once(holidays.remove) }),
  };
}

function byName<T, R>(rows: Readonly<Record<string, T>>, change: (row: T) => R): Record<string, R> {
  const sorted = Object.entries(rows).sort(([a], [b]) => compareIds(a, b));
  return Object.fromEntries(sorted.map(([name, row]) => [name, change(row)]));
}

function spell(price: string): string {
  return formatPrice(parsePrice(price));
}

function decimal(text: string): string {
  return formatRatio(parseRatio(text));
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
