import { formatInstant } from '@microgrid/units';
import type { Draw } from './draw.test-data.js';

/** When a generated community settles: few intervals, at an hour that calendars may stumble over. */
export interface GeneratedTime {
  readonly timeZone: string;
  readonly startMs: number;
  readonly resolution: string;
  readonly resolutionMs: number;
  readonly intervals: number;
  /** Local days before, of and after the start. */
  readonly days: readonly [string, string, string];
}

/** A file that a key names: under `.` until the key is whole and its files are taken out of it. */
export interface GeneratedFile {
  readonly name: string;
  readonly text: string;
}

const HOUR_MS = 3_600_000;

/** A decimal text of a numerator over 10^digits. */
export function decimalText(numerator: bigint, digits: number): string {
  const text = numerator.toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Weights of points, at least one of them above 0. */
function weightsOf(draw: Draw, count: number): number[] {
  const most = draw.pick([1, 5, 900]);
  const weights = Array.from({ length: count }, () => draw.whole(most));
  if (!weights.some((weight) => weight > 0)) weights[draw.whole(count - 1)] = 1;
  return weights;
}

/** Numerators over 10^digits: their sum is 10^digits if `full`, else less. */
function numeratorsOf(draw: Draw, count: number, digits: number, full: boolean): bigint[] {
  const one = 10n ** BigInt(digits);
  const weights = weightsOf(draw, count);
  const rest: number = full ? 0 : 1 + draw.whole(5);
  const sum = BigInt(weights.reduce((a: number, b) => a + b, rest));
  const parts = weights.map((weight) => (one * BigInt(weight)) / sum);
  const first = weights.findIndex((weight) => weight > 0);
  if (full) parts[first] = (parts[first] ?? 0n) + one - parts.reduce((a, b) => a + b, 0n);
  return parts;
}

/** Coefficients as decimal texts that add up to exactly 1 if `full`, else to less. */
export function coefficientTexts(draw: Draw, count: number, full: boolean): string[] {
  const digits = draw.pick([3, 6, 12]);
  return numeratorsOf(draw, count, digits, full).map((part) => decimalText(part, digits));
}

/** Fields for start and end of the spans of a file, which together hold for the period and around it. */
function spansOf(draw: Draw, { startMs, intervals, resolutionMs }: GeneratedTime): string[] {
  const each = draw.once(2);
  const length = each ? resolutionMs : 2 * HOUR_MS;
  const to = startMs + intervals * resolutionMs + 4 * HOUR_MS;
  const spans: string[] = [];
  for (let ms = startMs - 2 * HOUR_MS; ms < to; ms += length) {
    spans.push(`,${formatInstant(ms)},${each ? '' : formatInstant(ms + length)}`);
  }
  return spans;
}

/** Rows of coefficients that hold always, or others in each span. */
function coefficientRows(
  draw: Draw,
  time: GeneratedTime,
  columns: string,
  rows: () => readonly string[],
): { readonly form: string; readonly text: string } {
  if (draw.once(2)) {
    return { form: 'constant', text: [`${columns},coefficient`, ...rows(), ''].join('\n') };
  }
  const lines = spansOf(draw, time).flatMap((span) => rows().map((row) => row + span));
  return { form: 'spans', text: [`${columns},coefficient,start,end`, ...lines, ''].join('\n') };
}

/** A CSV of coefficients by metering point. @param full whether they add up to exactly 1. */
export function coefficientCsv(
  draw: Draw,
  time: GeneratedTime,
  ids: readonly string[],
  full: boolean,
): GeneratedFile {
  const { form, text } = coefficientRows(draw, time, 'metering_point', () =>
    coefficientTexts(draw, ids.length, full || draw.once(2)).map(
      (part, index) => `${ids[index] ?? ''},${part}`,
    ),
  );
  return { name: `${form}.csv`, text };
}

/** A CSV of coefficients by pair of installations. @param full whether each row adds up to exactly 1. */
export function pairCsv(
  draw: Draw,
  time: GeneratedTime,
  producers: readonly string[],
  consumers: readonly string[],
  full: boolean,
): GeneratedFile {
  const { form, text } = coefficientRows(draw, time, 'producer,consumer', () =>
    producers.flatMap((producer) =>
      coefficientTexts(draw, consumers.length, full || draw.once(2)).map(
        (part, index) => `${producer},${consumers[index] ?? ''},${part}`,
      ),
    ),
  );
  return { name: `pairs-${form}.csv`, text };
}

const CONTROL_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** A Spanish name of a supply point. */
export function cupsOf(position: number): string {
  const digits = `0031${String(100_000_000_000 + position)}`;
  const rest = Number(BigInt(digits) % 529n);
  const letters = CONTROL_LETTERS.charAt(Math.floor(rest / 23)) + CONTROL_LETTERS.charAt(rest % 23);
  return `ES${digits}${letters}0F`;
}

/** Spanish files of coefficients, constant or of every hour of the year, by names of supply points. */
export function betaFiles(
  draw: Draw,
  { days }: GeneratedTime,
  cups: readonly string[],
  cau: string,
  yearly: boolean,
): GeneratedFile[] {
  const year = Number(days[1].slice(0, 4));
  const coefficient = (millionths: bigint): string => decimalText(millionths, 6).replace('.', ',');
  const row = (): string[] =>
    numeratorsOf(draw, cups.length, 6, true).map((part) => coefficient(part));
  const file = (of: number): GeneratedFile => {
    const name = `${cau}_${of}.txt`;
    if (!yearly) {
      return {
        name,
        text: row()
          .map((part, at) => `${cups[at] ?? ''};${part}\n`)
          .join(''),
      };
    }
    const leap = new Date(Date.UTC(of, 1, 29)).getUTCMonth() === 1;
    const rows = Array.from({ length: 7 }, row);
    const lines: string[] = [];
    for (let hour = 1; hour <= (leap ? 8784 : 8760); hour++) {
      const parts = rows[hour % 7] ?? [];
      for (const [at, part] of parts.entries()) lines.push(`${cups[at] ?? ''};${hour};${part}`);
    }
    return { name, text: `${lines.join('\n')}\n` };
  };
  // The year before alone, the same for the year of the period, or both.
  return draw.pick([[year - 1], [year], [year - 1, year, year + 1]]).map(file);
}

/** A CSV of energies by metering point and interval. @param energies of each interval by point. */
export function energyCsv(
  { startMs, resolutionMs }: GeneratedTime,
  ids: readonly string[],
  energies: readonly (readonly number[])[],
): string {
  const lines = energies.flatMap((row, interval) => {
    const from = startMs + interval * resolutionMs;
    const span = `${formatInstant(from)},${formatInstant(from + resolutionMs)}`;
    return ids.map((id, index) => `${id},${span},${decimalText(BigInt(row[index] ?? 0), 6)}`);
  });
  return ['metering_point,start,end,allocated_kwh', ...lines, ''].join('\n');
}
