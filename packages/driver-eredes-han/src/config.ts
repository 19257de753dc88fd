import { idField } from '@microgrid/events';
import { parseInstant } from '@microgrid/units';
import { isTimeZone } from '@microgrid/units/calendar';
import { z } from 'zod';
import { MEASURES } from './load-profile-layout.js';

const isInstant = (text: string): boolean => {
  try {
    parseInstant(text);
    return true;
  } catch {
    return false;
  }
};

const loadProfileConfig = z.strictObject({
  /**
   * What is read at the very first start: `all` the meter holds, `none` of the past, or what was
   * captured after an instant. Default `all`.
   */
  history: z
    .union([z.enum(['all', 'none']), z.string().refine(isInstant)], {
      error: 'all, none, or a UTC instant written YYYY-MM-DDTHH:MM:SSZ',
    })
    .default('all'),
  /**
   * `none` states that the point never imports (exports), for a profile without that column. Needed
   * only where the lifetime register does not prove it by showing 0.
   */
  imports: z.literal('none').optional(),
  exports: z.literal('none').optional(),
  /**
   * Meanings of measurement ids (as decimal keys) that differ from the driver's own table, for meters
   * whose operator numbers them otherwise. Default: none.
   */
  measures: z
    .record(
      z.string().regex(/^\d{1,3}$/, { error: 'a measurement id, 3 to 254' }),
      z.enum(MEASURES),
    )
    .default({}),
  /** Requests for entries in one poll, so that reading back does not hold up the readings. Default 8. */
  requestsPerRead: z.int().min(1).max(1000).default(8),
  /** How far the meter's clock may be off before its intervals count as estimated, ms. Default 300,000. */
  clockToleranceMs: z.int().min(1000).max(86_400_000).default(300_000),
});

/** What may be configured of a meter; nothing is required. */
export const eredesHanConfig = z.strictObject({
  /** Modbus address, 1..247. Default 1. */
  unit: z.int().min(1).max(247).default(1),
  /** Metering point (CPE) whose intervals these are. Absent: the load profile is not read. */
  meteringPoint: idField.optional(),
  /** Zone of the meter's clock: Europe/Lisbon (default), Atlantic/Madeira or Atlantic/Azores. */
  timeZone: z
    .string()
    .refine(isTimeZone, {
      error: 'an IANA time zone: Europe/Lisbon, Atlantic/Madeira or Atlantic/Azores',
    })
    .default('Europe/Lisbon'),
  /** What it is to the site. Default `gridMeter`. */
  role: z.enum(['gridMeter', 'meter']).default('gridMeter'),
  /** Phases. Default: 3 if the meter shows a voltage on L2 or L3. */
  phases: z.union([z.literal(1), z.literal(3)]).optional(),
  /** How often everything but live values is read, ms. Default 60,000. */
  lowRateMs: z.int().min(1000).max(86_400_000).default(60_000),
  /** How long one request may wait for its reply, ms. Default: the bus's. */
  requestTimeoutMs: z.int().min(1).max(600_000).optional(),
  loadProfile: loadProfileConfig.prefault({}),
});
export type EredesHanConfig = z.infer<typeof eredesHanConfig>;
