import { RESOLUTION_MINUTES } from '@microgrid/units';
import type { GrowingColumns } from './columns.js';
import { COMMA, CR, ZERO } from './csv-format.js';
import { EnergyCursor } from './energy-cursor.js';
import { PointDictionary } from './point-dictionary.js';
import { afterMeasured, afterQuality, qualityAt } from './row-end.js';

/** Bytes of an instant without milliseconds, as in 2026-06-21T10:00:00Z. */
const INSTANT_BYTES = 20;
/** `2026-06-21T10:00:00Z,2026-06-21T10:15:00Z,` and the shortest rest `0,0,m`. */
const SHORTEST_AFTER_POINT = 2 * (INSTANT_BYTES + 1) + 5;
const DAY_MS = 86_400_000;
const LENGTHS_MS = new Set(RESOLUTION_MINUTES.map((minutes) => minutes * 60_000));

/**
 * The fast way through well-formed rows: bytes to numbers, without a string or an object per row.
 * Whatever looks unusual it leaves to the careful reader.
 */
export class CsvScanner {
  readonly dictionary: PointDictionary;
  private readonly energies = new EnergyCursor();
  private lineFeeds = true;
  private monthKey = -1;
  private monthStartDay = 0;
  private monthDays = 0;
  private lengthMs = 0;

  constructor(private readonly columns: GrowingColumns) {
    this.dictionary = new PointDictionary(columns.points);
  }

  /** Whether every row taken so far is spelled as the canonical writer spells it. */
  get canonical(): boolean {
    return this.lineFeeds && this.energies.canonical;
  }

  /**
   * Scans rows from `from` while they are well-formed and end with a line feed before `to`.
   * @returns where the first row begins that it did not take; `to` when it took all.
   */
  scan(bytes: Uint8Array, from: number, to: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { columns, energies } = this;
    let at = from;
    // Where the last row's two instants stand, and what they mean: most rows repeat one of them.
    let knownAt = -1;
    let knownStartMs = 0;
    let knownEndMs = 0;
    while (at < to) {
      const point = this.dictionary.indexAt(bytes, at, to);
      if (point < 0) return at;
      const startAt = at + this.dictionary.lengthOf(point);
      if (startAt + SHORTEST_AFTER_POINT > to) return at;
      const endAt = startAt + INSTANT_BYTES + 1;
      if (bytes[endAt - 1] !== COMMA || bytes[endAt + INSTANT_BYTES] !== COMMA) return at;
      let startMs: number;
      let endMs: number;
      if (knownAt >= 0 && sameInstant(view, startAt, knownAt)) {
        startMs = knownStartMs;
        endMs = sameInstant(view, endAt, knownAt + INSTANT_BYTES + 1)
          ? knownEndMs
          : this.instantAt(bytes, endAt);
      } else {
        startMs =
          knownAt >= 0 && sameInstant(view, startAt, knownAt + INSTANT_BYTES + 1)
            ? knownEndMs
            : this.instantAt(bytes, startAt);
        endMs = this.instantAt(bytes, endAt);
      }
      if (!this.isLength(endMs - startMs)) return at;
      const imported = energies.read(bytes, view, endAt + INSTANT_BYTES + 1, to);
      if (imported < 0) return at;
      const exported = energies.read(bytes, view, energies.at, to);
      if (exported < 0) return at;
      let quality = 0;
      let next = afterMeasured(bytes, view, energies.at, to);
      if (next < 0) {
        quality = qualityAt(bytes, energies.at, to);
        if (quality < 0) return at;
        next = afterQuality(bytes, quality, energies.at, to);
        if (next < 0) return at;
      }
      if (bytes[next - 2] === CR) this.lineFeeds = false;
      columns.reserve(columns.rows + 1);
      const row = columns.rows++;
      columns.point[row] = point;
      columns.startMs[row] = startMs;
      columns.endMs[row] = endMs;
      columns.importMilliwattHours[row] = imported;
      columns.exportMilliwattHours[row] = exported;
      columns.quality[row] = quality;
      knownAt = startAt;
      knownStartMs = startMs;
      knownEndMs = endMs;
      at = next;
    }
    return to;
  }

  /** NaN (a malformed instant) is no length either. */
  private isLength(ms: number): boolean {
    if (ms === this.lengthMs) return true;
    if (!LENGTHS_MS.has(ms)) return false;
    this.lengthMs = ms;
    return true;
  }

  /** Milliseconds since 1970 of `YYYY-MM-DDTHH:MM:SSZ`, or NaN. */
  private instantAt(bytes: Uint8Array, at: number): number {
    const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
    const month = twoDigits(bytes, at + 5);
    const day = twoDigits(bytes, at + 8);
    const hour = twoDigits(bytes, at + 11);
    const minute = twoDigits(bytes, at + 14);
    const second = twoDigits(bytes, at + 17);
    const separated =
      bytes[at + 4] === 0x2d &&
      bytes[at + 7] === 0x2d &&
      bytes[at + 10] === 0x54 &&
      bytes[at + 13] === 0x3a &&
      bytes[at + 16] === 0x3a &&
      bytes[at + 19] === 0x5a;
    // Years below 1000 are left to the careful reader: Date.UTC moves 0 to 99 into the 1900s.
    if (!separated || !(year >= 1000 && month >= 1 && month <= 12)) return Number.NaN;
    const key = year * 12 + month;
    if (key !== this.monthKey) {
      this.monthKey = key;
      this.monthStartDay = Date.UTC(year, month - 1, 1) / DAY_MS;
      this.monthDays = Date.UTC(year, month, 1) / DAY_MS - this.monthStartDay;
    }
    if (!(day >= 1 && day <= this.monthDays && hour < 24 && minute < 60 && second < 60)) {
      return Number.NaN;
    }
    return (this.monthStartDay + day - 1) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000;
  }
}

/** NaN unless both bytes are digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - ZERO;
  const units = (bytes[at + 1] as number) - ZERO;
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : Number.NaN;
}

function sameInstant(view: DataView, a: number, b: number): boolean {
  return (
    view.getUint32(a + 12) === view.getUint32(b + 12) &&
    view.getUint32(a + 8) === view.getUint32(b + 8) &&
    view.getUint32(a + 16) === view.getUint32(b + 16) &&
    view.getUint32(a + 4) === view.getUint32(b + 4) &&
    view.getUint32(a) === view.getUint32(b)
  );
}
