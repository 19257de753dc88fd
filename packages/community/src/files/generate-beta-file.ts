import { allocate, compareIds, numeratorAt, parseRatio } from '@microgrid/units';
import { CommunityError } from '../community-error.js';
import { type BetaFile } from './beta-file.js';
import { BETA_ONE, betaText, HOURS_OF_LEAP_YEAR, HOURS_OF_YEAR, isLeapYear } from './beta-year.js';
import { cupsFault, isCau } from './cups.js';

const SCALE = 12;

/** What a coefficient file is made from. */
export interface BetaWeights {
  /** Code of the self-consumption. */
  readonly cau: string;
  readonly year: number;
  /**
   * Weight of each CUPS, decimal text from 0: one for the whole year, or one for each of its 8760 or
   * 8784 hours. Weights need not add up to 1; what counts is their proportion.
   */
  readonly weights: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * The coefficients of weights: in every hour millionths that add up to exactly 1, by largest remainder
 * with ties to the lower CUPS.
 * @throws CommunityError `invalid-file` for names that are no CUPS or CAU, hours without a positive
 *   weight, and numbers of hours that the year does not have.
 */
export function betaFileOf({ cau, year, weights }: BetaWeights): BetaFile {
  const cups = Object.keys(weights).sort(compareIds);
  if (!isCau(cau)) refuse('cau', cau, 'a CAU: a CUPS of 22 characters, A and 3 digits');
  if (!Number.isInteger(year) || year < 1000 || year > 9999) refuse('year', year, 'a year as 2026');
  for (const name of cups) {
    const fault = cupsFault(name);
    if (fault !== undefined) refuse('weights', name, fault);
  }
  const hours = hoursOf(cups, year, weights);
  const millionths = new Int32Array(hours * cups.length);
  for (let hour = 0; hour < hours; hour++) {
    const parts = cups.map((name) => {
      const given = weights[name] ?? '0';
      return typeof given === 'string' ? given : (given[hour] ?? '0');
    });
    millionths.set(coefficients(parts, hour + 1), hour * cups.length);
  }
  return { cau, year, cups, hours, millionths };
}

/** A coefficient file's name and text, lines in order of CUPS and hour, each ended by CR LF. */
export function formatBetaFile(file: BetaFile): { readonly name: string; readonly text: string } {
  const { cau = '', year = 0, cups, hours, millionths } = file;
  const lines = cups.flatMap((name, place) =>
    Array.from({ length: hours }, (_, hour) => {
      const value = betaText(millionths[hour * cups.length + place] ?? 0);
      return hours === 1 ? `${name};${value}\r\n` : `${name};${hour + 1};${value}\r\n`;
    }),
  );
  return { name: `${cau}_${String(year).padStart(4, '0')}.txt`, text: lines.join('') };
}

function hoursOf(cups: readonly string[], year: number, weights: BetaWeights['weights']): number {
  const lengths = new Set(
    cups.map((name) => {
      const given = weights[name];
      return typeof given === 'string' ? 1 : (given?.length ?? 0);
    }),
  );
  lengths.delete(1);
  const [hours = 1, other] = [...lengths];
  const allowed = [1, HOURS_OF_YEAR, ...(isLeapYear(year) ? [HOURS_OF_LEAP_YEAR] : [])];
  if (cups.length === 0) refuse('weights', cups, 'at least one CUPS');
  if (other !== undefined) refuse('weights', other, `as many hours for every CUPS, ${hours}`);
  if (!allowed.includes(hours)) {
    refuse(
      'weights',
      hours,
      `one weight, or one for each of ${allowed.slice(1).join(' or ')} hours`,
    );
  }
  return hours;
}

function coefficients(texts: readonly string[], hour: number): number[] {
  const weights = texts.map((text) => weight(text, hour));
  const sum = weights.reduce((total, value) => total + value, 0n);
  if (sum === 0n) refuse(`hour ${hour}`, texts.join(' '), 'at least one weight above 0');
  return allocateBig(weights, sum);
}

/** Largest remainder over weights that may be finer than safe integers. */
function allocateBig(weights: readonly bigint[], sum: bigint): number[] {
  if (sum <= BigInt(Number.MAX_SAFE_INTEGER)) return allocate(BETA_ONE, weights.map(Number));
  const one = BigInt(BETA_ONE);
  const parts = weights.map((value) => Number((value * one) / sum));
  const order = weights
    .map((value, place) => ({ place, rest: (value * one) % sum }))
    .sort((a, b) => (a.rest === b.rest ? a.place - b.place : a.rest > b.rest ? -1 : 1));
  const left = BETA_ONE - parts.reduce((total, part) => total + part, 0);
  for (const { place } of order.slice(0, left)) parts[place] = (parts[place] ?? 0) + 1;
  return parts;
}

function weight(text: string, hour: number): bigint {
  let value: bigint | undefined;
  try {
    value = numeratorAt(parseRatio(text), SCALE);
  } catch {
    value = undefined;
  }
  if (value === undefined || value < 0n) {
    refuse(`hour ${hour}`, text, 'a weight of 0 or more with at most 12 decimals');
  }
  return value;
}

function refuse(path: string, found: unknown, expected: string): never {
  const problem = { path, found: JSON.stringify(found), expected };
  throw new CommunityError('invalid-file', `${path}: got ${problem.found}, expected ${expected}`, [
    problem,
  ]);
}
