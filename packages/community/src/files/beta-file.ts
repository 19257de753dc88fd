import { compareIds } from '@microgrid/units';
import { fillHours } from './beta-hours.js';
import { BetaForm, plainRows, readRow, type BetaRow } from './beta-rows.js';
import { HOURS_OF_LEAP_YEAR, HOURS_OF_YEAR, isLeapYear } from './beta-year.js';
import { cupsFault, isCau } from './cups.js';
import { contentOf, FileProblems, type FileProblem, type FileReading } from './file-problem.js';

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
  const form = new BetaForm();
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
  const millionths = fillHours(rows, lines, cups, hours, problems, wholeYear);
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
  form: BetaForm,
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
