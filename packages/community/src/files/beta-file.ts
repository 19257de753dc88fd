import { compareIds } from '@microgrid/units';
import { cupsFault, isCau } from './cups.js';
import { contentOf, FileProblems, type FileProblem, type FileReading } from './file-problem.js';

/** Hours of a year of 365 and of 366 days. */
export const HOURS_OF_YEAR = 8760;
/** See {@link HOURS_OF_YEAR}. */
export const HOURS_OF_LEAP_YEAR = 8784;

/** What the coefficients of an hour add up to: 1 in 6 decimals. */
export const BETA_ONE = 1_000_000;

/**
 * A Spanish file of sharing coefficients, `<CAU>_<YYYY>.txt` (RD 244/2019 Annex I, Orden
 * TED/1247/2021): constant (`CUPS;coefficient`) or of every hour of the year (`CUPS;hour;coefficient`).
 */
export interface BetaFile {
  /** Code of the self-consumption; absent where the file's name has none. */
  readonly cau?: string;
  /** Year it is for; absent where the file's name has none, so that it holds for every year. */
  readonly year?: number;
  /** In code-unit order. */
  readonly cups: readonly string[];
  /** 1 (constant), 8760 or 8784. */
  readonly hours: number;
  /** `[hour * cups.length + position]`, 10^-6; every hour adds up to 1,000,000. */
  readonly millionths: Int32Array;
}

/** How strictly a file is linted. */
export interface BetaOptions {
  /** Whether names must be CUPS with their control letters; default true. False reads any name. */
  readonly checkCups?: boolean;
}

interface BetaRow {
  readonly cups: string;
  readonly hour: number;
  readonly millionths: number;
}

/** Whether a year has 366 days. */
export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/**
 * Everything that is wrong with a coefficient file, and its content if it can be used. Each hour must
 * have every CUPS once and add up to exactly 1. A leap year may have 8784 hours, or 8760 of which 28
 * February also stands for the 29th.
 * @param name the file's name, without folders.
 */
export function lintBetaFile(
  text: string,
  name: string,
  options: BetaOptions = {},
): FileReading<BetaFile> {
  return lintBeta(text, name, options, true);
}

/**
 * Everything that is wrong with some lines of a coefficient file, such as the first page of one: as
 * {@link lintBetaFile}, but hours without any line are not asked for.
 */
export function lintBetaExcerpt(
  text: string,
  name: string,
  options: BetaOptions = {},
): readonly FileProblem[] {
  return lintBeta(text, name, options, false).problems;
}

function lintBeta(
  text: string,
  name: string,
  { checkCups = true }: BetaOptions,
  wholeYear: boolean,
): FileReading<BetaFile> {
  const problems = new FileProblems(name);
  const { cau, year } = nameParts(name, problems);
  if (text.startsWith('\uFEFF')) {
    problems.error(1, '', text.slice(0, 1), 'a plain text without a byte order mark');
  }
  const rows: BetaRow[] = [];
  const lines: number[] = [];
  const form = new Form();
  for (const { fields, line } of plainRows(text, problems)) {
    const row = readRow(fields, line, form, problems);
    if (row === undefined) continue;
    rows.push(row);
    lines.push(line);
  }
  if (rows.length === 0 && problems.clean) {
    problems.error(1, '', text, 'lines as CUPS;coefficient or CUPS;hour;coefficient');
  }
  const cups = [...new Set(rows.map((row) => row.cups))].sort(compareIds);
  if (checkCups) checkNames(rows, lines, problems);
  const hours = hoursOf(rows, form, year, problems);
  const millionths = fill(rows, lines, cups, hours, problems, wholeYear);
  return problems.reading(() => ({
    ...(cau !== undefined && { cau }),
    ...(year !== undefined && { year }),
    cups,
    hours,
    millionths,
  }));
}

/** {@link lintBetaFile} that throws. @throws CommunityError `invalid-file` with every problem. */
export function readBetaFile(text: string, name: string, options?: BetaOptions): BetaFile {
  return contentOf(lintBetaFile(text, name, options));
}

