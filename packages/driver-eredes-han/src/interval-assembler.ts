import { intervalId, type IntervalQuality, type IntervalV1 } from '@microgrid/events';
import { formatInstant, wattHours, type EpochMs } from '@microgrid/units';
import { amrStatus } from './amr-status.js';
import type { LoadProfileEntry } from './load-profile-entry.js';
import type { Measure } from './load-profile-layout.js';

/**
 * Where the energy of a direction comes from: a column of increments, a column of totals (the
 * increment is the difference to the entry before), or `none` = the point is known never to have any.
 */
export type DirectionSource = 'increment' | 'total' | 'none';

/** How entries become intervals. */
export interface AssemblerOptions {
  readonly meteringPoint: string;
  readonly source: string;
  /** Capture period, ms. */
  readonly periodMs: number;
  readonly importSource: DirectionSource;
  readonly exportSource: DirectionSource;
}

type Direction = 'import' | 'export';
type Wh = Readonly<Partial<Record<Direction, number>>>;

/** An interval whose end has not been captured yet. */
interface OpenInterval {
  readonly endMs: EpochMs;
  /** Sum of increments so far, Wh. */
  readonly sum: { readonly import: number; readonly export: number };
  /** Totals of the last entry in it. */
  readonly totals: Wh;
  readonly causes: readonly string[];
}

/** A decided interval that a clock set back may still add to. */
interface RecentInterval {
  readonly endMs: EpochMs;
  readonly sum: { readonly import: number; readonly export: number };
  readonly revision: number;
  readonly causes: readonly string[];
}

/** All an assembler remembers; plain JSON. */
export interface AssemblerState {
  /** Everything up to here is decided; absent before the first entry. */
  readonly boundaryMs?: EpochMs;
  /** Totals at the boundary, where an entry was captured exactly there. */
  readonly totals?: Wh;
  readonly open?: OpenInterval;
  readonly recent: readonly RecentInterval[];
  /** The last entry, in hexadecimal, and when it was captured. */
  readonly last?: { readonly raw: string; readonly capturedMs: EpochMs };
  /** Whether the last entry told of a power failure. */
  readonly afterFailure?: boolean;
}

/** How many decided intervals stay open for additions. */
const RECENT = 12;
/** Most `missing` intervals made for one gap: over a year of quarter-hours. */
const LONGEST_GAP = 40_000;

/**
 * Turns entries of a load profile, oldest first, into intervals. An entry's energy belongs to the
 * interval its clock ends or lies in; several entries in one interval (a clock change, a power
 * failure) are added up and make it estimated. Nothing is made up: an interval without any entry
 * between two known ones is `missing`.
 */
export class IntervalAssembler {
  private memory: AssemblerState;
  /** Energy of entries that lay too far in the past to be attributed, Wh. */
  unattributedWattHours = 0;

  constructor(
    private readonly options: AssemblerOptions,
    state: AssemblerState = { recent: [] },
  ) {
    this.memory = state;
  }

  /** What to store, so that another assembler goes on from here. */
  get state(): AssemblerState {
    return this.memory;
  }

  /**
   * Takes the next entry.
   * @param doubts further reasons why it does not count as measured
   * @returns the intervals that are decided by it, oldest first
   */
  accept(entry: LoadProfileEntry, doubts: readonly string[] = []): IntervalV1[] {
    const { periodMs } = this.options;
    const endMs = Math.ceil(entry.capturedMs / periodMs) * periodMs;
    const causes = this.causesOf(entry, doubts);
    const { boundaryMs } = this.memory;
    const last = { raw: entry.raw, capturedMs: entry.capturedMs };
    if (boundaryMs !== undefined && endMs <= boundaryMs) {
      const revised = this.acceptLate(entry, endMs, causes);
      this.memory = { ...this.memory, last };
      return revised;
    }
    const intervals: IntervalV1[] = [];
    if (this.memory.open !== undefined && this.memory.open.endMs < endMs) {
      intervals.push(this.close(this.memory.open, ['incomplete'], undefined));
    }
    intervals.push(...this.fillGap(endMs, entry));
    const open = this.extend(endMs, entry, causes);
    this.memory = { ...this.memory, open, last, afterFailure: powerFailed(entry) };
    if (entry.capturedMs === endMs) intervals.push(this.close(open, [], open.totals));
    return intervals;
  }

  private causesOf(entry: LoadProfileEntry, doubts: readonly string[]): readonly string[] {
    const { causes } = amrStatus(entry.status);
    return [...causes, ...(entry.doubtful ? ['clock-doubtful'] : []), ...doubts];
  }

  /** Intervals between the boundary and this entry's that no entry was captured in. */
  private fillGap(endMs: EpochMs, entry: LoadProfileEntry): IntervalV1[] {
    const { periodMs } = this.options;
    const { boundaryMs, afterFailure } = this.memory;
    if (boundaryMs === undefined || boundaryMs + periodMs === endMs) return [];
    const failed = afterFailure === true || powerFailed(entry);
    const causes = [failed ? 'power-failure' : 'no-entry'];
    const missing: IntervalV1[] = [];
    const from = Math.max(boundaryMs + periodMs, endMs - LONGEST_GAP * periodMs);
    for (let at = from; at < endMs; at += periodMs) {
      missing.push(this.interval(at, undefined, 1, 'missing', causes));
    }
    this.memory = settled(this.memory);
    this.memory = { ...this.memory, boundaryMs: endMs - periodMs };
    return missing;
  }

