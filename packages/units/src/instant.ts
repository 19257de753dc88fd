import { UnitsError } from './error.js';

/** An instant as whole milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

const WIRE_SPELLING = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{3}))?)?Z$/;

const PLAIN_LENGTH = 'YYYY-MM-DDTHH:MM:SSZ'.length;
const ZERO = 0x30;
/** Places and character codes of what stands between the numbers. */
const SEPARATORS = [4, 0x2d, 7, 0x2d, 10, 0x54, 13, 0x3a, 16, 0x3a, 19, 0x5a] as const;

function bad(text: string, expected: string): UnitsError {
  return new UnitsError(
    'bad-instant',
    `instant: got ${JSON.stringify(text)}, expected ${expected}`,
  );
}

function read(text: string, expected: string): { ms: EpochMs; match: RegExpExecArray } {
  const match = WIRE_SPELLING.exec(text);
  if (match === null) throw bad(text, expected);
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw bad(text, 'a date and time that exist');
  // The platform rolls 2026-02-30 over into March: printing it back shows whether it did.
  const printed = new Date(ms).toISOString();
  if (!printed.startsWith(text.slice(0, 16))) throw bad(text, 'a date and time that exist');
  if (match[6] !== undefined && printed.slice(17, 19) !== match[6]) {
    throw bad(text, 'seconds from 00 to 59');
  }
  return { ms, match };
}

/** The number two digits spell; NaN where there are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

/**
 * The instant of a text in whole seconds that is certainly right; undefined sends it to the thorough
 * way. Readings carry an instant each, so the common case must cost next to nothing.
 */
function readPlain(text: string): EpochMs | undefined {
  if (text.length !== PLAIN_LENGTH) return undefined;
  for (let at = 0; at < SEPARATORS.length; at += 2) {
    if (text.charCodeAt(SEPARATORS[at] ?? 0) !== SEPARATORS[at + 1]) return undefined;
  }
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // Every month has 28 days; years below 100 mean others to Date.UTC. NaN fails every comparison.
  const certain = year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23;
  if (!certain || !(minute <= 59) || !(second <= 59)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * Reads the one spelling instants have on the wire: `YYYY-MM-DDTHH:MM:SSZ`,
 * with `.mmm` only when the milliseconds are not zero.
 * @throws UnitsError `bad-instant`.
 */
export function parseInstant(text: string): EpochMs {
  const plain = readPlain(text);
  if (plain !== undefined) return plain;
  const expected = 'YYYY-MM-DDTHH:MM:SSZ';
  const { ms, match } = read(text, expected);
  if (match[6] === undefined || match[7] === '000') throw bad(text, expected);
  return ms;
}

/** Reads an instant as people type it: seconds may be left out. @throws UnitsError `bad-instant`. */
export function parseInstantLoose(text: string): EpochMs {
  return read(text, 'YYYY-MM-DDTHH:MM[:SS]Z').ms;
}

const DAY_MS = 86_400_000;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
/**
 * Dates (`YYYY-MM-DDT`) printed last, one for each remainder of the day's number, kept for speed only: an
 * instant mostly shares its day with one printed before.
 */
const KEPT_DATES = 512;
const keptDays = new Float64Array(KEPT_DATES).fill(NaN);
const keptDates: string[] = new Array<string>(KEPT_DATES).fill('');

function dateOf(day: number): string {
  const at = day & (KEPT_DATES - 1);
  if (keptDays[at] !== day) {
    keptDates[at] = new Date(day * DAY_MS).toISOString().slice(0, 'YYYY-MM-DDT'.length);
    keptDays[at] = day;
  }
  return keptDates[at] as string;
}

/** Times of day in whole minutes as printed; made when first needed. */
const keptTimes: (string | undefined)[] = new Array<string | undefined>(1440).fill(undefined);

function timeOf(inDay: number): string {
  const minutes = Math.floor(inDay / 60_000);
  const inMinute = inDay - minutes * 60_000;
  const kept = keptTimes[minutes];
  if (inMinute === 0 && kept !== undefined) return kept;
  const hour = TWO_DIGITS[Math.floor(minutes / 60)] ?? '';
  const minute = TWO_DIGITS[minutes % 60] ?? '';
  const second = TWO_DIGITS[Math.floor(inMinute / 1000)] ?? '';
  const fraction = inMinute % 1000;
  const millis = fraction === 0 ? '' : `.${String(fraction).padStart(3, '0')}`;
  const time = `${hour}:${minute}:${second}${millis}Z`;
  if (inMinute === 0) keptTimes[minutes] = time;
  return time;
}

/** Prints an instant in its one wire spelling. @throws UnitsError `bad-instant` outside the years 0000 to 9999. */
export function formatInstant(ms: EpochMs): string {
  if (!Number.isInteger(ms) || ms < -62167219200000 || ms > 253402300799999) {
    throw new UnitsError(
      'bad-instant',
      `instant: got ${ms}, expected whole milliseconds since 1970`,
    );
  }
  const day = Math.floor(ms / DAY_MS);
  // Joined once: a text of many joined pieces takes several times the memory.
  return dateOf(day) + timeOf(ms - day * DAY_MS);
}
