import { WORKDAYS, type CycleDays, type PeriodCycle } from './cycle-table.js';

const WEEK = [...WORKDAYS, 'sat', 'sun'] as const;

type Starts = CycleDays['starts'];

/** Joins neighbouring periods that bear one name once `names` has renamed them. */
function renamed(starts: Starts, names: Readonly<Record<string, string>>): Starts {
  const out: (readonly [string, string])[] = [];
  for (const [time, period] of starts) {
    const name = names[period] ?? period;
    if (out.at(-1)?.[1] !== name) out.push([time, name]);
  }
  return out;
}

function coarser(
  cycle: PeriodCycle,
  name: string,
  periods: readonly string[],
  names: Readonly<Record<string, string>>,
): PeriodCycle {
  return {
    ...cycle,
    name,
    periods,
    seasons: cycle.seasons.map((season) => ({
      ...season,
      days: season.days.map((days) => ({ ...days, starts: renamed(days.starts, names) })),
    })),
  };
}

const FOUR = ['ponta', 'cheias', 'vazio normal', 'super vazio'] as const;
const THREE = ['ponta', 'cheias', 'vazio'] as const;
const TWO = ['fora de vazio', 'vazio'] as const;
const TO_THREE = { 'vazio normal': 'vazio', 'super vazio': 'vazio' };
const TO_TWO = { ponta: 'fora de vazio', cheias: 'fora de vazio', ...TO_THREE };
const [P, C, V, S] = FOUR;

/** Mainland Portugal, daily cycle of BTN and BTE: every day alike, by legal time. */
const PT_DAILY: PeriodCycle = {
  name: 'PT-daily-4',
  periods: FOUR,
  seasons: [
    {
      clock: 'winter',
      days: [
        {
          weekdays: WEEK,
          holidays: true,
          starts: [
            ['00:00', V],
            ['02:00', S],
            ['06:00', V],
            ['08:00', C],
            ['09:00', P],
            ['10:30', C],
            ['18:00', P],
            ['20:30', C],
            ['22:00', V],
          ],
        },
      ],
    },
    {
      clock: 'summer',
      days: [
        {
          weekdays: WEEK,
          holidays: true,
          starts: [
            ['00:00', V],
            ['02:00', S],
            ['06:00', V],
            ['08:00', C],
            ['10:30', P],
            ['13:00', C],
            ['19:30', P],
            ['21:00', C],
            ['22:00', V],
          ],
        },
      ],
    },
  ],
};

const PT_SUNDAY: CycleDays = {
  weekdays: ['sun'],
  holidays: true,
  starts: [
    ['00:00', V],
    ['02:00', S],
    ['06:00', V],
  ],
};

/** Mainland Portugal, weekly cycle of all voltage levels. */
const PT_WEEKLY: PeriodCycle = {
  name: 'PT-weekly-4',
  periods: FOUR,
  seasons: [
    {
      clock: 'winter',
      days: [
        {
          weekdays: WORKDAYS,
          starts: [
            ['00:00', V],
            ['02:00', S],
            ['06:00', V],
            ['07:00', C],
            ['09:30', P],
            ['12:00', C],
            ['18:30', P],
            ['21:00', C],
          ],
        },
        {
          weekdays: ['sat'],
          starts: [
            ['00:00', V],
            ['02:00', S],
            ['06:00', V],
            ['09:30', C],
            ['13:00', V],
            ['18:30', C],
            ['22:00', V],
          ],
        },
        PT_SUNDAY,
      ],
    },
    {
      clock: 'summer',
      days: [
        {
          weekdays: WORKDAYS,
          starts: [
            ['00:00', V],
            ['02:00', S],
            ['06:00', V],
            ['07:00', C],
            ['09:15', P],
            ['12:15', C],
          ],
        },
        {
          weekdays: ['sat'],
          starts: [
            ['00:00', V],
            ['02:00', S],
            ['06:00', V],
            ['09:00', C],
            ['14:00', V],
            ['20:00', C],
            ['22:00', V],
          ],
        },
        PT_SUNDAY,
      ],
    },
  ],
};

/** Mainland Portugal, optional weekly cycle of MAT, AT and MT. */
const PT_WEEKLY_OPTIONAL: PeriodCycle = {
  name: 'PT-weekly-optional-4',
  periods: FOUR,
  seasons: [
    {
      clock: 'winter',
      days: [
        {
          weekdays: WORKDAYS,
          starts: [
            ['00:00', C],
            ['00:30', V],
            ['02:00', S],
            ['06:00', V],
            ['07:30', C],
            ['17:00', P],
            ['22:00', C],
          ],
        },
        {
          weekdays: ['sat'],
          starts: [
            ['00:00', V],
            ['03:00', S],
            ['07:00', V],
            ['10:30', C],
            ['12:30', V],
            ['17:30', C],
            ['22:30', V],
          ],
        },
        {
          weekdays: ['sun'],
          holidays: true,
          starts: [
            ['00:00', V],
            ['04:00', S],
            ['08:00', V],
          ],
        },
      ],
    },
    {
      clock: 'summer',
      days: [
        {
          weekdays: WORKDAYS,
          starts: [
            ['00:00', C],
            ['00:30', V],
            ['02:00', S],
            ['06:00', V],
            ['07:30', C],
            ['14:00', P],
            ['17:00', C],
          ],
        },
        {
          weekdays: ['sat'],
          starts: [
            ['00:00', V],
            ['03:30', S],
            ['07:30', V],
            ['10:00', C],
            ['13:30', V],
            ['19:30', C],
            ['23:00', V],
          ],
        },
        {
          weekdays: ['sun'],
          holidays: true,
          starts: [
            ['00:00', V],
            ['04:00', S],
            ['08:00', V],
          ],
        },
      ],
    },
  ],
};

/** The tables of mainland Portugal. */
export const PORTUGUESE_CYCLES = {
  'PT-daily-2': coarser(PT_DAILY, 'PT-daily-2', TWO, TO_TWO),
  'PT-daily-3': coarser(PT_DAILY, 'PT-daily-3', THREE, TO_THREE),
  'PT-daily-4': PT_DAILY,
  'PT-weekly-2': coarser(PT_WEEKLY, 'PT-weekly-2', TWO, TO_TWO),
  'PT-weekly-3': coarser(PT_WEEKLY, 'PT-weekly-3', THREE, TO_THREE),
  'PT-weekly-4': PT_WEEKLY,
  'PT-weekly-optional-4': PT_WEEKLY_OPTIONAL,
} as const satisfies Record<string, PeriodCycle>;