/** The lines of a text without quotes, spaces and empty lines, each of which operators refuse. */
function* plainRows(
  text: string,
  problems: FileProblems,
): Generator<{ readonly fields: readonly string[]; readonly line: number }> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  for (const [index, row] of lines.entries()) {
    if (row.trim() === '') problems.error(index + 1, '', row, 'no empty line');
    else if (/[\s"]/.test(row)) problems.error(index + 1, '', row, 'no space and no quote');
    else yield { fields: row.split(';'), line: index + 1 };
  }
}

function nameParts(
  name: string,
  problems: FileProblems,
): { cau: string | undefined; year: number | undefined } {
  const match = /^(.+)_(\d{4})\.txt$/.exec(name);
  if (match === null) {
    problems.warning(undefined, 'name', name, '<CAU>_<YYYY>.txt');
    return { cau: undefined, year: undefined };
  }
  const cau = match[1] ?? '';
  if (!isCau(cau)) {
    problems.warning(undefined, 'name', cau, 'a CAU: a CUPS of 22 characters, A and 3 digits');
  }
  return { cau, year: Number(match[2]) };
}

/** Whether the lines of a file have an hour; the first line decides. */
class Form {
  fields: 2 | 3 | undefined;
}

function readRow(
  fields: readonly string[],
  line: number,
  form: Form,
  problems: FileProblems,
): BetaRow | undefined {
  const count = fields.length;
  if (count !== 2 && count !== 3) {
    problems.error(line, '', fields.join(';'), 'CUPS;coefficient or CUPS;hour;coefficient');
    return undefined;
  }
  form.fields ??= count;
  if (form.fields !== count) {
    const expected = `${form.fields} fields, as in the first line`;
    problems.error(line, '', fields.join(';'), expected);
    return undefined;
  }
  const [cups = ''] = fields;
  const hour = count === 3 ? hourOf(fields[1] ?? '', line, problems) : 1;
  const millionths = coefficientOf(fields[count - 1] ?? '', line, problems);
  if (cups === '') problems.error(line, 'CUPS', cups, 'a CUPS');
  return hour === undefined || millionths === undefined ? undefined : { cups, hour, millionths };
}

function hourOf(text: string, line: number, problems: FileProblems): number | undefined {
  const hour = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (hour >= 1 && hour <= HOURS_OF_LEAP_YEAR) return hour;
  problems.error(line, 'hour', text, 'an hour of the year, 1 to 8760 (8784 in a leap year)');
  return undefined;
}

function coefficientOf(text: string, line: number, problems: FileProblems): number | undefined {
  const match = /^([01])(?:,(\d{1,6}))?$/.exec(text);
  const value = match && Number(match[1]) * BETA_ONE + Number((match[2] ?? '').padEnd(6, '0'));
  if (value !== null && value <= BETA_ONE) return value;
  const expected = text.includes('.')
    ? 'a coefficient with a decimal comma, as in 0,135464'
    : 'a coefficient from 0 to 1 of at most 8 characters with a decimal comma, as in 0,135464';
  problems.error(line, 'coefficient', text, expected);
  return undefined;
}

function checkNames(
  rows: readonly BetaRow[],
  lines: readonly number[],
  problems: FileProblems,
): void {
  const seen = new Set<string>();
  rows.forEach(({ cups }, index) => {
    if (seen.has(cups)) return;
    seen.add(cups);
    const fault = cupsFault(cups);
    if (fault !== undefined) problems.error(lines[index], 'CUPS', cups, fault);
  });
}

function hoursOf(
  rows: readonly BetaRow[],
  form: Form,
  year: number | undefined,
  problems: FileProblems,
): number {
  if (form.fields !== 3) return 1;
  const last = rows.reduce((most, { hour }) => Math.max(most, hour), 0);
  if (last <= HOURS_OF_YEAR) return HOURS_OF_YEAR;
  if (year !== undefined && !isLeapYear(year)) {
    problems.error(
      undefined,
      'hour',
      last,
      `at most ${HOURS_OF_YEAR} hours, as ${year} has 365 days`,
    );
  }
  return HOURS_OF_LEAP_YEAR;
}

/** Puts the rows in their places and looks for doubled and missing ones, and for hours that are not 1. */
function fill(
  rows: readonly BetaRow[],
  lines: readonly number[],
  cups: readonly string[],
  hours: number,
  problems: FileProblems,
  wholeYear: boolean,
): Int32Array {
  const places = new Map(cups.map((name, place) => [name, place]));
  const millionths = new Int32Array(hours * cups.length).fill(-1);
  const lastLine = new Int32Array(hours);
  rows.forEach(({ cups: name, hour, millionths: value }, index) => {
    const at = (hour - 1) * cups.length + (places.get(name) ?? 0);
    const line = lines[index] ?? 0;
    if (millionths[at] !== -1) {
      const which = hours === 1 ? name : `${name} hour ${hour}`;
      problems.error(line, 'CUPS', which, 'each CUPS once in an hour');
    }
    millionths[at] = value;
    lastLine[hour - 1] = line;
  });
  // Hours without any line are told as spans: a file cut short has thousands of them.
  let empty = 0;
  const tellEmpty = (hour: number): void => {
    if (empty > 0 && wholeYear) {
      const span = empty === 1 ? `hour ${hour}` : `hours ${hour - empty + 1} to ${hour}`;
      problems.error(undefined, span, 'no line', 'every CUPS in every hour of the year');
    }
    empty = 0;
  };
  for (let hour = 0; hour < hours; hour++) {
    if (hours > 1 && lastLine[hour] === 0) {
      empty++;
      if (hour === hours - 1) tellEmpty(hour + 1);
      continue;
    }
    tellEmpty(hour);
    const part = millionths.subarray(hour * cups.length, (hour + 1) * cups.length);
    checkHour(part, hours === 1 ? undefined : hour + 1, lastLine[hour], cups, problems);
  }
  return millionths;
}

function checkHour(
  part: Int32Array,
  hour: number | undefined,
  line: number | undefined,
  cups: readonly string[],
  problems: FileProblems,
): void {
  const where = hour === undefined ? 'the file' : `hour ${hour}`;
  const at = line === 0 ? undefined : line;
  let sum = 0;
  let missing = 0;
  for (const value of part) {
    if (value === -1) missing++;
    else sum += value;
  }
  if (missing > 0) {
    const found = `no line for ${cups[part.indexOf(-1)] ?? ''}`;
    problems.error(at, hour === undefined ? '' : `hour ${hour}`, found, `every CUPS in ${where}`);
  } else if (sum !== BETA_ONE) {
    const expected = `coefficients of ${where} that add up to exactly 1,000000`;
    problems.error(at, 'sum', betaText(sum), expected);
  }
}

/** A coefficient as files write it, with 6 decimals and a comma. @param millionths 0 or more. */
export function betaText(millionths: number): string {
  const whole = Math.floor(millionths / BETA_ONE);
  return `${whole},${String(millionths % BETA_ONE).padStart(6, '0')}`;
}
