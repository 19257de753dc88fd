import type { DayType } from './day-type.js';
import type { HolidaySet } from './holidays.js';

/** Named periods of a group of days: each holds from its time of day until the next one's. */
export interface CycleDays {
  readonly weekdays: readonly Exclude<DayType, 'holiday'>[];
  /** Whether holidays have these periods, in tariffs that name holidays. */
  readonly holidays?: true;
  /** `[HH:MM, period name]`, the first at 00:00. */
  readonly starts: readonly (readonly [string, string])[];
}

/** A season of a cycle: all year, or one side of the clock change. */
export interface CycleSeason {
  readonly clock?: 'summer' | 'winter';
  readonly days: readonly CycleDays[];
}

/** A regulator's table of named price periods, without prices. */
export interface PeriodCycle {
  readonly name: string;
  /** Names of the periods, dearest first as regulators list them. */
  readonly periods: readonly string[];
  readonly seasons: readonly CycleSeason[];
  /** Holidays that the regulator's table itself names; a tariff may name others. */
  readonly holidays?: HolidaySet;
}

const WORKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
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

/** Spain, access tariff 2.0TD of the mainland and the islands (CNMC Circular 3/2020). */
const ES_2_0TD: PeriodCycle = {
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

/** Italy, the bands F1, F2 and F3 of the regulator (ARERA, deliberation 181/06). */
const IT_BANDS: PeriodCycle = {
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

/**
 * The period tables a tariff of type `cycle` may name. Portugal's follow legal time: winter and summer
 * are the two states of the clock. They are ERSE's tables of mainland Portugal as in force in 2025.
 */
export const PERIOD_CYCLES = {
  'PT-daily-2': coarser(PT_DAILY, 'PT-daily-2', TWO, TO_TWO),
  'PT-daily-3': coarser(PT_DAILY, 'PT-daily-3', THREE, TO_THREE),
  'PT-daily-4': PT_DAILY,
  'PT-weekly-2': coarser(PT_WEEKLY, 'PT-weekly-2', TWO, TO_TWO),
  'PT-weekly-3': coarser(PT_WEEKLY, 'PT-weekly-3', THREE, TO_THREE),
  'PT-weekly-4': PT_WEEKLY,
  'PT-weekly-optional-4': PT_WEEKLY_OPTIONAL,
  'ES-2.0TD': ES_2_0TD,
  'IT-F1-F2-F3': IT_BANDS,
} as const satisfies Record<string, PeriodCycle>;

/** Name of a {@link PERIOD_CYCLES} table. */
export type PeriodCycleName = keyof typeof PERIOD_CYCLES;

/** All {@link PeriodCycleName}s. */
export const PERIOD_CYCLE_NAMES = Object.keys(PERIOD_CYCLES) as [
  PeriodCycleName,
  ...PeriodCycleName[],
];
