import { UnitsError } from './error.js';

/** An instant as whole milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

const WIRE_SPELLING = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{3}))?)?Z$/;

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

/**
 * Reads the one spelling instants have on the wire: `YYYY-MM-DDTHH:MM:SSZ`,
 * with `.mmm` only when the milliseconds are not zero.
 * @throws UnitsError `bad-instant`.
 */
export function parseInstant(text: string): EpochMs {
  const expected = 'YYYY-MM-DDTHH:MM:SSZ';
  const { ms, match } = read(text, expected);
  if (match[6] === undefined || match[7] === '000') throw bad(text, expected);
  return ms;
}

/** Reads an instant as people type it: seconds may be left out. @throws UnitsError `bad-instant`. */
export function parseInstantLoose(text: string): EpochMs {
  return read(text, 'YYYY-MM-DDTHH:MM[:SS]Z').ms;
}

/** Prints an instant in its one wire spelling. @throws UnitsError `bad-instant` outside the years 0000 to 9999. */
export function formatInstant(ms: EpochMs): string {
  if (!Number.isInteger(ms) || ms < -62167219200000 || ms > 253402300799999) {
    throw new UnitsError(
      'bad-instant',
      `instant: got ${ms}, expected whole milliseconds since 1970`,
    );
  }
  const text = new Date(ms).toISOString();
  return ms % 1000 === 0 ? `${text.slice(0, 19)}Z` : text;
}
