import { z } from 'zod';
import { runKind, type RunCalendar, type RunInputs, type RunKind } from '@microgrid/settlement';
import { parse } from '@microgrid/events';
import { SOURCE_PRECEDENCE, type SourceKind } from '@microgrid/metering';
import { priceText, tariffSchema } from '@microgrid/tariff';
import { isUnitsError, parseInstantLoose, type EpochMs, type TimeInterval } from '@microgrid/units';

/** Schema of the list of what became known when. */
export const HISTORY_SCHEMA = 'microgrid/history/1';

const INSTANT = 'a UTC instant such as 2026-12-01T08:00Z';

const instant = z.string({ error: INSTANT }).refine(
  (text) => {
    try {
      parseInstantLoose(text);
      return true;
    } catch (error) {
      if (isUnitsError(error)) return false;
      throw error;
    }
  },
  { error: INSTANT },
);

const path = z.string({ error: 'a path' }).min(1, { error: 'a path' });

const SOURCES = `one of ${SOURCE_PRECEDENCE.join(', ')}`;
const source = z.enum(SOURCE_PRECEDENCE as [SourceKind, ...SourceKind[]], { error: SOURCES });

/**
 * What became known of a period, when, and the runs made of it: readings by source, versions of the
 * contract, prices beside it. Nothing in it is ever changed, only added.
 */
export const historyDocument = z.strictObject({
  schema: z.literal(HISTORY_SCHEMA, { error: `"${HISTORY_SCHEMA}"` }),
  readings: z
    .array(z.strictObject({ file: path, knownAt: instant, source }), {
      error: 'a list of { file, knownAt, source }',
    })
    .min(1, { error: 'at least one readings file' }),
  contracts: z
    .array(z.strictObject({ file: path, knownAt: instant }), {
      error: 'a list of { file, knownAt }',
    })
    .min(1, { error: 'at least one community file' }),
  prices: z
    .array(
      z.strictObject({
        price: z.enum(['import', 'export', 'internal'], { error: 'import, export or internal' }),
        from: instant,
        to: instant,
        knownAt: instant,
        tariff: z.union([priceText, tariffSchema]),
      }),
    )
    .optional(),
  /** A run calendar file; default the package's own. */
  calendar: path.optional(),
  /** The runs in their order, the last one is this one. */
  runs: z
    .array(z.strictObject({ kind: runKind, asKnownOn: instant }), {
      error: 'a list of { kind, asKnownOn }',
    })
    .min(1, { error: 'at least one run' }),
  /** The period; absent in a file that a person writes: the command line says it. */
  period: z.strictObject({ start: instant, end: instant }).optional(),
});
export type HistoryDocument = z.infer<typeof historyDocument>;

/** One run of a history. */
export interface HistoryRun {
  readonly kind: RunKind;
  readonly asKnownOnMs: EpochMs;
}

/** A history with everything it names at hand. */
export interface History {
  readonly inputs: RunInputs;
  readonly calendar: RunCalendar;
  readonly period: TimeInterval;
  readonly runs: readonly HistoryRun[];
}

/** Reads a history's shape. @throws EventsError with every wrong field's path, value and expectation. */
export function parseHistory(value: unknown, from: string): HistoryDocument {
  return parse(historyDocument, value, from);
}
