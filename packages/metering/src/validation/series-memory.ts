import type { PointSeries } from './point-series.js';

/** The energies and qualities of many series, each in one array: what walks over all series is fast by it. */
export interface SeriesMemory {
  readonly imports: Float64Array;
  readonly exports: Float64Array;
  readonly qualities: Uint8Array;
  /** Where the slots of each series begin. */
  readonly from: Int32Array;
}

/** The memory series lie in, where that is one; else a copy of them in one. */
export function seriesMemory(all: readonly PointSeries[]): SeriesMemory {
  return sharedMemory(all) ?? copied(all);
}

function sharedMemory(all: readonly PointSeries[]): SeriesMemory | undefined {
  const [first] = all;
  if (first === undefined) return undefined;
  const imports = new Float64Array(first.importMilliwattHours.buffer);
  const exports = new Float64Array(first.exportMilliwattHours.buffer);
  const qualities = new Uint8Array(first.quality.buffer);
  const from = new Int32Array(all.length);
  for (const [of, each] of all.entries()) {
    const begin = each.quality.byteOffset;
    const together =
      each.importMilliwattHours.buffer === imports.buffer &&
      each.exportMilliwattHours.buffer === exports.buffer &&
      each.quality.buffer === qualities.buffer &&
      each.importMilliwattHours.byteOffset === begin * Float64Array.BYTES_PER_ELEMENT &&
      each.exportMilliwattHours.byteOffset === begin * Float64Array.BYTES_PER_ELEMENT;
    if (!together) return undefined;
    from[of] = begin;
  }
  return { imports, exports, qualities, from };
}

function copied(all: readonly PointSeries[]): SeriesMemory {
  const slots = all.reduce((sum, each) => sum + each.slots, 0);
  const imports = new Float64Array(slots);
  const exports = new Float64Array(slots);
  const qualities = new Uint8Array(slots);
  const from = new Int32Array(all.length);
  let next = 0;
  for (const [of, each] of all.entries()) {
    imports.set(each.importMilliwattHours, next);
    exports.set(each.exportMilliwattHours, next);
    qualities.set(each.quality, next);
    from[of] = next;
    next += each.slots;
  }
  return { imports, exports, qualities, from };
}
