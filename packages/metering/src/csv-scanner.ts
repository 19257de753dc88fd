import { INTERVAL_QUALITIES } from '@microgrid/events';
import { RESOLUTION_MINUTES } from '@microgrid/units';
import type { GrowingColumns } from './columns.js';
import { COMMA, CR, KILOWATT_HOUR_DECIMALS, LF, POINT, ZERO } from './csv-format.js';
import { PointDictionary } from './point-dictionary.js';

/** Bytes of an instant without milliseconds, as in 2026-06-21T10:00:00Z. */
const INSTANT_BYTES = 20;
/** `2026-06-21T10:00:00Z,2026-06-21T10:15:00Z,` and the shortest rest `0,0,m`. */
const SHORTEST_AFTER_POINT = 2 * (INSTANT_BYTES + 1) + 5;
const DAY_MS = 86_400_000;
/** More digits before the point may leave the safe integers: the careful reader decides. */
const MOST_WHOLE_DIGITS = 9;
const SCALES = Array.from(
  { length: KILOWATT_HOUR_DECIMALS + 1 },
  (_, decimals) => 10 ** (KILOWATT_HOUR_DECIMALS - decimals),
);
const LENGTHS_MS = new Set(RESOLUTION_MINUTES.map((minutes) => minutes * 60_000));
const encoder = new TextEncoder();
/** Qualities of rows that have an energy, as spelled; by index into INTERVAL_QUALITIES. */
const QUALITIES = INTERVAL_QUALITIES.slice(0, INTERVAL_QUALITIES.indexOf('missing')).map((name) =>
  encoder.encode(name),
);
const MEASURED = [0x6d656173, 0x75726564] as const; // 'meas' 'ured', big-endian

/**
 * The fast way through well-formed rows: bytes to numbers, without a string or an object per row.
 * Whatever looks unusual it leaves to the careful reader.
 */
export class CsvScanner {
  readonly dictionary: PointDictionary;
  /** Whether every row taken so far is spelled as the canonical writer spells it. */
  canonical = true;
  private cursor = 0;
  private monthKey = -1;
  private monthStartDay = 0;
  private monthDays = 0;
  private lengthMs = 0;

  constructor(private readonly columns: GrowingColumns) {
    this.dictionary = new PointDictionary(columns.points);
  }

  /**
   * Scans rows from `from` while they are well-formed and end with a line feed before `to`.
   * @returns where the first row begins that it did not take; `to` when it took all.
   */
  scan(bytes: Uint8Array, from: number, to: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { columns } = this;
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
      const imported = this.energyAt(bytes, endAt + INSTANT_BYTES + 1, to);
      if (imported < 0) return at;
      const exported = this.energyAt(bytes, this.cursor, to);
      if (exported < 0) return at;
      let quality = 0;
      let next = afterMeasured(bytes, view, this.cursor, to);
      if (next < 0) {
        quality = qualityAt(bytes, this.cursor, to);
        if (quality < 0) return at;
        next = afterLineEnd(bytes, this.cursor + (QUALITIES[quality] as Uint8Array).length, to);
        if (next < 0) return at;
      }
      if (bytes[next - 2] === CR) this.canonical = false;
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

  /** Whole mWh of a kWh text that ends with a comma; leaves `cursor` behind the comma. -1: unusual. */
  private energyAt(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    let value = 0;
    let digit = at < to ? (bytes[at] as number) - ZERO : -1;
    const leadingZero = digit === 0;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      at++;
      digit = at < to ? (bytes[at] as number) - ZERO : -1;
    }
    const whole = at - from;
    if (whole === 0 || whole > MOST_WHOLE_DIGITS || (leadingZero && whole > 1)) return -1;
    let decimals = 0;
    if (digit === POINT - ZERO) {
      const point = at++;
      digit = at < to ? (bytes[at] as number) - ZERO : -1;
      while (digit >= 0 && digit <= 9 && at - point <= KILOWATT_HOUR_DECIMALS) {
        value = value * 10 + digit;
        at++;
        digit = at < to ? (bytes[at] as number) - ZERO : -1;
      }
      decimals = at - point - 1;
      if (decimals === 0) return -1;
    }
    if (digit !== COMMA - ZERO) return -1;
    this.cursor = at + 1;
    // Three decimals, or six where the energy is no whole watt-hour.
    if (decimals !== 3 && !(decimals === KILOWATT_HOUR_DECIMALS && value % 1000 !== 0)) {
      this.canonical = false;
    }
    return value * (SCALES[decimals] as number);
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

/** Where the next row begins after `measured` and the line's end, or -1. */
function afterMeasured(bytes: Uint8Array, view: DataView, at: number, to: number): number {
  if (at + 9 > to || view.getUint32(at) !== MEASURED[0] || view.getUint32(at + 4) !== MEASURED[1]) {
    return -1;
  }
  return afterLineEnd(bytes, at + 8, to);
}

/** Where the next row begins after a line's end, or -1 where no line ends. */
function afterLineEnd(bytes: Uint8Array, at: number, to: number): number {
  if (at >= to) return -1;
  if (bytes[at] === LF) return at + 1;
  return bytes[at] === CR && at + 2 <= to && bytes[at + 1] === LF ? at + 2 : -1;
}

/** The quality whose name stands here, or -1; what follows it is not looked at. */
function qualityAt(bytes: Uint8Array, at: number, to: number): number {
  for (let quality = 0; quality < QUALITIES.length; quality++) {
    const name = QUALITIES[quality] as Uint8Array;
    if (at + name.length > to || bytes[at] !== name[0]) continue;
    let same = 1;
    while (same < name.length && bytes[at + same] === name[same]) same++;
    if (same === name.length) return quality;
  }
  return -1;
}
