import { z } from 'zod';
import { PERIOD_CYCLE_NAMES, PERIOD_CYCLES } from './calendar/period-cycle.js';
import { holidaySet } from './calendar/holidays.js';
import { dateText, nameText } from './decimal-fields.js';
import { priceText } from './time-of-use.js';

/** Prices for the named periods of a regulator's table, such as Portugal's tri-hourly daily cycle. */
export const cycleTariff = z
  .strictObject({
    type: z.literal('cycle'),
    cycle: z.enum(PERIOD_CYCLE_NAMES, { error: `one of ${PERIOD_CYCLE_NAMES.join(', ')}` }),
    /** Price per kWh of each period of the table. */
    prices: z.record(nameText, priceText),
    /** Holidays in place of the table's own; they have the table's periods for Sundays. */
    holidays: z.union([z.array(dateText), holidaySet]).optional(),
  })
  .superRefine((tariff, context) => {
    const { periods } = PERIOD_CYCLES[tariff.cycle];
    const names: readonly string[] = periods;
    for (const name of names) {
      if (tariff.prices[name] !== undefined) continue;
      context.addIssue({ code: 'custom', path: ['prices', name], message: 'a price' });
    }
    for (const name of Object.keys(tariff.prices)) {
      if (names.includes(name)) continue;
      const message = `a period of ${tariff.cycle}: ${names.join(', ')}`;
      context.addIssue({ code: 'custom', path: ['prices', name], message });
    }
  });
/** See {@link cycleTariff}. */
export type CycleTariff = z.infer<typeof cycleTariff>;
