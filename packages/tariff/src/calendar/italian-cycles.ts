import { WORKDAYS, type PeriodCycle } from './cycle-table.js';

/** Italy, the bands F1, F2 and F3 of the regulator (ARERA, deliberation 181/06). */
export const IT_BANDS: PeriodCycle = {
  name: 'IT-F1-F2-F3',
  periods: ['F1', 'F2', 'F3'],
  holidays: { calendar: 'IT' },
  seasons: [
    {
      days: [
        {
          weekdays: WORKDAYS,
          starts: [
            ['00:00', 'F3'],
            ['07:00', 'F2'],
            ['08:00', 'F1'],
            ['19:00', 'F2'],
            ['23:00', 'F3'],
          ],
        },
        {
          weekdays: ['sat'],
          starts: [
            ['00:00', 'F3'],
            ['07:00', 'F2'],
            ['23:00', 'F3'],
          ],
        },
        { weekdays: ['sun'], holidays: true, starts: [['00:00', 'F3']] },
      ],
    },
  ],
};
