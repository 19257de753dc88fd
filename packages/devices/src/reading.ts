import type { ReadingQuality, ReadingV1 } from '@microgrid/events';

/** Bounds of plausible values, in the point's unit; absent = none on that side. */
export interface ValueBounds {
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
}

/** Why a value lies outside its bounds, or undefined when it does not. */
export function boundsCause(value: number, bounds: ValueBounds): string | undefined {
  if (bounds.minimum !== undefined && value < bounds.minimum) return `below ${bounds.minimum}`;
  if (bounds.maximum !== undefined && value > bounds.maximum) return `above ${bounds.maximum}`;
  return undefined;
}

/** Names a reading apart from its value. */
export interface ReadingOrigin {
  readonly device: string;
  readonly point: string;
  /** Instant of the read, wire spelling. */
  readonly at: string;
}

/** A reading with a value: `good`, or `suspect` when it lies outside its bounds. */
export function readingOf(
  origin: ReadingOrigin,
  value: number,
  bounds: ValueBounds = {},
): ReadingV1 {
  const { device, point, at } = origin;
  const cause = boundsCause(value, bounds);
  return cause === undefined
    ? { kind: 'reading', version: 1, device, point, at, value, quality: 'good' }
    : { kind: 'reading', version: 1, device, point, at, value, quality: 'suspect', cause };
}

/** A reading without a value: `bad`, with its cause. */
export function missingReading(origin: ReadingOrigin, cause: string): ReadingV1 {
  const { device, point, at } = origin;
  // An event's cause has at most 200 characters.
  return {
    kind: 'reading',
    version: 1,
    device,
    point,
    at,
    quality: 'bad',
    cause: cause === '' ? 'unknown' : cause.slice(0, 200),
  };
}

/** The same reading, marked as overdue; its instant still says when it was read. */
export function staleReading(reading: ReadingV1, cause: string): ReadingV1 {
  return { ...reading, quality: 'stale', cause: cause.slice(0, 200) };
}

/** Whether metering may use a reading of this quality. */
export function isUsable(quality: ReadingQuality): boolean {
  return quality === 'good' || quality === 'suspect';
}
