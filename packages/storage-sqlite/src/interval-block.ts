import { canonicalJson, INTERVAL_QUALITIES, intervalId, type IntervalV1 } from '@microgrid/events';
import { formatInstant, parseInstant } from '@microgrid/units';

/** A UTC day in ms. */
export const DAY_MS = 86_400_000;

/** The UTC day of an instant, counted from 1970-01-01. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/**
 * One interval in a block: start within the day and length in ms, revision, index of the quality,
 * both energies, source, uncertainty, causes. What the block's key and these say is left out.
 */
type Packed = readonly [
  startMs: number,
  lengthMs: number,
  revision: number,
  quality: number,
  importMilliwattHours: number | null,
  exportMilliwattHours: number | null,
  source: string,
  uncertaintyMilliwattHours: number | null,
  causes: readonly string[] | null,
];

function pack(interval: IntervalV1, day: number): Packed {
  const startMs = parseInstant(interval.start);
  return [
    startMs - day * DAY_MS,
    parseInstant(interval.end) - startMs,
    interval.revision,
    INTERVAL_QUALITIES.indexOf(interval.quality),
    interval.importMilliwattHours ?? null,
    interval.exportMilliwattHours ?? null,
    interval.source,
    interval.uncertaintyMilliwattHours ?? null,
    interval.causes ?? null,
  ];
}

function unpack(packed: Packed, meteringPoint: string, day: number): IntervalV1 {
  const [start, length, revision, quality, imported, exported, source, uncertainty, causes] =
    packed;
  const startMs = day * DAY_MS + start;
  const span = {
    meteringPoint,
    start: formatInstant(startMs),
    end: formatInstant(startMs + length),
    revision,
  };
  return {
    kind: 'interval',
    version: 1,
    id: intervalId(span),
    ...span,
    ...(imported === null ? {} : { importMilliwattHours: imported }),
    ...(exported === null ? {} : { exportMilliwattHours: exported }),
    quality: INTERVAL_QUALITIES[quality] ?? 'missing',
    source,
    ...(uncertainty === null ? {} : { uncertaintyMilliwattHours: uncertainty }),
    ...(causes === null ? {} : { causes: [...causes] }),
  };
}

/** The text of a day's intervals of one metering point, by start and revision. */
export function encodeBlock(intervals: readonly IntervalV1[], day: number): string {
  const packed = intervals.map((interval) => pack(interval, day));
  packed.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  return canonicalJson(packed);
}

/** The intervals of a block whose hash was checked. */
export function decodeBlock(text: string, meteringPoint: string, day: number): IntervalV1[] {
  const packed = JSON.parse(text) as readonly Packed[];
  return packed.map((one) => unpack(one, meteringPoint, day));
}
