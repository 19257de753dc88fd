import { z } from 'zod';

const watts = z.number().min(0);
const direction = z.enum(['import', 'export']);

/** Directions a rule looks at; default both. */
const directions = z.array(direction).min(1).optional();

/**
 * Every validation rule as data, so that a set of rules can be versioned and hashed.
 *
 * Of rows: `order` (a row that starts before the row before it), `duplicate` (the same interval with
 * equal values), `overlap` (the same time with other values, or in a row of another length), `resolution` (another length than the
 * point's), `gap` (no row where there should be one), `clockChange` (the hour of a clock change is
 * collapsed into one or filled with a copy), `dayLength` (a local day without its 92, 96 or 100
 * quarter-hours).
 *
 * Of values: `future`, `negative`, `aboveLimit` (mean power above fuse or nameplate), `spike` (Hampel:
 * far from the median of its neighbours), `stuck` (the same energy again and again), `zeroRun`,
 * `nightPv` (export while the sun is down), `sumCheck` (intervals against registers and totals),
 * `balance` (a head meter against the points behind it).
 */
export const validationRule = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('order') }),
  z.strictObject({ rule: z.literal('duplicate') }),
  z.strictObject({ rule: z.literal('overlap') }),
  z.strictObject({ rule: z.literal('resolution') }),
  z.strictObject({ rule: z.literal('gap') }),
  z.strictObject({ rule: z.literal('clockChange'), timeZone: z.string().min(1) }),
  z.strictObject({ rule: z.literal('dayLength'), timeZone: z.string().min(1) }),
  z.strictObject({
    rule: z.literal('future'),
    /** Milliseconds an interval may end after now, for clocks that differ a little. */
    toleranceMs: z.int().min(0),
  }),
  z.strictObject({ rule: z.literal('negative') }),
  z
    .strictObject({
      rule: z.literal('aboveLimit'),
      maximumImportWatts: watts.optional(),
      maximumExportWatts: watts.optional(),
    })
    .refine(
      (rule) => rule.maximumImportWatts !== undefined || rule.maximumExportWatts !== undefined,
      'expected maximumImportWatts, maximumExportWatts or both',
    ),
  z.strictObject({
    rule: z.literal('spike'),
    directions,
    /** Neighbours on each side. */
    halfWindow: z.int().min(1).max(96).default(2),
    /** Robust deviations from the neighbours' median that make a spike. */
    threshold: z.number().positive().default(2),
    /** Least spread assumed, as a share of the largest power the point usually has (its 99th percentile). */
    floorShare: z.number().min(0).max(1).default(0.1),
  }),
  z.strictObject({
    rule: z.literal('stuck'),
    directions,
    /** Least number of equal intervals, whatever chance allows. */
    minimumIntervals: z.int().min(3).default(3),
    /** Chance repetitions tolerated in a year; coarse meters repeat more and need longer runs. */
    falseRunsPerYear: z.number().positive().default(0.5),
  }),
  z.strictObject({
    rule: z.literal('zeroRun'),
    /** Hours without any import and export. */
    minimumHours: z.number().positive().default(24),
  }),
  z.strictObject({
    rule: z.literal('nightPv'),
    latitudeDegrees: z.number().min(-90).max(90),
    longitudeDegrees: z.number().min(-180).max(180),
    /** The sun counts as down below this elevation. */
    elevationDegrees: z.number().min(-18).max(10).default(-6),
    /** Mean power that inverters may still show at night. */
    toleranceWatts: watts.default(10),
  }),
  z.strictObject({
    rule: z.literal('sumCheck'),
    /** Difference allowed for each register difference or total, mWh. */
    toleranceMilliwattHours: z.number().min(0).default(0),
  }),
  z.strictObject({
    rule: z.literal('balance'),
    /** Metering point at the head of the site or feeder. */
    head: z.string().min(1),
    /** The points behind it. */
    points: z.array(z.string().min(1)).min(1),
    /** Losses and differences of meters allowed, as a share of the energy through the head. */
    toleranceShare: z.number().min(0).max(1).default(0.02),
    toleranceMilliwattHours: z.number().min(0).default(0),
  }),
]);
export type ValidationRule = z.infer<typeof validationRule>;
export type ValidationRuleName = ValidationRule['rule'];
export type RuleOf<Name extends ValidationRuleName> = Extract<ValidationRule, { rule: Name }>;

/** A finding of `error` severity makes the interval unusable; a `warning` lowers its quality at most. */
export type FindingSeverity = 'error' | 'warning';

/** How grave each rule's findings are. */
export const RULE_SEVERITY: Readonly<Record<ValidationRuleName, FindingSeverity>> = {
  order: 'error',
  duplicate: 'warning',
  overlap: 'error',
  resolution: 'error',
  gap: 'warning',
  clockChange: 'warning',
  dayLength: 'warning',
  future: 'warning',
  negative: 'error',
  aboveLimit: 'warning',
  spike: 'warning',
  stuck: 'warning',
  zeroRun: 'warning',
  nightPv: 'warning',
  sumCheck: 'warning',
  balance: 'warning',
};

/** What a rule found. */
export interface Finding {
  readonly rule: ValidationRuleName;
  readonly severity: FindingSeverity;
  readonly meteringPoint: string;
  /** Start of the interval, run or gap. */
  readonly start: string;
  /** Its end. */
  readonly end: string;
  /** Value found and what was expected. */
  readonly message: string;
}
