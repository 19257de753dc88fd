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
  const words = 4 + (long ? 8 : 4) * size;
  const bytes = new Uint8Array(title.length + 8 * words + size);
  bytes.set(title);
  const first = interval * size;
  const numbers = new LittleEndianWords(1 + 4 * size + 3);
  numbers.put(size);
  numbers.putAll(settled.importMilliwattHours, first, size);
  numbers.putAll(settled.exportMilliwattHours, first, size);
  numbers.putAll(settled.sharedInMilliwattHours, first, size);
  numbers.putAll(settled.sharedOutMilliwattHours, first, size);
  const { prices } = settled;
  for (const series of [prices.import, prices.export, prices.internal]) {
    numbers.put(series[interval] as number);
  }
  bytes.set(numbers.bytes, title.length);
  let offset = title.length + numbers.bytes.length;
  bytes.set(settled.quality.subarray(first, first + size), offset);
  if (!long) return bytes;
  offset += size;
  const slots = new LittleEndianWords(2 * size);
  for (const column of [ownSurplusMilliwattHours, assignedOutMilliwattHours]) {
    if (column === undefined) slots.skip(size);
    else slots.putAll(column, first, size);
  }
  bytes.set(slots.bytes, offset);
  offset += slots.bytes.length;
  const view = new DataView(bytes.buffer);
  for (const amounts of [internalAmounts?.paidPico, internalAmounts?.earnedPico]) {
    for (let cell = first; cell < first + size; cell++, offset += 8) {
      view.setBigInt64(offset, amounts?.[cell] ?? 0n, true);
    }
  }
  return bytes;
}

/** Numbers as 64-bit integers in two's complement, least byte first, whatever the machine's own order. */
class LittleEndianWords {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(words: number) {
    this.bytes = new Uint8Array(8 * words);
    this.view = new DataView(this.bytes.buffer);
  }

  put(value: number): void {
    const { view, at } = this;
    this.at = at + 8;
    // The upper half is 0 already.
    if (value >= 0 && value < WORD) return view.setUint32(at, value, true);
    const high = Math.floor(value / WORD);
    view.setUint32(at, value - high * WORD, true);
    view.setInt32(at + 4, high, true);
  }

  putAll(column: Float64Array, first: number, size: number): void {
    for (let cell = first; cell < first + size; cell++) this.put(column[cell] as number);
  }

  /** Leaves room for zeros. */
  skip(words: number): void {
    this.at += 8 * words;
  }
}

/** SHA-256 of {@link columnsBytes}, in hexadecimal. */
export function columnsHash(settled: SettledPeriod, interval: number, hash: HashPort): string {
  return toHex(hash.sha256(columnsBytes(settled, interval)));
}
