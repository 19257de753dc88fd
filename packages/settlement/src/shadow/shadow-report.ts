import type { Pico } from '@microgrid/units';
import type { SharedFlow } from './operator-allocation.js';

/**
 * Why the operator's figure is another one:
 * - `rounding`: at most one unit of its last digit
 * - `missing data`: one of the two has no figure, or settled without a point's readings
 * - `quality`: it settled other readings, or ones that one side made up
 * - `coefficient`: it settled by another key
 * - `unit`: its figures are ours in another unit
 * - `clock shift`: its figures are ours of another time
 * - `unexplained`
 */
export const DIFFERENCE_TYPES = [
  'rounding',
  'missing data',
  'quality',
  'coefficient',
  'unit',
  'clock shift',
  'unexplained',
] as const;

/** Why the operator's figure is another one. */
export type DifferenceType = (typeof DIFFERENCE_TYPES)[number];

/** What proves the type of some differences. */
export interface Evidence {
  /** What differences refer to. */
  readonly id: string;
  readonly type: DifferenceType;
  /** In words, as in `settled again with the coefficients of 2026-01.txt`. */
  readonly description: string;
  /** Intervals that come out as the operator's, to its last digit, with this. */
  readonly intervals: number;
  /** Coefficients that its figures imply, where they do. */
  readonly coefficients?: Readonly<Record<string, string>>;
}

/** A typed part of the difference of one figure; the parts of a figure add up to ours less theirs. */
export interface Difference {
  readonly type: DifferenceType;
  /** {@link Evidence.id}. */
  readonly evidence: string;
  readonly meteringPoint: string;
  /** Absent for a point that the contract does not have. */
  readonly member?: string;
  readonly start: string;
  readonly flow: SharedFlow;
  /** Ours less theirs, mWh. */
  readonly milliwattHours: number;
  /** What ours costs the member more (positive) or less than theirs; decimal integer in a string. */
  readonly costPico: string;
}

/** Differences added up; decimal integers in strings, ours less theirs. */
export interface DifferenceSum {
  readonly milliwattHours: string;
  readonly costPico: string;
}

/** Sums of some figures: ours, theirs, their difference, and that by type. */
export interface ShadowSum {
  readonly ours: string;
  readonly theirs: string;
  readonly difference: DifferenceSum;
  /** Types that occur; they add up to the difference exactly. */
  readonly types: Readonly<
    Partial<Record<DifferenceType, DifferenceSum & { readonly count: number }>>
  >;
}

/** A period compared with the operator's allocation of it. */
export interface ShadowReport {
  readonly run: string;
  readonly community: string;
  readonly start: string;
  readonly end: string;
  readonly currency: string;
  /** Figures of both sides that were compared, and how many of them are equal. */
  readonly compared: number;
  readonly equal: number;
  /** Figures of the operator of times outside the period: not compared. */
  readonly outsidePeriod: number;
  readonly flows: Readonly<Partial<Record<SharedFlow, ShadowSum>>>;
  /** By member and flow, in id order; every member of the contract. */
  readonly members: Readonly<Record<string, Readonly<Partial<Record<SharedFlow, ShadowSum>>>>>;
  /** Intervals with a difference. */
  readonly intervals: readonly (ShadowSum & {
    readonly start: string;
    readonly flow: SharedFlow;
  })[];
  readonly evidence: readonly Evidence[];
  /** By interval, then flow, then metering point. */
  readonly differences: readonly Difference[];
}

interface TypeSum {
  count: number;
  energy: bigint;
  cost: Pico;
}

/** Adds figures and differences up. */
export class ShadowSums {
  private ours = 0n;
  private theirs = 0n;
  private readonly types = new Map<DifferenceType, TypeSum>();

  /** One figure of each side; undefined where a side has none. */
  figure(ours: number | undefined, theirs: number | undefined): void {
    this.ours += BigInt(ours ?? 0);
    this.theirs += BigInt(theirs ?? 0);
  }

  difference(type: DifferenceType, energy: number, cost: Pico): void {
    const sum = this.types.get(type) ?? { count: 0, energy: 0n, cost: 0n };
    sum.count++;
    sum.energy += BigInt(energy);
    sum.cost += cost;
    this.types.set(type, sum);
  }

  get differs(): boolean {
    return this.types.size > 0;
  }

  sum(): ShadowSum {
    const all = [...this.types.values()];
    const cost = all.reduce((total, each) => total + each.cost, 0n);
    return {
      ours: this.ours.toString(),
      theirs: this.theirs.toString(),
      difference: {
        milliwattHours: (this.ours - this.theirs).toString(),
        costPico: cost.toString(),
      },
      types: Object.fromEntries(
        DIFFERENCE_TYPES.flatMap((type) => {
          const sum = this.types.get(type);
          if (sum === undefined) return [];
          const { count, energy, cost: own } = sum;
          return [
            [type, { count, milliwattHours: energy.toString(), costPico: own.toString() }] as const,
          ];
        }),
      ),
    };
  }
}
