import { parseInstant } from '@microgrid/units';
import type { ConsoleHistory, ConsoleSample } from './history.js';
import type { ConsoleState } from './state.js';

/** The curves of the day's chart, in drawing order. */
export const CURVES = [
  'pvWatts',
  'houseWatts',
  'chargerWatts',
  'loadWatts',
  'batteryWatts',
  'gridWatts',
  'stateOfChargePercent',
] as const;
/** One curve of the day's chart. */
export type Curve = (typeof CURVES)[number];

/** One day as columns; null marks a value nobody measured, which the chart leaves open. */
export interface DaySeries {
  readonly startMs: number;
  readonly endMs: number;
  readonly sampleMs: number;
  /** Ascending instants. */
  readonly atMs: readonly number[];
  readonly columns: Readonly<Record<Curve, readonly (number | null)[]>>;
}

/** Turns the gateway's samples into columns, opening a gap wherever samples are missing. */
export function daySeries(history: ConsoleHistory): DaySeries {
  const empty: DaySeries = {
    startMs: parseInstant(history.start),
    endMs: parseInstant(history.end),
    sampleMs: history.sampleMs,
    atMs: [],
    columns: record(() => []),
  };
  return extend(empty, history.samples);
}

/**
 * The series with the moment of a live state behind it: unchanged while the spacing since the last
 * sample has not passed; undefined when the state is of another day, which has to be fetched.
 */
export function withState(series: DaySeries, state: ConsoleState): DaySeries | undefined {
  const atMs = parseInstant(state.now);
  if (atMs < series.startMs || atMs >= series.endMs) return undefined;
  const last = series.atMs.at(-1);
  if (last !== undefined && atMs < last + series.sampleMs) return series;
  return extend(series, [{ at: state.now, ...state.flows }]);
}

/**
 * Whether the gateway has samples between the series and a live state: a simulated clock may run
 * through many of them from one state to the next.
 */
export function missesSamples({ atMs, sampleMs }: DaySeries, state: ConsoleState): boolean {
  const last = atMs.at(-1);
  return last !== undefined && parseInstant(state.now) - last > GAP_SAMPLES * sampleMs;
}

/** Curves with at least one value: a site without a charger gets no charger curve. */
export function presentCurves(series: DaySeries): Curve[] {
  return CURVES.filter((curve) => series.columns[curve].some((value) => value !== null));
}

/** Silence longer than this many samples is a gap and not a straight line. */
const GAP_SAMPLES = 3;

function extend(series: DaySeries, samples: readonly ConsoleSample[]): DaySeries {
  const atMs = [...series.atMs];
  const columns = record((curve) => [...series.columns[curve]]);
  for (const sample of samples) {
    const at = parseInstant(sample.at);
    const last = atMs.at(-1);
    if (last !== undefined && at <= last) continue;
    if (last !== undefined && at - last > GAP_SAMPLES * series.sampleMs) {
      atMs.push(last + series.sampleMs);
      for (const curve of CURVES) columns[curve].push(null);
    }
    atMs.push(at);
    for (const curve of CURVES) columns[curve].push(sample[curve] ?? null);
  }
  return { ...series, atMs, columns };
}

function record<T>(make: (curve: Curve) => T): Record<Curve, T> {
  return Object.fromEntries(CURVES.map((curve) => [curve, make(curve)])) as Record<Curve, T>;
}