  private extend(endMs: EpochMs, entry: LoadProfileEntry, causes: readonly string[]): OpenInterval {
    const before = this.memory.open;
    const startMs = endMs - this.options.periodMs;
    const { last } = this.memory;
    // An increment counts from the capture before it, which may lie before this interval.
    const early = before === undefined && last !== undefined && last.capturedMs < startMs;
    const first = before === undefined && last === undefined && entry.capturedMs !== endMs;
    const sum = before?.sum ?? { import: 0, export: 0 };
    return {
      endMs,
      sum: {
        import: sum.import + (entry.values.importIncrement ?? 0),
        export: sum.export + (entry.values.exportIncrement ?? 0),
      },
      totals: totalsOf(entry),
      causes: unique([
        ...(before?.causes ?? []),
        ...causes,
        ...(early ? ['gap-before'] : []),
        ...(first ? ['incomplete'] : []),
        ...(entry.capturedMs === endMs ? [] : ['partial']),
      ]),
    };
  }

  /** Decides an interval. @param totals totals at its end, where an entry was captured exactly then */
  private close(open: OpenInterval, causes: readonly string[], totals: Wh | undefined): IntervalV1 {
    const { endMs } = open;
    const energy = {
      import: this.energy('import', open),
      export: this.energy('export', open),
    };
    const all = unique([...open.causes, ...causes]);
    const problem = [energy.import, energy.export].find((value) => typeof value === 'string');
    const known =
      typeof energy.import === 'number' && typeof energy.export === 'number'
        ? { import: energy.import, export: energy.export }
        : undefined;
    const recent =
      known === undefined
        ? this.memory.recent
        : [...this.memory.recent, { endMs, sum: known, revision: 1, causes: all }].slice(-RECENT);
    this.memory = {
      ...settled(this.memory),
      boundaryMs: endMs,
      recent,
      ...(totals === undefined ? {} : { totals }),
    };
    if (known === undefined) {
      return this.interval(endMs, undefined, 1, 'missing', unique([...all, problem ?? 'no-value']));
    }
    return this.interval(endMs, known, 1, all.length === 0 ? 'measured' : 'estimated', all);
  }

  /** Energy of one direction in Wh, or why it is not known. */
  private energy(direction: Direction, open: OpenInterval): number | string {
    const source = this.options[`${direction}Source`];
    if (source === 'none') return 0;
    if (source === 'increment') return open.sum[direction];
    const end = open.totals[direction];
    const start = this.memory.totals?.[direction];
    const atStart = this.memory.boundaryMs === open.endMs - this.options.periodMs;
    if (end === undefined || start === undefined || !atStart) return 'no-reading-before';
    return end >= start ? end - start : 'counter-reset';
  }

  /** An entry captured after the clock was set back: its energy is added to what was decided before. */
  private acceptLate(
    entry: LoadProfileEntry,
    endMs: EpochMs,
    causes: readonly string[],
  ): IntervalV1[] {
    const imported = entry.values.importIncrement ?? 0;
    const exported = entry.values.exportIncrement ?? 0;
    if (imported === 0 && exported === 0) return [];
    const { recent } = this.memory;
    const decided = recent.find((interval) => interval.endMs === endMs);
    if (decided === undefined) {
      this.unattributedWattHours += imported + exported;
      return [];
    }
    const revised: RecentInterval = {
      endMs,
      sum: {
        import: decided.sum.import + (this.options.importSource === 'increment' ? imported : 0),
        export: decided.sum.export + (this.options.exportSource === 'increment' ? exported : 0),
      },
      revision: decided.revision + 1,
      causes: unique([...decided.causes, ...causes, 'clock-set-back']),
    };
    this.memory = {
      ...this.memory,
      recent: recent.map((interval) => (interval === decided ? revised : interval)),
    };
    const { sum, revision } = revised;
    return [this.interval(endMs, sum, revision, 'estimated', revised.causes)];
  }

  private interval(
    endMs: EpochMs,
    energy: { readonly import: number; readonly export: number } | undefined,
    revision: number,
    quality: IntervalQuality,
    causes: readonly string[],
  ): IntervalV1 {
    const { meteringPoint, source, periodMs } = this.options;
    const start = formatInstant(endMs - periodMs);
    const end = formatInstant(endMs);
    return {
      kind: 'interval',
      version: 1,
      id: intervalId({ meteringPoint, start, end, revision }),
      meteringPoint,
      start,
      end,
      ...(energy === undefined
        ? {}
        : {
            importMilliwattHours: wattHours(energy.import),
            exportMilliwattHours: wattHours(energy.export),
          }),
      quality,
      revision,
      source,
      ...(causes.length === 0 ? {} : { causes: [...causes] }),
    };
  }
}

const powerFailed = ({ status }: LoadProfileEntry): boolean => amrStatus(status).powerFailure;

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

function totalsOf({ values }: LoadProfileEntry): Wh {
  const { importTotal, exportTotal } = values;
  return {
    ...(importTotal === undefined ? {} : { import: importTotal }),
    ...(exportTotal === undefined ? {} : { export: exportTotal }),
  };
}

/** The state without what only holds up to a boundary. */
function settled(state: AssemblerState): AssemblerState {
  const { totals: _totals, open: _open, ...rest } = state;
  return rest;
}

/** Which source each direction has in a set of measures; undefined where no column tells. */
export function columnSource(
  measures: ReadonlySet<Measure>,
  direction: Direction,
): DirectionSource | undefined {
  if (measures.has(`${direction}Increment`)) return 'increment';
  return measures.has(`${direction}Total`) ? 'total' : undefined;
}
