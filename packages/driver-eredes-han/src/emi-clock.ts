import { isTimeZone, localTime } from '@microgrid/units/calendar';
import type { EpochMs } from '@microgrid/units';
import { EredesHanError } from './eredes-han-error.js';

/** Bytes of a clock: a COSEM date-time. */
export const CLOCK_BYTES = 12;

/** What a clock of the meter shows: local time with its own summer bit. */
export interface EmiClock {
  /** 2000..2099. */
  readonly year: number;
  /** 1..12. */
  readonly month: number;
  /** 1..31. */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Whether the meter says summer time (bit 7 of the status). */
  readonly summer: boolean;
  /** Whether the meter doubts its own clock (bits 0-3 of the status, or a status of 0xFF). */
  readonly doubtful: boolean;
  /**
   * Minutes between local time and UTC as the meter states them; undefined = 0x8000, not set. Meters
   * differ in its sign, so nothing is computed from it.
   */
  readonly deviationMinutes: number | undefined;
}

const SUMMER = 0x80;
const DOUBTS = 0x0f;
const NOT_SET = -0x8000;

/** Reads a clock; undefined when the bytes are no date and time, as in an entry that was never written. */
export function decodeClock(bytes: Uint8Array, at = 0): EmiClock | undefined {
  if (bytes.length < at + CLOCK_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, CLOCK_BYTES);
  const year = view.getUint16(0);
  const [month, day] = [view.getUint8(2), view.getUint8(3)];
  const [hour, minute, second] = [view.getUint8(5), view.getUint8(6), view.getUint8(7)];
  if (year < 2000 || year > 2099 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  // Date.UTC rolls 31 April over into May.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const deviation = view.getInt16(9);
  const status = view.getUint8(11);
  return {
    year,
    month,
    day,
    hour,
    minute,
    second,
    summer: status !== 0xff && (status & SUMMER) !== 0,
    doubtful: status === 0xff || (status & DOUBTS) !== 0,
    deviationMinutes: deviation === NOT_SET ? undefined : deviation,
  };
}

/** Writes a clock as a meter does; the inverse of {@link decodeClock} up to weekday and hundredths. */
export function encodeClock(clock: EmiClock): Uint8Array {
  const bytes = new Uint8Array(CLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, clock.year);
  bytes[2] = clock.month;
  bytes[3] = clock.day;
  bytes[4] = new Date(Date.UTC(clock.year, clock.month - 1, clock.day)).getUTCDay() || 7;
  bytes[5] = clock.hour;
  bytes[6] = clock.minute;
  bytes[7] = clock.second;
  view.setInt16(9, clock.deviationMinutes ?? NOT_SET);
  bytes[11] = (clock.summer ? SUMMER : 0) | (clock.doubtful ? 1 : 0);
  return bytes;
}

const standardOffsets = new Map<string, number>();

/** Minutes the winter time of a zone is ahead of UTC in a year. */
function standardOffsetMinutes(timeZone: string, year: number): number {
  const key = `${timeZone} ${year}`;
  const known = standardOffsets.get(key);
  if (known !== undefined) return known;
  const offsets = [0, 6].map(
    (month) => localTime(timeZone, Date.UTC(year, month, 1)).offsetMinutes,
  );
  const offset = Math.min(...offsets);
  standardOffsets.set(key, offset);
  return offset;
}

/** Refuses what is no time zone. @throws EredesHanError `bad-option`. */
export function checkTimeZone(timeZone: string): void {
  if (isTimeZone(timeZone)) return;
  throw new EredesHanError(
    'bad-option',
    `timeZone: got ${JSON.stringify(timeZone)}, expected an IANA name: Europe/Lisbon, Atlantic/Madeira or Atlantic/Azores`,
  );
}

/**
 * The instant a clock shows. Local time, summer bit and the zone's winter offset say it without a
 * doubt, in the doubled hour of autumn as well, and for a meter that keeps winter time all year.
 */
export function clockToEpochMs(clock: EmiClock, timeZone: string): EpochMs {
  const { year, month, day, hour, minute, second, summer } = clock;
  const localMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const aheadMinutes = standardOffsetMinutes(timeZone, year) + (summer ? 60 : 0);
  return localMs - aheadMinutes * 60_000;
}

/**
 * What a meter shows at an instant, to the second.
 * @param winterTimeOnly whether it ignores its zone's summer time. Default false.
 */
export function clockAt(ms: EpochMs, timeZone: string, winterTimeOnly = false): EmiClock {
  const { offsetMinutes: zoneMinutes, year } = localTime(timeZone, ms);
  const winterMinutes = standardOffsetMinutes(timeZone, year);
  const offsetMinutes = winterTimeOnly ? winterMinutes : zoneMinutes;
  const local = new Date(ms + offsetMinutes * 60_000);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    summer: offsetMinutes > winterMinutes,
    doubtful: false,
    deviationMinutes: undefined,
  };
}
