import type { CycleTariff } from '../cycle-tariff.js';
import type { DayGroup, TimeOfUseTariff } from '../time-of-use.js';
import type { CycleDays, PeriodCycle } from './cycle-table.js';
import { PERIOD_CYCLES } from './period-cycle.js';

/** The time-of-use tariff that a period table and its prices stand for. */
export function expandCycle(tariff: CycleTariff): TimeOfUseTariff {
  const cycle: PeriodCycle = PERIOD_CYCLES[tariff.cycle];
  const holidays = tariff.holidays ?? cycle.holidays;
  const group = ({ weekdays, holidays: onHolidays, starts }: CycleDays): DayGroup => ({
    weekdays: [
      ...weekdays,
      ...(onHolidays && holidays !== undefined ? (['holiday'] as const) : []),
    ],
    periods: starts.map(([from, name], index) => ({
      name,
      from,
      to: starts[index + 1]?.[0] ?? '24:00',
      price: tariff.prices[name] ?? '',
    })),
  });
  return {
    type: 'timeOfUse',
    seasons: cycle.seasons.map(({ clock, days }) => ({
      id: clock ?? 'all year',
      ...(clock === undefined ? { from: '01-01', to: '12-31' } : { clock }),
      days: days.map(group),
    })),
    ...(holidays !== undefined && { holidays }),
  };
}
