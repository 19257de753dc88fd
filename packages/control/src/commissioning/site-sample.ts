import type { Watts } from '@microgrid/units';

/** What every device of a site showed at one instant: by device and point, in the house's signs. */
export type SiteSample = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Samples taken while one load stood still. */
export interface StepWindow {
  /** Whether the load was on (drew more than in the windows that are not). */
  readonly on: boolean;
  readonly samples: readonly SiteSample[];
}

/** A phase of the site. */
export type Phase = 1 | 2 | 3;

/** A load that was switched, and what was seen meanwhile. */
export interface StepTest {
  /** Id of the load; where it is a device that measures itself, the id of that device. */
  readonly load: string;
  /** What the plan of the installation says: a phase, or all three. Absent: nothing. */
  readonly declaredPhase?: Phase | 'all';
  /** What it is said to draw more when on, W above 0. Absent: only its own meter tells. */
  readonly declaredWatts?: Watts;
  /** How far that may be off, as a share of it. Default 0.25. */
  readonly declaredAccuracy?: number;
  /** In the order they were taken; on and off in turn. */
  readonly windows: readonly StepWindow[];
}

/** What a site is, and what was found by measuring. */
export interface CommissioningData {
  /** Id of the meter at the grid connection. */
  readonly gridMeter: string;
  readonly phases: 1 | 3;
  /** Devices with an AC port of their own that measure it, by role; the grid meter left out. */
  readonly devices: readonly { readonly id: string; readonly role: string }[];
  readonly tests: readonly StepTest[];
}

/** Name of a quantity on a phase, as the points are called. */
export const onPhase = (quantity: 'power' | 'current', phase: Phase): string =>
  `${quantity}L${phase}`;

/** All phases of a site. */
export const phasesOf = (phases: 1 | 3): readonly Phase[] => (phases === 1 ? [1] : [1, 2, 3]);

/** The middle one; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Spread that a few wild values do not change: 1.4826 times the median deviation (normal: sigma). */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - middle)));
}
