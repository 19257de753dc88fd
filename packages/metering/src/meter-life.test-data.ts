import type { CounterReading, IntervalSettings, MeterHistory } from './index.js';

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

/** One meter's life of some hours, with the faults that meters, wires and clocks have. */
// eslint-disable-next-line max-lines-per-function -- one draw after the other; the order of draws is the seed's meaning
export function meterLife(seed: number): MeterLife {
  const dice = new Dice(seed);
  const seconds = dice.next(2, 3) * 1800 + dice.next(0, 2400);
  const imports = energies(dice, seconds);
  const exports = dice.chance(40) ? new Float64Array(seconds + 1) : energies(dice, seconds);
  const startMs = Date.UTC(2026, 9, 25) + dice.next(0, 86_400) * 1000;
  const unit = dice.pick([1, 1000, 10_000]);
  const faults = new Set<LifeFault>();
  const may = (fault: LifeFault, percent: number): boolean => {
    if (!dice.chance(percent)) return false;
    faults.add(fault);
    return true;
  };
  const range = may('rollover', 20)
    ? dice.pick([2 ** 32, 10 ** 9, unit === 1 ? 2 ** 48 : 2 ** 32]) * unit
    : 0;
  const lifetime = (): number =>
    range > 0
      ? range - dice.next(1, 20_000_000)
      : dice.next(100_000, 900_000) * 70_001 + dice.next(0, 60_000);
  const changes: Registers['changes'][number][] = [
    { from: 0, offset: [lifetime(), dice.next(200_000, 400_000) * 60_013] },
  ];
  const replacedAt =
    range === 0 && may('replacement', 25) ? dice.next(1200, seconds - 1200) : undefined;
  const withRecord = replacedAt !== undefined && dice.chance(50);
  if (replacedAt !== undefined) {
    const [first, second] = [dice.next(0, 3_000_000), dice.next(0, 3_000_000)];
    changes.push({
      from: replacedAt,
      offset: [first - at(imports, replacedAt), second - at(exports, replacedAt)],
    });
  } else if (range === 0 && may('reset', 25)) {
    const from = dice.next(1200, seconds - 1200);
    changes.push({ from, offset: [-at(imports, from), -at(exports, from)] });
  }
  const registersAt = (second: number, change = changeAt(changes, second)): [number, number] => {
    const shown = (energy: number): number => {
      const counted = Math.floor(energy / unit) * unit;
      return range > 0 ? counted % range : counted;
    };
    return [
      shown(at(imports, second) + change.offset[0]),
      shown(at(exports, second) + change.offset[1]),
    ];
  };
  const clocked = dice.chance(50);
  const step = clocked && may('clock', 50) ? dice.pick([-7200, -65, 30, 3600, 86_400]) : 0;
  const stepFrom = dice.next(600, seconds - 1800);
  const stepTo = stepFrom + dice.next(60, 1200);
  const unsetUntil = clocked && may('unset', 40) ? dice.next(60, 1500) : 0;
  // Nobody can tell a clock that was wrong until the readings ended.
  const outage =
    step === 0 && may('outage', 30)
      ? ([dice.next(300, seconds), dice.next(120, 6000)] as const)
      : undefined;
  const base = (second: number): CounterReading => {
    const [imported, exported] = registersAt(second);
    const serial = replacedAt !== undefined && second >= replacedAt ? 'B-2' : 'A-1';
    const stepped = second >= stepFrom && second < stepTo ? step : 0;
    const unset = second < unsetUntil;
    return {
      meteringPoint: POINT,
      atMs: unset ? second * 1000 : startMs + (second + stepped) * 1000,
      importMilliwattHours: imported,
      exportMilliwattHours: exported,
      quality: 'good',
      ...(replacedAt === undefined ? {} : { meter: serial }),
      ...(clocked
        ? { clock: { boot: 'b1', monotonicMs: 5000 + second * 1000, synchronised: !unset } }
        : {}),
    };
  };
  const readings: CounterReading[] = [];
  const readAt = new Set<number>();
  const every = dice.pick([30, 60, 60, 90]);
  const zerosAt = dice.next(600, seconds - 600);
  // A zero misread just before a true reset looks like the reset itself.
  const zerosApart =
    changes[1] === undefined || (Math.abs(changes[1].from - zerosAt) > 900 && outage === undefined);
  const zeros = zerosApart && may('zeros', 35) ? zerosAt : -1e6;
  const zerosFor = dice.pick([1, 1, 3]) * every;
  const torn = may('torn', 25) ? dice.next(600, seconds - 600) : -1;
  const apart = changes[1] === undefined || Math.abs(changes[1].from - torn) > 600;
  let tornYet = false;
  for (let second = dice.next(0, 100); second <= seconds;) {
    const inOutage = outage && second >= outage[0] && second < outage[0] + outage[1];
    if (!inOutage) {
      let reading = base(second);
      let wrong = false;
      if (second >= zeros && second < zeros + zerosFor && reading.importMilliwattHours > 1e9) {
        reading = { ...reading, importMilliwattHours: 0, exportMilliwattHours: 0 };
        wrong = true;
      } else if (!tornYet && torn >= 0 && second >= torn && apart && Math.abs(torn - zeros) > 600) {
        // The high word of the next value with the low word of this one, or the other way round.
        // Nobody can see one smaller than what may flow between two readings.
        const word = 65_536 * Math.max(unit, 1000);
        const other = reading.importMilliwattHours + dice.pick([-word, word, 4 * word]);
        reading = { ...reading, importMilliwattHours: Math.max(0, other) };
        [tornYet, wrong] = [true, true];
      }
      readings.push(reading);
      if (!wrong) readAt.add(second);
    }
    const aligned = Math.ceil((startMs / 1000 + second + 1) / 900) * 900 - startMs / 1000;
    const next = second + Math.max(1, every + dice.next(-2, 2));
    second = dice.chance(50) && aligned < next ? aligned : next;
  }
  if (may('duplicates', 30)) {
    for (let count = 0; count < 5; count++) readings.push(dice.pick(readings));
  }
  const settings = {
    resolutionMs: dice.pick([1, 5, 10, 15, 30, 60]) * 60_000,
    source: 'gw-01',
    maximumWatts: MAXIMUM_WATTS,
    counterUnitMilliwattHours: unit,
    ...(range > 0 && dice.chance(50) ? { registerRangeMilliwattHours: range } : {}),
  };
  const [last, first] =
    replacedAt === undefined
      ? [undefined, undefined]
      : [registersAt(replacedAt, changes[0]), registersAt(replacedAt)];
  const named = ([imported, exported]: [number, number]): {
    importMilliwattHours: number;
    exportMilliwattHours: number;
  } => ({ importMilliwattHours: imported, exportMilliwattHours: exported });
  const history =
    last && withRecord
      ? {
          meteringPoint: POINT,
          meters: [
            { meter: 'A-1', fromMs: 0, toMs: startMs + replacedAt * 1000, final: named(last) },
            { meter: 'B-2', fromMs: startMs + replacedAt * 1000, initial: named(first) },
          ],
        }
      : undefined;
  const truth = (second: number): { imported: number; exported: number } => ({
    imported: at(imports, second),
    exported: at(exports, second),
  });
  return { readings, settings, history, faults: [...faults], truth, startMs, readAt };
}

function at(sums: Float64Array, second: number): number {
  return sums[Math.max(0, Math.min(sums.length - 1, second))] as number;
}

function changeAt(changes: Registers['changes'], second: number): Registers['changes'][number] {
  return changes.findLast(({ from }) => from <= second) as Registers['changes'][number];
}
