import type { EpochMs, Watts } from '@microgrid/units';
import { between, deriveSeed, noise1, uniform } from './noise.js';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
const DAY_MS = DAY_MINUTES * MINUTE_MS;

/** A part of an appliance's programme; with a cycle it is on for `duty` of every `cycleMinutes`. */
interface Stage {
  readonly minutes: number;
  readonly watts: Watts;
  readonly cycleMinutes?: number;
  readonly duty?: number;
}

/** One use of one appliance. */
interface Run {
  /** Minutes after local midnight of its day. */
  readonly startMinute: number;
  readonly stages: readonly Stage[];
  readonly phase: 0 | 1 | 2;
}

/** An appliance people use: how likely on a day, around when, and what it then does. */
interface Appliance {
  readonly name: string;
  readonly weekdayChance: number;
  readonly weekendChance: number;
  readonly aroundMinute: number;
  readonly spreadMinutes: number;
  readonly phase: 0 | 1 | 2;
  readonly stages: (strength: number) => readonly Stage[];
}

const hob = (minutes: number, watts: Watts): readonly Stage[] => [
  { minutes, watts, cycleMinutes: 1, duty: 0.55 },
];

const APPLIANCES: readonly Appliance[] = [
  ...[425, 435, 640, 1000].map((aroundMinute, index) => ({
    name: `kettle-${index}`,
    weekdayChance: 0.55,
    weekendChance: 0.6,
    aroundMinute,
    spreadMinutes: 45,
    phase: 2 as const,
    stages: () => [{ minutes: 3, watts: 2000 }],
  })),
  {
    name: 'morning',
    weekdayChance: 0.9,
    weekendChance: 0.7,
    aroundMinute: 425,
    spreadMinutes: 40,
    phase: 0,
    stages: (strength) => [{ minutes: 70, watts: 80 + 90 * strength }],
  },
  {
    name: 'lunch',
    weekdayChance: 0.25,
    weekendChance: 0.75,
    aroundMinute: 765,
    spreadMinutes: 30,
    phase: 1,
    stages: (strength) => hob(25 + 15 * strength, 1600),
  },
  {
    name: 'home-office',
    weekdayChance: 0.35,
    weekendChance: 0.1,
    aroundMinute: 540,
    spreadMinutes: 30,
    phase: 0,
    stages: (strength) => [{ minutes: 480, watts: 60 + 80 * strength }],
  },
  {
    name: 'dinner',
    weekdayChance: 0.85,
    weekendChance: 0.75,
    aroundMinute: 1180,
    spreadMinutes: 45,
    phase: 1,
    stages: (strength) => hob(30 + 20 * strength, 1900),
  },
  {
    name: 'oven',
    weekdayChance: 0.25,
    weekendChance: 0.45,
    aroundMinute: 1165,
    spreadMinutes: 45,
    phase: 2,
    stages: (strength) => [
      { minutes: 10, watts: 2300 },
      { minutes: 25 + 20 * strength, watts: 2300, cycleMinutes: 2, duty: 0.4 },
    ],
  },
  {
    name: 'washing',
    weekdayChance: 0.3,
    weekendChance: 0.5,
    aroundMinute: 780,
    spreadMinutes: 300,
    phase: 0,
    stages: (strength) => [
      { minutes: 12 + 10 * strength, watts: 2000 },
      { minutes: 60, watts: 220, cycleMinutes: 1.5, duty: 0.7 },
      { minutes: 10, watts: 480 },
    ],
  },
  {
    name: 'dishwasher',
    weekdayChance: 0.5,
    weekendChance: 0.6,
    aroundMinute: 1270,
    spreadMinutes: 50,
    phase: 2,
    stages: () => [
      { minutes: 18, watts: 1900 },
      { minutes: 45, watts: 110 },
      { minutes: 14, watts: 1900 },
      { minutes: 20, watts: 40 },
    ],
  },
  {
    name: 'evening',
    weekdayChance: 0.97,
    weekendChance: 0.95,
    aroundMinute: 1080,
    spreadMinutes: 40,
    phase: 0,
    stages: (strength) => [{ minutes: 280 + 60 * strength, watts: 140 + 200 * strength }],
  },
];

function stageWatts(stages: readonly Stage[], elapsedMinutes: number): Watts {
  let left = elapsedMinutes;
  for (const { minutes, watts, cycleMinutes, duty } of stages) {
    if (left < minutes) {
      if (cycleMinutes === undefined || duty === undefined) return watts;
      return left % cycleMinutes < duty * cycleMinutes ? watts : 0;
    }
    left -= minutes;
  }
  return 0;
}

function runsOf(seed: number, day: number): Run[] {
  // 1970-01-01 was a Thursday.
  const weekend = (((day + 3) % 7) + 7) % 7 >= 5;
  return APPLIANCES.flatMap((appliance) => {
    const own = deriveSeed(seed, appliance.name);
    const chance = weekend ? appliance.weekendChance : appliance.weekdayChance;
    if (uniform(own, day, 0) >= chance) return [];
    const startMinute =
      appliance.aroundMinute + appliance.spreadMinutes * between(-1, 1, uniform(own, day, 1));
    return [
      { startMinute, stages: appliance.stages(uniform(own, day, 2)), phase: appliance.phase },
    ];
  });
}

/** Base load of what is never off, swinging slowly, and the fridge's compressor. */
function alwaysOn(seed: number, localMs: number): Watts {
  const base =
    between(70, 150, uniform(seed, 1)) * between(0.85, 1.15, noise1(seed, localMs / 4e5));
  const periodMs = between(40, 60, uniform(seed, 2)) * MINUTE_MS;
  const shifted = localMs / periodMs + uniform(seed, 3);
  const cycle = Math.floor(shifted);
  const duty = between(0.28, 0.42, uniform(seed, 4, cycle));
  const fridge = shifted - cycle < duty ? between(75, 120, uniform(seed, 5)) : 0;
  return base + fridge;
}

/** Power of a home on the three phases at an instant, W; a single-phase home adds them up. */
export type Household = (atMs: EpochMs) => readonly [Watts, Watts, Watts];

/**
 * A home's uncontrolled load as a function of time: base load, fridge cycles, cooking, washing and
 * evenings, drawn per day from the seed. The plan of the last day used is kept, which changes speed only.
 */
export function household(seed: number, scale: number, localOffsetMinutes: number): Household {
  let plannedDay = Number.NaN;
  let plan: { readonly run: Run; readonly startMs: number; readonly endMs: number }[] = [];
  const planFor = (day: number): void => {
    plannedDay = day;
    // Yesterday's late runs reach past midnight.
    plan = [day - 1, day].flatMap((of) =>
      runsOf(seed, of).map((run) => {
        const startMs = of * DAY_MS + run.startMinute * MINUTE_MS;
        const minutes = run.stages.reduce((sum, stage) => sum + stage.minutes, 0);
        return { run, startMs, endMs: startMs + minutes * MINUTE_MS };
      }),
    );
  };
  return (atMs) => {
    const localMs = atMs + localOffsetMinutes * MINUTE_MS;
    const day = Math.floor(localMs / DAY_MS);
    if (day !== plannedDay) planFor(day);
    const watts: [Watts, Watts, Watts] = [alwaysOn(seed, localMs), 0, 0];
    for (const { run, startMs, endMs } of plan) {
      if (localMs < startMs || localMs >= endMs) continue;
      watts[run.phase] += stageWatts(run.stages, (localMs - startMs) / MINUTE_MS);
    }
    return [watts[0] * scale, watts[1] * scale, watts[2] * scale];
  };
}
