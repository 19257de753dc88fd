import { compareIds } from '@microgrid/units';
import type { CounterReading } from './counter-reading.js';
import { counterSegment } from './counter-segment.js';
import { intervalOptions, type IntervalSettings } from './interval-options.js';
import { placeInTime } from './place-in-time.js';
import type { KnownSum } from './validation/check-sums.js';

/**
 * What total registers say of the time between their readings, for the rule `sumCheck` and the fill method
 * `registers`: the difference of every two readings that follow each other and both fall on a boundary
 * of the resolution. A span over which a register cannot be followed (reset, replacement, implausible
 * rise) says nothing. A register difference is right to one counter unit: allow that, and what each
 * interval was rounded by, as the rule's tolerance.
 * @throws MeteringError `bad-option`.
 */
export function registerSums(
  readings: Iterable<CounterReading>,
  settings: IntervalSettings,
): readonly KnownSum[] {
  const options = intervalOptions(settings);
  const points = new Map<string, CounterReading[]>();
  for (const reading of readings) {
    const own = points.get(reading.meteringPoint);
    if (own === undefined) points.set(reading.meteringPoint, [reading]);
    else own.push(reading);
  }
  const sums: KnownSum[] = [];
  for (const id of [...points.keys()].sort(compareIds)) {
    const placed = placeInTime(points.get(id) ?? []).readings;
    let before: CounterReading | undefined;
    for (const after of placed) {
      if (after.atMs % options.resolutionMs !== 0) continue;
      const segment = before && counterSegment(before, after, options);
      before = after;
      if (segment === undefined || segment.lost || segment.endMs === segment.startMs) continue;
      const { startMs, endMs, importMilliwattHours, exportMilliwattHours } = segment;
      sums.push({ meteringPoint: id, startMs, endMs, importMilliwattHours, exportMilliwattHours });
    }
  }
  return sums;
}
