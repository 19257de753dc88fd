import { deviceRole } from '@microgrid/events';
import { z } from 'zod';

const rating = z.number().min(0);

/** What may be configured of a device that a profile describes; nothing is required. */
export const modbusDeviceConfig = z.strictObject({
  /** Unit id, 0..255. Default: the profile's. */
  unit: z.int().min(0).max(255).optional(),
  /** What it is to the site; one of the profile's roles. Default: the first of them. */
  role: deviceRole.optional(),
  /** Phases connected; 1 leaves out the points of L2 and L3. Default: the profile's. */
  phases: z.union([z.literal(1), z.literal(3)]).optional(),
  /** How often points of low rate are read, ms. Default 60,000. */
  lowRateMs: z.int().min(1000).max(86_400_000).default(60_000),
  /** How long one read or write may wait for its reply, ms. Default: the profile's, or the bus's. */
  requestTimeoutMs: z.int().min(1).max(600_000).optional(),
  /** Points to read and publish; default: all of the profile. Controls read what they need besides. */
  points: z.array(z.string()).min(1).optional(),
  /**
   * How long the safe value of a control is kept up when nobody commands it any more and the device
   * would fall back to something worse, ms. Default 7,200,000 (two hours).
   */
  blindModeMs: z.int().min(0).max(604_800_000).default(7_200_000),
  /** Ratings that the device does not tell or that the installation narrows. */
  limits: z
    .strictObject({
      maxImportWatts: rating.optional(),
      maxExportWatts: rating.optional(),
      maxChargeWatts: rating.optional(),
      maxDischargeWatts: rating.optional(),
      minCurrentAmperes: rating.optional(),
      maxCurrentAmperes: rating.optional(),
      capacityMilliwattHours: z.int().min(0).optional(),
    })
    .default({}),
});
export type ModbusDeviceConfig = z.infer<typeof modbusDeviceConfig>;
