import { WORKDAYS, type PeriodCycle } from './cycle-table.js';

/** Spain, access tariff 2.0TD of the mainland and the islands (CNMC Circular 3/2020). */
export const ES_2_0TD: PeriodCycle = {
  name: 'ES-2.0TD',
  periods: ['P1', 'P2', 'P3'],
  holidays: { calendar: 'ES-2.0TD' },
  seasons: [
    {
      days: [
        {
          weekdays: WORKDAYS,
          starts: [
            ['00:00', 'P3'],
            ['08:00', 'P2'],
            ['10:00', 'P1'],
            ['14:00', 'P2'],
            ['18:00', 'P1'],
            ['22:00', 'P2'],
          ],
        },
        { weekdays: ['sat', 'sun'], holidays: true, starts: [['00:00', 'P3']] },
      ],
    },
  ],
};
