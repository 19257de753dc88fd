import { idField, safeParse, type SafeResult } from '@microgrid/events';
import { z } from 'zod';
import { ControlError } from './control-error.js';

const percent = z.number().min(0).max(100);
const watts = z.number().min(0).max(1_000_000);
const duration = z.int().min(0).max(86_400_000);

/** What the main fuse (or the contracted current) allows on every phase, in both directions. */
export const mainFusePolicy = z.strictObject({
  /** Rated current of each phase, A. */
  amperesPerPhase: z.number().positive().max(1000),
  /** Phases of the site's connection. */
  phases: z.union([z.literal(1), z.literal(3)]),
  /** Nominal phase-to-neutral voltage, V. It turns power into current where none is measured. */
  voltage: z.number().min(100).max(260).default(230),
  /** Part of the rating kept free, %, for what changes between two decisions. */
  marginPercent: z.number().min(0).max(50).default(3),
});

/** How house batteries are used. */
export const batteryPolicy = z.strictObject({
  /** Never discharged below this state of charge, %. */
  reservePercent: percent.default(10),
  /** Never charged above this state of charge, %. */
  maximumPercent: percent.default(100),
  /** After reaching the reserve, discharging begins again this much above it, %. */
  reserveHysteresisPercent: percent.default(2),
  /** Exchange with the grid that regulation aims at, W; positive leaves a small import. */
  gridTargetWatts: z.number().min(-10_000).max(10_000).default(0),
  /** A new set point nearer than this to the last one is not written, W. */
  deadbandWatts: watts.default(50),
});

/** `off`: never; `surplus`: only from own surplus; `minimum`: smallest current always, more from surplus; `fast`: as much as limits allow. */
export const chargingMode = z.enum(['off', 'surplus', 'minimum', 'fast']);
export type ChargingMode = z.infer<typeof chargingMode>;

/** How electric vehicles are charged. */
export const evPolicy = z.strictObject({
  mode: chargingMode.default('surplus'),
  /** Below this state of charge of the house batteries they take the surplus first, %. */
  batteryFirstBelowPercent: percent.default(0),
  /** Whether house batteries may discharge into a car. */
  allowBatteryDischarge: z.boolean().default(false),
  /** Surplus needed beyond the smallest charging power before charging starts, W. */
  startMarginWatts: watts.default(100),
  /** How long that surplus must last before charging starts, ms. */
  startDelayMs: duration.default(60_000),
  /** Grid import tolerated at the smallest charging power before the stop delay runs, W. */
  stopMarginWatts: watts.default(100),
  /** How long the surplus must be missing before charging stops, ms. */
  stopDelayMs: duration.default(180_000),
  /** A charger paused stays so at least this long, ms. */
  minimumPauseMs: duration.default(60_000),
  /** What differs for one charger, by device id. */
  chargers: z
    .record(
      idField,
      z.strictObject({
        mode: chargingMode.optional(),
        /** 1 is served first. */
        priority: z.int().min(1).default(1),
        /** Current the charger falls back to when it hears nothing, A; reserved while it is lost. */
        failsafeAmperes: z.number().min(0).max(125).optional(),
      }),
    )
    .default({}),
});

/** One load that can be switched. */
export const loadPolicy = z.strictObject({
  device: idField,
  /** 1 matters most: it is shed last and restored first. */
  priority: z.int().min(1),
  /** A critical load is never switched off. */
  critical: z.boolean().default(false),
  /** Power to expect when it is switched on, W; otherwise its description or its power when shed. */
  ratedWatts: watts.optional(),
});

/** Dwell and hysteresis of shedding. */
export const sheddingPolicy = z.strictObject({
  /** A load switched off stays off at least this long, ms. */
  minimumOffMs: duration.default(300_000),
  /** How long room for it must last before a load is restored, ms. */
  restoreDelayMs: duration.default(60_000),
  /** Room needed beyond the load's own power, W. */
  restoreMarginWatts: watts.default(300),
});

/** What is done while the grid meter cannot be read. Batteries always go to 0 W. */
export const blindPolicy = z.strictObject({
  ev: z.enum(['stop', 'minimum']).default('stop'),
});

