import { toHex, type HashPort } from '@microgrid/journal';

import type { SettledPeriod } from './settle.js';

const TITLE = new TextEncoder().encode('microgrid/settlement-columns/1\n');
const WORD = 2 ** 32;

/**
 * The bytes of one interval's columns, for hashing: the line `microgrid/settlement-columns/1`, the
 * number of points, then for all points in id order import, export, shared in and shared out (mWh),
 * then the prices import, export and internal (micro-currency per kWh), each number as a
 * little-endian 64-bit integer in two's complement, then one byte of quality per point.
 * 31 + 8 (1 + 4 n + 3) + n bytes.
 */
export function columnsBytes(settled: SettledPeriod, interval: number): Uint8Array {
  const size = settled.points.length;
  const bytes = new Uint8Array(TITLE.length + 8 * (4 + 4 * size) + size);
  bytes.set(TITLE);
  const view = new DataView(bytes.buffer);
  let offset = TITLE.length;
  const put = (value: number): void => {
    const high = Math.floor(value / WORD);
    view.setUint32(offset, value - high * WORD, true);
    view.setInt32(offset + 4, high, true);
    offset += 8;
  };
  put(size);
  const first = interval * size;
  for (const column of [
    settled.importMilliwattHours,
    settled.exportMilliwattHours,
    settled.sharedInMilliwattHours,
    settled.sharedOutMilliwattHours,
  ]) {
    for (let cell = first; cell < first + size; cell++) put(column[cell] as number);
  }
  const { prices } = settled;
  for (const series of [prices.import, prices.export, prices.internal]) {
    put(series[interval] as number);
  }
  bytes.set(settled.quality.subarray(first, first + size), offset);
  return bytes;
}

/** SHA-256 of {@link columnsBytes}, in hexadecimal. */
export function columnsHash(settled: SettledPeriod, interval: number, hash: HashPort): string {
  return toHex(hash.sha256(columnsBytes(settled, interval)));
}
