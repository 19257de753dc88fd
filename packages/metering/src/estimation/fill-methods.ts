import type { IntervalQuality } from '@microgrid/events';
import { z } from 'zod';

const shape = z.enum(['likeDay', 'previousWeek', 'flat']);

/** How missing intervals are made up, as data. The methods of a list are tried in their order. */
export const fillMethod = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('linear'),
    /** Longest gap, minutes; longer ones need a method that knows the day. */
    maximumMinutes: z.number().positive().default(120),
  }),
  z.strictObject({
    method: z.literal('registers'),
    /** Where the shape of the day comes from; the first that knows every missing slot. */
    shape: z.array(shape).min(1).default(['likeDay', 'previousWeek', 'flat']),
  }),
  z.strictObject({
    method: z.literal('likeDay'),
    /** Preceding weeks that are looked at. */
    weeks: z.int().min(1).max(52).default(4),
  }),
  z.strictObject({
    method: z.literal('previousWeek'),
    /** The nearest of so many preceding weeks that has the interval. */
    weeks: z.int().min(1).max(52).default(1),
  }),
  z.strictObject({
    method: z.literal('profile'),
    /** Name of the profile in the context. */
    profile: z.string().min(1),
  }),
  z.strictObject({
    method: z.literal('checkMeter'),
    /** Metering point of the check meter, by metering point. */
    meters: z.record(z.string().min(1), z.string().min(1)),
  }),
  z.strictObject({
    method: z.literal('balance'),
    /** The head meter, which sees the sum of all points behind it. */
    head: z.string().min(1),
    points: z.array(z.string().min(1)).min(1),
  }),
]);
export type FillMethod = z.infer<typeof fillMethod>;
export type FillMethodName = FillMethod['method'];
export type MethodOf<Name extends FillMethodName> = Extract<FillMethod, { method: Name }>;

/**
 * What a filled interval counts as: `substituted` where another measurement stands in, `estimated`
 * where a model does.
 */
export const QUALITY_OF_METHOD: Readonly<Record<FillMethodName, IntervalQuality>> = {
  linear: 'estimated',
  registers: 'substituted',
  likeDay: 'substituted',
  previousWeek: 'substituted',
  profile: 'estimated',
  checkMeter: 'substituted',
  balance: 'substituted',
};

/** One value that was made up. */
export interface Filled {
  readonly meteringPoint: string;
  readonly start: string;
  readonly end: string;
  readonly method: FillMethodName;
  readonly quality: IntervalQuality;
  /**
   * The intervals it was made of, as `metering point/start`; of registers the period too, first and as
   * `metering point/start/end`; or the name of a profile.
   */
  readonly sources: readonly string[];
}
