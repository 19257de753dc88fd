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
  return new ColumnsBytes(settled).of(interval);
}

/** SHA-256 of {@link columnsBytes}, in hexadecimal. */
export function columnsHash(settled: SettledPeriod, interval: number, hash: HashPort): string {
  return toHex(hash.sha256(columnsBytes(settled, interval)));
}

/** {@link columnsBytes} of one interval after the other, in the same memory. */
export class ColumnsBytes {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly long: boolean;
  private at = 0;

  constructor(private readonly settled: SettledPeriod) {
    const size = settled.points.length;
    this.long =
      settled.ownSurplusMilliwattHours !== undefined || settled.internalAmounts !== undefined;
    const title = this.long ? LONG_TITLE : TITLE;
    this.bytes = new Uint8Array(title.length + 8 * (4 + (this.long ? 8 : 4) * size) + size);
    this.bytes.set(title);
    this.view = new DataView(this.bytes.buffer);
  }

  /** The bytes of an interval, good until the next call. */
  of(interval: number): Uint8Array {
    const { settled, bytes } = this;
    const { prices } = settled;
    const size = settled.points.length;
    const first = interval * size;
    this.at = (this.long ? LONG_TITLE : TITLE).length;
    this.put(size);
    this.putAll(settled.importMilliwattHours, first, size);
    this.putAll(settled.exportMilliwattHours, first, size);
    this.putAll(settled.sharedInMilliwattHours, first, size);
    this.putAll(settled.sharedOutMilliwattHours, first, size);
    for (const series of [prices.import, prices.export, prices.internal]) {
      this.put(series[interval] as number);
    }
    bytes.set(settled.quality.subarray(first, first + size), this.at);
    this.at += size;
    if (this.long) this.putSlots(first, size);
    return bytes;
  }

  private putSlots(first: number, size: number): void {
    const { ownSurplusMilliwattHours, assignedOutMilliwattHours, internalAmounts } = this.settled;
    for (const column of [ownSurplusMilliwattHours, assignedOutMilliwattHours]) {
      if (column === undefined) this.at += 8 * size;
      else this.putAll(column, first, size);
    }
    for (const amounts of [internalAmounts?.paidPico, internalAmounts?.earnedPico]) {
      for (let cell = first; cell < first + size; cell++, this.at += 8) {
        this.view.setBigInt64(this.at, amounts?.[cell] ?? 0n, true);
      }
    }
  }

  private put(value: number): void {
    const { view, at } = this;
    const high = value >= 0 && value < WORD ? 0 : Math.floor(value / WORD);
    view.setUint32(at, high === 0 ? value : value - high * WORD, true);
    view.setInt32(at + 4, high, true);
    this.at = at + 8;
  }

  private putAll(column: Float64Array, first: number, size: number): void {
    const { view } = this;
    let { at } = this;
    for (let cell = first; cell < first + size; cell++, at += 8) {
      const value = column[cell] as number;
      // Energies, never negative: nearly all fit into the lower word.
      view.setUint32(at, value, true);
      view.setUint32(at + 4, value < WORD ? 0 : Math.floor(value / WORD), true);
    }
    this.at = at;
  }
}
