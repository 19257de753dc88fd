import type { CounterReading, IntervalSettings, MeterHistory, RegisterValues } from './index.js';

/** Whole numbers from a seed (xorshift), the same on every machine. */
export class Dice {
  private state: number;
  constructor(seed: number) {
    this.state = (seed * 2654435761 + 97) >>> 0 || 1;
  }
  /** From `least` to `most`, both included. */
  next(least: number, most: number): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return least + (this.state % (most - least + 1));
  }
  chance(percent: number): boolean {
    return this.next(1, 100) <= percent;
  }
  pick<T>(from: readonly T[]): T {
    return from[this.next(0, from.length - 1)] as T;
  }
  shuffle<T>(list: readonly T[]): T[] {
    const out = [...list];
    for (let at = out.length - 1; at > 0; at--) {
      const other = this.next(0, at);
      [out[at], out[other]] = [out[other] as T, out[at] as T];
    }
    return out;
  }
}

export type LifeFault =
  | 'reset'
  | 'rollover'
  | 'replacement'
  | 'outage'
  | 'zeros'
  | 'torn'
  | 'hidden'
  | 'clock'
  | 'unset'
  | 'duplicates';

export interface MeterLife {
  readonly readings: readonly CounterReading[];
  readonly settings: IntervalSettings;
  readonly history: MeterHistory | undefined;
  readonly faults: readonly LifeFault[];
  /** True energy since the start, mWh, at a whole second after it. */
  readonly truth: (second: number) => { readonly imported: number; readonly exported: number };
  readonly startMs: number;
  /** Seconds at which a reading with a right clock was taken. */
  readonly readAt: ReadonlySet<number>;
  /**
   * A torn reading that fits between its neighbours, which nobody can tell from a true one: the span it
   * lies in, and the energy that it may put on its wrong side.
   */
  readonly hidden:
    { readonly fromMs: number; readonly toMs: number; readonly milliwattHours: number } | undefined;
}

const MAXIMUM_WATTS = 20_000;
const MOST_PER_SECOND = 5500;
const POINT = 'home-01';

/** Cumulative energy of loads that change now and then. */
function energies(dice: Dice, seconds: number): Float64Array {
  const sums = new Float64Array(seconds + 1);
  for (let second = 0; second < seconds;) {
    const power = dice.chance(25) ? 0 : dice.next(1, MOST_PER_SECOND);
    for (const end = Math.min(seconds, second + dice.next(20, 400)); second < end; second++)
      sums[second + 1] = (sums[second] as number) + power;
  }
  return sums;
}

interface Registers {
  /** Added to the true energy, from a second on. */
  readonly changes: readonly {
    readonly from: number;
    readonly offset: readonly [number, number];
  }[];
}

/** Draws one life: the dice, and the faults that came up. */
class Draw {
  readonly faults = new Set<LifeFault>();
  readonly unit: number;
  readonly seconds: number;
  readonly imports: Float64Array;
  readonly exports: Float64Array;
  readonly startMs: number;

  constructor(readonly dice: Dice) {
    this.seconds = dice.next(2, 3) * 1800 + dice.next(0, 2400);
    this.imports = energies(dice, this.seconds);
    this.exports = dice.chance(40)
      ? new Float64Array(this.seconds + 1)
      : energies(dice, this.seconds);
    this.startMs = Date.UTC(2026, 9, 25) + dice.next(0, 86_400) * 1000;
    this.unit = dice.pick([1, 1000, 10_000]);
  }

  may(fault: LifeFault, percent: number): boolean {
    if (!this.dice.chance(percent)) return false;
    this.faults.add(fault);
    return true;
  }

  energyAt(second: number): readonly [imported: number, exported: number] {
    return [at(this.imports, second), at(this.exports, second)];
  }
}

/** What the meters' registers show. */
interface Meters extends Registers {
  /** Where the registers go round, 0 where they do not. */
  readonly range: number;
  readonly replacedAt: number | undefined;
  /** Whether the installer wrote the registers of both meters down. */
  readonly withRecord: boolean;
}

function drawMeters(draw: Draw): Meters {
  const { dice, unit, seconds } = draw;
  const range = draw.may('rollover', 20)
    ? dice.pick([2 ** 32, 10 ** 9, unit === 1 ? 2 ** 48 : 2 ** 32]) * unit
    : 0;
  const lifetime =
    range > 0
      ? range - dice.next(1, 20_000_000)
      : dice.next(100_000, 900_000) * 70_001 + dice.next(0, 60_000);
  const changes: Registers['changes'][number][] = [
    { from: 0, offset: [lifetime, dice.next(200_000, 400_000) * 60_013] },
  ];
  const replacedAt =
    range === 0 && draw.may('replacement', 25) ? dice.next(1200, seconds - 1200) : undefined;
  const withRecord = replacedAt !== undefined && dice.chance(50);
  if (replacedAt !== undefined) {
    const [imported, exported] = draw.energyAt(replacedAt);
    const offset = [
      dice.next(0, 3_000_000) - imported,
      dice.next(0, 3_000_000) - exported,
    ] as const;
    changes.push({ from: replacedAt, offset });
  } else if (range === 0 && draw.may('reset', 25)) {
    const from = dice.next(1200, seconds - 1200);
    const [imported, exported] = draw.energyAt(from);
    changes.push({ from, offset: [-imported, -exported] });
  }
  return { range, changes, replacedAt, withRecord };
}

