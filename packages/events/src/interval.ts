import { z } from 'zod';
import {
  formatInstant,
  formatResolution,
  parseInstant,
  RESOLUTION_MINUTES,
} from '@microgrid/units';
import { energyField, epochMs, idField, instantField } from './fields.js';

/** Interval qualities, best first: a sum has the worst of its parts. */
export const INTERVAL_QUALITIES = [
  'measured',
  'corrected',
  'substituted',
  'estimated',
  'missing',
] as const;

/** How an interval's energy is known. */
export const intervalQuality = z.enum(INTERVAL_QUALITIES);
export type IntervalQuality = z.infer<typeof intervalQuality>;

/** An interval's content-derived id: metering point, start, length and revision. */
export function intervalId(interval: {
  readonly meteringPoint: string;
  readonly start: string;
  readonly end: string;
  readonly revision: number;
}): string {
  const startMs = parseInstant(interval.start);
  const length = formatResolution(parseInstant(interval.end) - startMs);
  return `${interval.meteringPoint}/${formatInstant(startMs)}/${length}/${interval.revision}`;
}

/**
 * Energy of one metering point in one half-open interval, import and export gross and apart.
 * A `missing` interval has no energies; every other has both. A later revision replaces an earlier
 * one and never edits it.
 */
export const intervalV1 = z
  .strictObject({
    kind: z.literal('interval'),
    version: z.literal(1),
    id: z.string(),
    meteringPoint: idField,
    start: instantField,
    end: instantField,
    importMilliwattHours: energyField.optional(),
    exportMilliwattHours: energyField.optional(),
    quality: intervalQuality,
    revision: z.int().min(1),
    source: idField,
    uncertaintyMilliwattHours: energyField.optional(),
    causes: z.array(z.string().min(1).max(200)).optional(),
  })
  .superRefine((interval, context) => {
    const refuse = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    for (const field of ['importMilliwattHours', 'exportMilliwattHours'] as const) {
      if ((interval[field] === undefined) !== (interval.quality === 'missing')) {
        refuse(field, `an energy exactly when quality is not missing (it is ${interval.quality})`);
      }
    }
    const startMs = epochMs(interval.start);
    const endMs = epochMs(interval.end);
    // What is no instant has been refused by the field itself.
    if (startMs === undefined || endMs === undefined) return;
    if (!RESOLUTION_MINUTES.some((minutes) => endMs - startMs === minutes * 60_000)) {
      refuse('end', 'start plus 1, 5, 10, 15, 30 or 60 minutes');
      return;
    }
    if (startMs % (endMs - startMs) !== 0) {
      refuse('start', 'a whole multiple of the interval length since 1970');
    }
    const id = intervalId(interval);
    if (interval.id !== id) refuse('id', `the id its content gives: ${id}`);
  });
export type IntervalV1 = z.infer<typeof intervalV1>;
