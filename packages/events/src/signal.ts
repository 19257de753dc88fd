import { z } from 'zod';
import {
  currencyField,
  epochMs,
  idField,
  instantField,
  priceField,
  reasonField,
  sequenceField,
  validForField,
} from './fields.js';

const ANYBODY = z.literal('*');

/** What every signal from the coordinator carries: to whom, in which order, and for how long. */
const signalFields = {
  id: z.string().min(1).max(200),
  sequence: sequenceField,
  audience: z.union([ANYBODY, idField]),
  issuedAt: instantField,
  validForMs: validForField,
};

const span = { start: instantField, end: instantField };

function startsBeforeEnd(value: { readonly start: string; readonly end: string }): boolean {
  const startMs = epochMs(value.start);
  const endMs = epochMs(value.end);
  return startMs === undefined || endMs === undefined || startMs < endMs;
}

const ORDER = { path: ['end'], error: 'an instant after start' };

/** Prices the coming hours are expected to have; they advise control and settle nothing. */
export const tariffSignalV1 = z.strictObject({
  kind: z.literal('tariffSignal'),
  version: z.literal(1),
  ...signalFields,
  currency: currencyField,
  periods: z
    .array(
      z
        .strictObject({
          ...span,
          importPriceMicroPerKilowattHour: priceField,
          exportPriceMicroPerKilowattHour: priceField,
        })
        .refine(startsBeforeEnd, ORDER),
    )
    .min(1)
    .max(1000),
});
export type TariffSignalV1 = z.infer<typeof tariffSignalV1>;

/** A bound on a site's exchange with the grid. It is obeyed inside the site's own limits, never beyond them. */
export const limitV1 = z
  .strictObject({
    kind: z.literal('limit'),
    version: z.literal(1),
    ...signalFields,
    ...span,
    importLimitWatts: z.number().min(0).optional(),
    exportLimitWatts: z.number().min(0).optional(),
    reason: reasonField,
  })
  .refine(startsBeforeEnd, ORDER)
  .refine((limit) => limit.importLimitWatts !== undefined || limit.exportLimitWatts !== undefined, {
    path: ['importLimitWatts'],
    error: 'an import limit, an export limit or both',
  });
export type LimitV1 = z.infer<typeof limitV1>;