function registersAt(
  draw: Draw,
  { range, changes }: Meters,
  second: number,
  change = changeAt(changes, second),
): RegisterValues {
  const shown = (energy: number): number => {
    const counted = Math.floor(energy / draw.unit) * draw.unit;
    return range > 0 ? counted % range : counted;
  };
  const [imported, exported] = draw.energyAt(second);
  return {
    importMilliwattHours: shown(imported + change.offset[0]),
    exportMilliwattHours: shown(exported + change.offset[1]),
  };
}

/** What the clock of the readings does. */
interface Clock {
  readonly clocked: boolean;
  /** Seconds by which it is wrong from `from` to `to`. */
  readonly step: number;
  readonly from: number;
  readonly to: number;
  readonly unsetUntil: number;
}

function drawClock(draw: Draw): Clock {
  const { dice, seconds } = draw;
  const clocked = dice.chance(50);
  const step = clocked && draw.may('clock', 50) ? dice.pick([-7200, -65, 30, 3600, 86_400]) : 0;
  const from = dice.next(600, seconds - 1800);
  const to = from + dice.next(60, 1200);
  const unsetUntil = clocked && draw.may('unset', 40) ? dice.next(60, 1500) : 0;
  return { clocked, step, from, to, unsetUntil };
}

/** The reading of a second, as it is without misreading. */
function readingAt(draw: Draw, meters: Meters, clock: Clock, second: number): CounterReading {
  const { replacedAt } = meters;
  const stepped = second >= clock.from && second < clock.to ? clock.step : 0;
  const unset = second < clock.unsetUntil;
  const monotonicMs = 5000 + second * 1000;
  return {
    meteringPoint: POINT,
    atMs: unset ? second * 1000 : draw.startMs + (second + stepped) * 1000,
    ...registersAt(draw, meters, second),
    quality: 'good',
    ...(replacedAt === undefined ? {} : { meter: second >= replacedAt ? 'B-2' : 'A-1' }),
    ...(clock.clocked ? { clock: { boot: 'b1', monotonicMs, synchronised: !unset } } : {}),
  };
}

/** What goes wrong with single readings, and when nothing is read. */
interface Misreadings {
  readonly outage: readonly [from: number, seconds: number] | undefined;
  readonly zerosFrom: number;
  readonly zerosFor: number;
  /** The first reading from here on has a word of another value; -1: none. */
  readonly torn: number;
  /** Whether the torn word is one that may as well have flowed. */
  readonly small: boolean;
}

function drawMisreadings(draw: Draw, meters: Meters, clock: Clock, every: number): Misreadings {
  const { dice, seconds } = draw;
  const [, change] = meters.changes;
  // Nobody can tell a clock that was wrong until the readings ended.
  const outage =
    clock.step === 0 && draw.may('outage', 30)
      ? ([dice.next(300, seconds), dice.next(120, 6000)] as const)
      : undefined;
  const zerosAt = dice.next(600, seconds - 600);
  // A zero misread just before a true reset looks like the reset itself.
  const apart = (second: number, by: number): boolean =>
    change === undefined || Math.abs(change.from - second) > by;
  const zerosApart = change === undefined || (apart(zerosAt, 900) && outage === undefined);
  const zerosFrom = zerosApart && draw.may('zeros', 35) ? zerosAt : -1e6;
  const zerosFor = dice.pick([1, 1, 3]) * every;
  const drawn = draw.may('torn', 25) ? dice.next(600, seconds - 600) : -1;
  const torn = apart(drawn, 600) && Math.abs(drawn - zerosFrom) > 600 ? drawn : -1;
  return { outage, zerosFrom, zerosFor, torn, small: dice.chance(50) };
}

interface Taken {
  readonly readings: CounterReading[];
  readonly readAt: Set<number>;
  /** A torn reading that lies between its neighbours: nobody can see it. */
  readonly hidden: MeterLife['hidden'];
}

