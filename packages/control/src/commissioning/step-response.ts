import type { Watts } from '@microgrid/units';
import { median, spread, type SiteSample, type StepWindow } from './site-sample.js';

/** How one quantity answers to a load being switched. */
export interface StepResponse {
  /**
   * `responds`: it changes with the load; `none`: it surely does not; `unsure`: noise or other loads
   * leave it open; `absent`: it is not measured.
   */
  readonly verdict: 'responds' | 'none' | 'unsure' | 'absent';
  /** Change from off to on, W; 0 where it is absent. */
  readonly watts: Watts;
  /** What that may be off by, W. */
  readonly errorWatts: Watts;
  /** Switchings that agree with it, of those that were usable. */
  readonly agreeing: number;
  readonly usable: number;
  /** Why it is unsure. */
  readonly reason?: string;
}

/** Fewest switchings that must agree. */
const LEAST_AGREEING = 3;
/** Share of the usable ones that must. */
const AGREEING_SHARE = 0.6;
/** Share of wild values that a quiet window may have. */
const WILD_SHARE = 0.15;
/** A response is at least this share of the load: the least scale a meter can have and be found. */
const LEAST_RESPONSE = 0.05;
/** Changes below this are nothing, W. */
const FLOOR_WATTS = 40;

interface Level {
  readonly on: boolean;
  readonly watts: Watts;
  readonly errorWatts: Watts;
}

/** The level of one window; undefined where it has too few values, or something else switched in it. */
function levelOf(
  window: StepWindow,
  series: (sample: SiteSample) => number | undefined,
  sizeWatts: Watts,
): Level | undefined {
  const values = window.samples.map(series).filter((value) => value !== undefined);
  if (values.length < 4 || values.length < window.samples.length / 2) return undefined;
  const half = values.length >> 1;
  const [before, after] = [values.slice(0, half), values.slice(-half)];
  const noise = Math.max(spread(before), spread(after));
  const errorWatts = (1.25 * noise) / Math.sqrt(values.length);
  const jump = Math.abs(median(after) - median(before));
  const tolerated = Math.max(FLOOR_WATTS, 0.1 * sizeWatts, 6 * errorWatts);
  // Values that lie in two heaps have a quiet middle all the same.
  const watts = median(values);
  const apart = Math.max(2 * FLOOR_WATTS, 0.1 * sizeWatts, 5 * noise);
  const wild = values.filter((value) => Math.abs(value - watts) > apart).length;
  const restless = noise > Math.max(2 * FLOOR_WATTS, 0.1 * sizeWatts);
  if (jump > tolerated || restless || wild > WILD_SHARE * values.length) return undefined;
  return { on: window.on, watts, errorWatts };
}

/**
 * Measures how a quantity answers to a load: the change at each switching between two windows in
 * which nothing else happened, of these the median, and how many agree with it. Other loads that
 * switch at the same time make single changes wild, which a median bears while most are sound;
 * otherwise it is unsure and more switchings are needed.
 *
 * @param series the quantity in a sample; undefined = not measured
 * @param sizeWatts about how large the load is, W: a response is judged by it
 */
export function stepResponse(
  windows: readonly StepWindow[],
  series: (sample: SiteSample) => number | undefined,
  sizeWatts: Watts,
): StepResponse {
  const measured = windows.some(({ samples }) =>
    samples.some((sample) => series(sample) !== undefined),
  );
  const nothing = { watts: 0, errorWatts: 0, agreeing: 0, usable: 0 };
  if (!measured) return { verdict: 'absent', ...nothing };
  const levels = windows.map((window) => levelOf(window, series, sizeWatts));
  const changes: { watts: Watts; errorWatts: Watts }[] = [];
  levels.forEach((level, index) => {
    const next = levels[index + 1];
    if (level === undefined || next === undefined || level.on === next.on) return;
    const watts = (next.watts - level.watts) * (next.on ? 1 : -1);
    changes.push({ watts, errorWatts: Math.hypot(level.errorWatts, next.errorWatts) });
  });
  if (changes.length < LEAST_AGREEING) {
    const reason = `only ${changes.length} switchings without anything else going on`;
    return { verdict: 'unsure', ...nothing, usable: changes.length, reason };
  }
  return judge(changes, sizeWatts);
}

function judge(
  changes: readonly { readonly watts: Watts; readonly errorWatts: Watts }[],
  sizeWatts: Watts,
): StepResponse {
  const watts = median(changes.map((change) => change.watts));
  const noise = median(changes.map((change) => change.errorWatts));
  const tolerance = Math.max(FLOOR_WATTS, 0.1 * Math.abs(watts), 4 * noise);
  const agreed = changes.filter((change) => Math.abs(change.watts - watts) <= tolerance);
  const usable = changes.length;
  const agreeing = agreed.length;
  const around = spread(agreed.map((change) => change.watts));
  const errorWatts = Math.max(around, noise) / Math.sqrt(Math.max(1, agreeing));
  const found = { watts, errorWatts, agreeing, usable };
  if (agreeing < LEAST_AGREEING || agreeing < AGREEING_SHARE * usable) {
    const reason = `only ${agreeing} of ${usable} switchings agree: other loads switch too`;
    return { verdict: 'unsure', ...found, reason };
  }
  const size = Math.abs(watts);
  const least = Math.max(FLOOR_WATTS, LEAST_RESPONSE * sizeWatts);
  if (size - 3 * errorWatts > least) {
    return { verdict: 'responds', ...found };
  }
  if (size + 2 * errorWatts < least) {
    return { verdict: 'none', ...found };
  }
  const reason = `${Math.round(watts)} W is too little to tell from noise of ${Math.round(errorWatts)} W`;
  return { verdict: 'unsure', ...found, reason };
}
