import { z } from 'zod';

const rating = z.number().min(0);
const register = z.int().min(0).max(65_533);

/** What a SunSpec device can be to a site. */
export const SUNSPEC_ROLES = [
  'gridMeter',
  'meter',
  'pvInverter',
  'batteryInverter',
  'hybridInverter',
] as const;

/** What may be configured of a SunSpec device; nothing is required. */
export const sunspecConfig = z.strictObject({
  /** Unit id, 0..255. Default: the first of `units` that has a SunSpec marker. */
  unit: z.int().min(0).max(255).optional(),
  /** Unit ids that are tried where `unit` is not given. Default 1, 126 (SMA), 2, 3. */
  units: z.array(z.int().min(0).max(255)).min(1).max(247).default([1, 126, 2, 3]),
  /** Registers at which the marker is looked for, in this order. Default 40000, 50000, 0. */
  bases: z.array(register).min(1).max(16).default([40_000, 50_000, 0]),
  /** What it is to the site. Default: what its models say; a meter of its own is a `meter`. */
  role: z.enum(SUNSPEC_ROLES).optional(),
  /** Which of several meters (or inverters) of one unit, counted from 1. Default 1. */
  instance: z.int().min(1).max(32).default(1),
  /** Phases connected; 1 leaves out the points of L2 and L3. Default: what its models say. */
  phases: z.union([z.literal(1), z.literal(3)]).optional(),
  /**
   * True for a meter that counts power to the grid as positive. Default: false, but true for
   * SolarEdge, whose meters do.
   */
  invertMeterPower: z.boolean().optional(),
  /** True for a battery (model 802) that counts charging as positive. Default false. */
  invertBatteryPower: z.boolean().default(false),
  /** How often ratings are read, ms. Default 60,000. */
  lowRateMs: z.int().min(1000).max(86_400_000).default(60_000),
  /** How long one read or write may wait for its reply, ms. Default: the bus's. */
  requestTimeoutMs: z.int().min(1).max(600_000).optional(),
  /** Seconds after which the device drops a set point that is not repeated. Default 60. */
  reversionSeconds: z.int().min(4).max(65_534).default(60),
  /** Watts to which a limit of AC output falls back where the device can be told (model 704). Default: no limit. */
  fallbackExportWatts: rating.optional(),
  /** Ratings that the device does not tell or that the installation narrows. */
  limits: z
    .strictObject({
      maxImportWatts: rating.optional(),
      maxExportWatts: rating.optional(),
      maxChargeWatts: rating.optional(),
      maxDischargeWatts: rating.optional(),
      capacityMilliwattHours: z.int().min(0).optional(),
    })
    .default({}),
  /** The simulated twin. */
  twin: z
    .strictObject({
      /** Its models. Default: those of `role`, without one a three-phase hybrid inverter. */
      models: z.array(z.int().min(1).max(65_534)).min(1).max(64).optional(),
      /** What it is rated for. Default 10 kW, a battery of 5 kW and 10 kWh. */
      ratings: z
        .strictObject({
          watts: z.number().positive().max(1e9).optional(),
          chargeWatts: z.number().positive().max(1e9).optional(),
          wattHours: z.number().positive().max(1e9).optional(),
        })
        .default({}),
    })
    .optional(),
});
export type SunspecConfig = z.infer<typeof sunspecConfig>;
