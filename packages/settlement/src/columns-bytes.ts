import { toHex, type HashPort } from '@microgrid/journal';

import type { SettledPeriod } from './settled-period.js';

const TITLE = new TextEncoder().encode('microgrid/settlement-columns/1\n');
/** Of contracts that keep unused parts with their points, or have a market: with columns for these. */
const LONG_TITLE = new TextEncoder().encode('microgrid/settlement-columns/2\n');
const WORD = 2 ** 32;

/**
 * The bytes of one interval's columns, for hashing: the line `microgrid/settlement-columns/1`, the
 * number of points, then for all points in id order import, export, shared in and shared out (mWh),
 * then the prices import, export and internal (micro-currency per kWh), each number as a
 * little-endian 64-bit integer in two's complement, then one byte of quality per point.
 * 31 + 8 (1 + 4 n + 3) + n bytes.
 *
 * Where the contract keeps unused parts with their points, or a market makes the money, the line is
 * `microgrid/settlement-columns/2`, and after the qualities follow own surplus and assigned out (mWh; 0
 * without), then paid and earned (10^-12 currency units; 0 without) of all points.
 */
export function columnsBytes(settled: SettledPeriod, interval: number): Uint8Array {
  const size = settled.points.length;
  const { ownSurplusMilliwattHours, assignedOutMilliwattHours, internalAmounts } = settled;
  const long = ownSurplusMilliwattHours !== undefined || internalAmounts !== undefined;
  const title = long ? LONG_TITLE : TITLE;
  const bytes = new Uint8Array(title.length + 8 * (4 + (long ? 8 : 4) * size) + size);
  bytes.set(title);
  const view = new DataView(bytes.buffer);
  let offset = title.length;
  const put = (value: number): void => {
    if (value >= 0 && value < WORD) {
      // The upper half is 0 already.
      view.setUint32(offset, value, true);
    } else {
      const high = Math.floor(value / WORD);
      view.setUint32(offset, value - high * WORD, true);
      view.setInt32(offset + 4, high, true);
    }
    offset += 8;
  };
  put(size);
  const first = interval * size;
  const putAll = (column: Float64Array | undefined): void => {
    for (let cell = first; cell < first + size; cell++) put(column?.[cell] ?? 0);
  };
  putAll(settled.importMilliwattHours);
  putAll(settled.exportMilliwattHours);
  putAll(settled.sharedInMilliwattHours);
  putAll(settled.sharedOutMilliwattHours);
  const { prices } = settled;
  for (const series of [prices.import, prices.export, prices.internal]) {
    put(series[interval] as number);
  }
  bytes.set(settled.quality.subarray(first, first + size), offset);
  if (!long) return bytes;
  offset += size;
  putAll(ownSurplusMilliwattHours);
  putAll(assignedOutMilliwattHours);
  for (const amounts of [internalAmounts?.paidPico, internalAmounts?.earnedPico]) {
    for (let cell = first; cell < first + size; cell++, offset += 8) {
      view.setBigInt64(offset, amounts?.[cell] ?? 0n, true);
    }
  }
  return bytes;
}

/** SHA-256 of {@link columnsBytes}, in hexadecimal. */
export function columnsHash(settled: SettledPeriod, interval: number, hash: HashPort): string {
  return toHex(hash.sha256(columnsBytes(settled, interval)));
}
