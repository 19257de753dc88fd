import { GrowingColumns, type Columns } from './columns.js';
import type { KnownSum } from './validation/check-sums.js';
import { sunElevation } from './validation/sun-elevation.js';

const LENGTH_MS = 900_000;
const DAY = 96;
const MISSING = 4;
/** Meters count whole watt-hours. */
const COUNTER_UNIT = 1000;
export const FEEDER_PLACE = { latitudeDegrees: 38.7, longitudeDegrees: -9.1 };
/** A head meter and the homes behind it. */
export const FEEDER_POINTS = 20;

/** What is made of a feeder. */
export interface FeederSettings {
  /** Number of the feeder; another one has other homes. */
  readonly feeder: number;
  readonly startMs: number;
  readonly days: number;
  /** Whether meters, clocks and lines fail as they do; else nothing does. */
  readonly faults: boolean;
}

/** Readings of a feeder, and how many faults of each kind were put into them. */
export interface Feeder {
  /** Rows by start, then metering point. */
  readonly columns: Columns;
  readonly points: readonly string[];
  /** What the registers say of every day. */
  readonly sums: readonly KnownSum[];
  readonly planted: Readonly<Record<Fault, number>>;
}

/** Kinds of faults; each number is about how often a home meets it in a year. */
const FAULTS_A_YEAR = {
  /** Lone intervals that did not come through. */
  lost: 60,
  /** Hours to days without the line. */
  outage: 6,
  /** Rows that say that they have nothing. */
  empty: 4,
  /** One value far too large. */
  spike: 3,
  /** The same value for hours. */
  stuck: 2,
  /** Nothing for days. */
  dead: 0.2,
  /** The same row twice. */
  twice: 4,
  /** A row with another value for the same interval. */
  contradiction: 1,
  /** A row that comes later than the next one. */
  late: 4,
} as const;
export type Fault = keyof typeof FAULTS_A_YEAR;
const FAULTS = Object.keys(FAULTS_A_YEAR) as Fault[];

/** One in the year's quarter-hours; sums to the chance that a slot begins a fault. */
const chances = FAULTS.map((fault) => FAULTS_A_YEAR[fault] / (365 * DAY));
const anyFault = chances.reduce((sum, chance) => sum + chance, 0);

class Noise {
  constructor(private state: number) {}

  /** 0 or more, below 1. */
  next(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state / 4294967296;
  }
}

/** One home: how large it is, and what is going on in it. */
interface Home {
  readonly noise: Noise;
  readonly watts: number;
  readonly panelWatts: number;
  applianceLeft: number;
  applianceWatts: number;
  cloud: number;
  fault: Fault | undefined;
  faultLeft: number;
  frozen: readonly [number, number];
}

function home(feeder: number, point: number): Home {
  const noise = new Noise(feeder * 7919 + point * 104729 + 17);
  for (let skip = 0; skip < 8; skip++) noise.next();
  return {
    noise,
    watts: 120 + 300 * noise.next(),
    panelWatts: point % 3 === 1 ? 1500 + 3500 * noise.next() : 0,
    applianceLeft: 0,
    applianceWatts: 0,
    cloud: 1,
    fault: undefined,
    faultLeft: 0,
    frozen: [0, 0],
  };
}

const counted = (watts: number): number =>
  Math.round((watts * LENGTH_MS) / 3_600_000 / (COUNTER_UNIT / 1000)) * COUNTER_UNIT;

/** Net power of a home over an interval, W. */
function power(of: Home, minuteOfDay: number, sun: number): number {
  const { noise } = of;
  if (of.applianceLeft > 0) of.applianceLeft -= 1;
  else if (noise.next() < 0.02) {
    of.applianceLeft = Math.floor(1 + 3 * noise.next());
    of.applianceWatts = 300 + 2000 * noise.next() * noise.next();
  } else of.applianceWatts = 0;
  const awake = minuteOfDay > 390 && minuteOfDay < 1380 ? 1.8 : 1;
  if (noise.next() < 0.1) of.cloud = 0.3 + 0.7 * noise.next();
  const load = of.watts * awake * (0.8 + 0.4 * noise.next()) + of.applianceWatts;
  return load - of.panelWatts * sun * of.cloud;
}

const LENGTHS: Readonly<Record<Fault, (chance: number) => number>> = {
  lost: () => 1,
  outage: (chance) => Math.ceil(2 + 150 * chance * chance * chance),
  empty: (chance) => Math.ceil(8 * chance),
  spike: () => 1,
  stuck: (chance) => Math.ceil(6 + 60 * chance),
  dead: (chance) => Math.ceil(DAY + 3 * DAY * chance),
  twice: () => 1,
  contradiction: () => 1,
  late: () => 1,
};

/** Whether and how a home's reading fails now. */
function faultNow(of: Home, planted: Record<Fault, number>): Fault | undefined {
  if (of.faultLeft > 0) {
    of.faultLeft -= 1;
    return of.fault;
  }
  of.fault = undefined;
  if (of.noise.next() >= anyFault) return undefined;
  let at = of.noise.next() * anyFault;
  const index = chances.findIndex((chance) => (at -= chance) < 0);
  const fault = FAULTS[Math.max(0, index)] as Fault;
  planted[fault] += 1;
  of.fault = fault;
  of.faultLeft = LENGTHS[fault](of.noise.next()) - 1;
  return fault;
}

