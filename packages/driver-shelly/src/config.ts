import { z } from 'zod';
import { parseComponent } from './component.js';

/** What may be configured of a device; nothing is required. */
export const shellyConfig = z.strictObject({
  /**
   * The component that this device is, as in `switch:0` or `em:0`. Default: the first that measures
   * three phases, else the first switch, else the first meter.
   */
  component: z
    .string()
    .refine((key) => parseComponent(key) !== undefined, {
      error: 'a component such as switch:0, em:0, em1:1 or pm1:0',
    })
    .optional(),
  /** What it is to the site. Default: `switch` for a switch, `meter` for a meter. */
  role: z
    .enum(['switch', 'load', 'meter', 'gridMeter', 'pvInverter', 'batteryInverter'])
    .optional(),
  /** True for current transformers mounted the other way round: directions are exchanged. Default false. */
  reversed: z.boolean().default(false),
  /** Phase a single-phase device is on; its points are named after L1 all the same. Default 1 phase. */
  phases: z.union([z.literal(1), z.literal(3)]).optional(),
  /** The state the switch is left in when nobody commands it. Default `off`. */
  safeState: z.enum(['on', 'off']).default('off'),
  /**
   * After this long without a refresh the device itself returns to the safe state, s. It is refreshed
   * at half, so poll at least four times within it. Default 120.
   */
  deadManSeconds: z.int().min(10).max(86_400).default(120),
  /** Least time between two changes of the switch, ms: contacts wear. Default 60,000. */
  minimumDwellMs: z.int().min(0).max(86_400_000).default(60_000),
  /** Whether changes are taken as they happen, over a WebSocket. Default true. */
  push: z.boolean().default(true),
  /** How long one request may take, ms. Default: the transport's. */
  requestTimeoutMs: z.int().min(1).max(600_000).optional(),
  /** Rated power of what the switch feeds, W: the most it can draw. */
  maxImportWatts: z.number().min(0).optional(),
});
export type ShellyConfig = z.infer<typeof shellyConfig>;