function takeReadings(draw: Draw, meters: Meters, clock: Clock, every: number): Taken {
  const { dice, seconds, startMs, unit } = draw;
  const wrong = drawMisreadings(draw, meters, clock, every);
  const { outage, zerosFrom, zerosFor } = wrong;
  const taken: Taken & { hidden: MeterLife['hidden'] } = {
    readings: [],
    readAt: new Set(),
    hidden: undefined,
  };
  let torn: { readonly tornAt: number; readonly off: number } | undefined;
  const takenAt: number[] = [];
  const misread = (reading: CounterReading, second: number): CounterReading => {
    if (second >= zerosFrom && second < zerosFrom + zerosFor && reading.importMilliwattHours > 1e9)
      return { ...reading, importMilliwattHours: 0, exportMilliwattHours: 0 };
    if (torn !== undefined || wrong.torn < 0 || second < wrong.torn) return reading;
    // The high word of the next value with the low word of this one, or the other way round: more than
    // may flow between two readings, or so little that it may have flowed.
    const word = wrong.small ? 256 * unit : 65_536 * Math.max(unit, 1000);
    const off = dice.pick([-word, word, 4 * word]);
    const imported = Math.max(0, reading.importMilliwattHours + off);
    torn = { tornAt: taken.readings.length, off: imported - reading.importMilliwattHours };
    return { ...reading, importMilliwattHours: imported };
  };
  for (let second = dice.next(0, 100); second <= seconds;) {
    if (outage === undefined || second < outage[0] || second >= outage[0] + outage[1]) {
      const reading = readingAt(draw, meters, clock, second);
      const shown = misread(reading, second);
      taken.readings.push(shown);
      takenAt.push(second);
      if (shown === reading) taken.readAt.add(second);
    }
    const aligned = Math.ceil((startMs / 1000 + second + 1) / 900) * 900 - startMs / 1000;
    const next = second + Math.max(1, every + dice.next(-2, 2));
    second = dice.chance(50) && aligned < next ? aligned : next;
  }
  const { readings } = taken;
  if (torn !== undefined) taken.hidden = hiddenTear({ readings, ...torn }, takenAt, draw, meters);
  return taken;
}

/** A torn reading no less than the one before and no more than the one after it, where there are such. */
function hiddenTear(
  { readings, tornAt, off }: { readings: readonly CounterReading[]; tornAt: number; off: number },
  takenAt: readonly number[],
  draw: Draw,
  { range }: Meters,
): MeterLife['hidden'] {
  const torn = readings[tornAt] as CounterReading;
  const beside = [readings[tornAt - 1], readings[tornAt + 1]].map((each) =>
    // A reading of another meter says nothing of this one.
    each?.meter === torn.meter ? each : undefined,
  );
  const [low, high] = beside.map((each) => each?.importMilliwattHours);
  const energy = torn.importMilliwattHours;
  // A register that goes round rises by what lies behind the turn too.
  const rise = (from: number, to: number): number => (to < from ? to - from + range : to - from);
  const [before, after] = [rise(low ?? energy, energy), rise(energy, high ?? energy)];
  // The readings ended before a second one could agree with the one that fell.
  const undecided = tornAt + 2 >= readings.length;
  if (!undecided && (before < 0 || after < 0)) return undefined;
  if (!undecided && low !== undefined && high !== undefined && before + after !== rise(low, high))
    return undefined;
  draw.faults.add('hidden');
  // In true time, whatever the clock said.
  const ms = (index: number): number =>
    draw.startMs + (takenAt[Math.max(0, Math.min(takenAt.length - 1, index))] ?? 0) * 1000;
  return { fromMs: ms(tornAt - 1), toMs: ms(tornAt + 1), milliwattHours: Math.abs(off) };
}

/** The installer's record of a replacement. */
function recordOf(draw: Draw, meters: Meters): MeterHistory | undefined {
  const { replacedAt, withRecord, changes } = meters;
  if (replacedAt === undefined || !withRecord) return undefined;
  const changedMs = draw.startMs + replacedAt * 1000;
  const final = registersAt(draw, meters, replacedAt, changes[0]);
  const initial = registersAt(draw, meters, replacedAt);
  return {
    meteringPoint: POINT,
    meters: [
      { meter: 'A-1', fromMs: 0, toMs: changedMs, final },
      { meter: 'B-2', fromMs: changedMs, initial },
    ],
  };
}

/** One meter's life of some hours, with the faults that meters, wires and clocks have. */
export function meterLife(seed: number): MeterLife {
  const dice = new Dice(seed);
  const draw = new Draw(dice);
  const meters = drawMeters(draw);
  const clock = drawClock(draw);
  const every = dice.pick([30, 60, 60, 90]);
  const { readings, readAt, hidden } = takeReadings(draw, meters, clock, every);
  if (draw.may('duplicates', 30)) {
    for (let count = 0; count < 5; count++) readings.push(dice.pick(readings));
  }
  const { range } = meters;
  const settings = {
    resolutionMs: dice.pick([1, 5, 10, 15, 30, 60]) * 60_000,
    source: 'gw-01',
    maximumWatts: MAXIMUM_WATTS,
    counterUnitMilliwattHours: draw.unit,
    ...(range > 0 && dice.chance(50) ? { registerRangeMilliwattHours: range } : {}),
  };
  const truth = (second: number): { imported: number; exported: number } => {
    const [imported, exported] = draw.energyAt(second);
    return { imported, exported };
  };
  const history = recordOf(draw, meters);
  const { startMs, faults } = draw;
  return { readings, settings, history, faults: [...faults], truth, startMs, readAt, hidden };
}

function at(sums: Float64Array, second: number): number {
  return sums[Math.max(0, Math.min(sums.length - 1, second))] as number;
}

function changeAt(changes: Registers['changes'], second: number): Registers['changes'][number] {
  return changes.findLast(({ from }) => from <= second) as Registers['changes'][number];
}