/** Explicit rules on the import price now in force. Absent thresholds do nothing. */
export const pricePolicy = z.strictObject({
  /** At or below this import price batteries charge from the grid, micro-currency per kWh. */
  chargeBelowMicroPerKilowattHour: z.int().optional(),
  /** Power of charging from the grid, all batteries together, W. */
  chargeWatts: watts.default(0),
  /** State of charge at which charging from the grid ends, %. */
  chargeToPercent: percent.default(100),
  /** At or below this import price batteries do not discharge, micro-currency per kWh. */
  holdBelowMicroPerKilowattHour: z.int().optional(),
  /** At or below this import price cars charge as fast as limits allow, micro-currency per kWh. */
  evChargeBelowMicroPerKilowattHour: z.int().optional(),
});

/** How far the coordinator's signals reach. They only ever narrow what local limits allow. */
export const upstreamPolicy = z.strictObject({
  obeyPrices: z.boolean().default(true),
  obeyLimits: z.boolean().default(true),
  /** Whether an upstream import limit may switch loads off. */
  mayShedLoads: z.boolean().default(true),
  /** Whether an upstream import limit may discharge batteries (never below the reserve). */
  mayDischargeBattery: z.boolean().default(true),
  /** Whether an upstream export limit may curtail PV. */
  mayCurtail: z.boolean().default(true),
});

/** Lifetime of commands. */
export const commandPolicy = z.strictObject({
  /** A command lapses this long after receipt, ms; it is repeated at half of that. */
  validForMs: z.int().min(1000).max(3_600_000).default(60_000),
});

const filled = <T extends z.ZodType>(schema: T) => schema.prefault({} as z.input<T>);

/** Everything the owner decides about one site. Thresholds left out take the documented defaults. */
export const policySchema = z
  .strictObject({
    mainFuse: mainFusePolicy,
    /** The meter at the grid connection; needed only where several devices have that role. */
    gridMeter: idField.optional(),
    /** The contract's limits on the whole exchange, W. */
    gridLimits: filled(
      z.strictObject({ importWatts: watts.optional(), exportWatts: watts.optional() }),
    ),
    /** Phase of each single-phase device on a three-phase site; one not listed may be on any. */
    phaseOf: z.record(idField, z.union([z.literal(1), z.literal(2), z.literal(3)])).default({}),
    /** A reading older than this is not used, ms. */
    staleAfterMs: z.int().min(1).max(3_600_000).default(15_000),
    battery: filled(batteryPolicy),
    ev: filled(evPolicy),
    loads: z.array(loadPolicy).default([]),
    shedding: filled(sheddingPolicy),
    blind: filled(blindPolicy),
    price: filled(pricePolicy),
    upstream: filled(upstreamPolicy),
    commands: filled(commandPolicy),
  })
  .refine((policy) => policy.battery.reservePercent < policy.battery.maximumPercent, {
    path: ['battery', 'reservePercent'],
    error: 'a reserve below battery.maximumPercent',
  })
  .refine(
    (policy) => new Set(policy.loads.map(({ device }) => device)).size === policy.loads.length,
    {
      path: ['loads'],
      error: 'each device at most once',
    },
  );

/** A checked policy, every default filled in. */
export type Policy = z.infer<typeof policySchema>;
/** A policy as written in a configuration file: only `mainFuse` is required. */
export type PolicyInput = z.input<typeof policySchema>;

/** Reads a policy. @param source begins the message. @throws ControlError `bad-policy`. */
export function parsePolicy(value: unknown, source = 'policy'): Policy {
  const result = safeParse(policySchema, value, source);
  if (result.success) return result.data;
  throw new ControlError('bad-policy', result.error.message);
}

/** {@link parsePolicy} that returns its error. */
export function safeParsePolicy(
  value: unknown,
  source = 'policy',
): { success: true; data: Policy } | { success: false; error: ControlError } {
  const result: SafeResult<Policy> = safeParse(policySchema, value, source);
  if (result.success) return { success: true, data: result.data };
  return { success: false, error: new ControlError('bad-policy', result.error.message) };
}