class Writer {
  readonly columns: GrowingColumns;
  private late: [point: number, startMs: number, imported: number, exported: number][] = [];

  constructor(rows: number) {
    this.columns = new GrowingColumns(rows);
  }

  row(point: number, startMs: number, imported: number, exported: number, quality = 0): void {
    const { columns } = this;
    columns.reserve(columns.rows + 1);
    const row = columns.rows++;
    columns.point[row] = point;
    columns.startMs[row] = startMs;
    columns.endMs[row] = startMs + LENGTH_MS;
    columns.importMilliwattHours[row] = imported;
    columns.exportMilliwattHours[row] = exported;
    columns.quality[row] = quality;
  }

  later(point: number, startMs: number, imported: number, exported: number): void {
    this.late.push([point, startMs, imported, exported]);
  }

  /** Writes the rows that come late. */
  catchUp(before: number): void {
    const due = this.late.filter(([, startMs]) => startMs < before);
    this.late = this.late.filter(([, startMs]) => startMs >= before);
    for (const each of due) this.row(...each);
  }

  reading(
    of: Home,
    fault: Fault | undefined,
    [point, startMs, imported, exported]: [number, number, number, number],
  ): void {
    switch (fault) {
      case undefined:
        of.frozen = [imported, exported];
        this.row(point, startMs, imported, exported);
        return;
      case 'lost':
      case 'outage':
        return;
      case 'empty':
        this.row(point, startMs, NaN, NaN, MISSING);
        return;
      case 'spike':
        this.row(point, startMs, imported + 4_000_000, exported);
        return;
      case 'stuck':
        this.row(point, startMs, of.frozen[0] + COUNTER_UNIT, of.frozen[1]);
        return;
      case 'dead':
        this.row(point, startMs, 0, 0);
        return;
      case 'twice':
        this.row(point, startMs, imported, exported);
        this.row(point, startMs, imported, exported);
        return;
      case 'contradiction':
        this.row(point, startMs, imported, exported);
        this.row(point, startMs, imported + 7 * COUNTER_UNIT, exported);
        return;
      case 'late':
        this.later(point, startMs, imported, exported);
        return;
    }
  }
}

/** A feeder of homes, a third with solar power, without any randomness: the same settings give the same. */
export function feederYear({ feeder, startMs, days, faults }: FeederSettings): Feeder {
  const slots = days * DAY;
  const writer = new Writer(Math.ceil(slots * FEEDER_POINTS * 1.001));
  const points = Array.from(
    { length: FEEDER_POINTS },
    (_, point) => `feeder-${String(feeder).padStart(3, '0')}-${String(point).padStart(2, '0')}`,
  );
  writer.columns.points.push(...points);
  const homes = points.map((_, point) => home(feeder, point));
  const planted = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>;
  const sums: KnownSum[] = [];
  const [imports, exports] = [new Float64Array(FEEDER_POINTS), new Float64Array(FEEDER_POINTS)];
  const totals = points.map(() => [0, 0] as [number, number]);
  for (let slot = 0; slot < slots; slot++) {
    const atMs = startMs + slot * LENGTH_MS;
    const { latitudeDegrees, longitudeDegrees } = FEEDER_PLACE;
    const elevation = sunElevation(atMs + LENGTH_MS / 2, latitudeDegrees, longitudeDegrees);
    const sun = Math.max(0, Math.sin((elevation * Math.PI) / 180));
    let net = 0;
    for (let point = 1; point < FEEDER_POINTS; point++) {
      const watts = power(homes[point] as Home, (atMs / 60_000) % 1440, sun);
      imports[point] = counted(Math.max(0, watts));
      exports[point] = counted(Math.max(0, -watts));
      net += (imports[point] as number) - (exports[point] as number);
    }
    // One part in a hundred is lost on the line.
    const lossy = Math.round((net + Math.abs(net) * 0.01) / COUNTER_UNIT) * COUNTER_UNIT;
    imports[0] = Math.max(0, lossy);
    exports[0] = Math.max(0, -lossy);
    writer.catchUp(atMs - LENGTH_MS);
    for (let point = 0; point < FEEDER_POINTS; point++) {
      const own = homes[point] as Home;
      const [imported, exported] = [imports[point] as number, exports[point] as number];
      const total = totals[point] as [number, number];
      total[0] += imported;
      total[1] += exported;
      const fault =
        faults && point > 0 && slot > 0 && slot < slots - 1 ? faultNow(own, planted) : undefined;
      writer.reading(own, fault, [point, atMs, imported, exported]);
    }
    if ((slot + 1) % DAY !== 0) continue;
    for (const [point, total] of totals.entries()) {
      sums.push({
        meteringPoint: points[point] as string,
        startMs: atMs + LENGTH_MS - DAY * LENGTH_MS,
        endMs: atMs + LENGTH_MS,
        importMilliwattHours: total[0],
        exportMilliwattHours: total[1],
      });
      total.fill(0);
    }
  }
  writer.catchUp(Infinity);
  return { columns: writer.columns.finish(`feeder ${feeder}`), points, sums, planted };
}
