import { UnitsError } from './error.js';

/** Interval lengths that metering and settlement know, in minutes. */
export const RESOLUTION_MINUTES = [1, 5, 10, 15, 30, 60] as const;

const NAMES = new Map<string, number>([
  ...RESOLUTION_MINUTES.map((minutes) => [`PT${minutes}M`, minutes * 60_000] as const),
  ['PT1H', 3_600_000],
]);

/**
 * Reads an interval length such as `PT15M` as milliseconds; `PT1H` is another spelling of `PT60M`.
 * @throws UnitsError `bad-resolution`.
 */
export function parseResolution(text: string): number {
  const ms = NAMES.get(text);
  if (ms !== undefined) return ms;
  throw new UnitsError(
    'bad-resolution',
    `resolution: got ${JSON.stringify(text)}, expected one of PT1M, PT5M, PT10M, PT15M, PT30M, PT60M`,
  );
}

/** Prints an interval length in its one spelling, as in `PT15M`. @throws UnitsError `bad-resolution`. */
export function formatResolution(ms: number): string {
  const text = `PT${ms / 60_000}M`;
  if (NAMES.get(text) === ms) return text;
  throw new UnitsError(
    'bad-resolution',
    `resolution: got ${ms} ms, expected 1, 5, 10, 15, 30 or 60 minutes`,
  );
}
