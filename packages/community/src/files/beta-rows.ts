import { BETA_ONE, HOURS_OF_LEAP_YEAR } from './beta-year.js';
import type { FileProblems } from './file-problem.js';

/** One line of a coefficient file. */
export interface BetaRow {
  readonly cups: string;
  readonly hour: number;
  readonly millionths: number;
}

/** The lines of a text without quotes, spaces and empty lines, each of which operators refuse. */
export function* plainRows(
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

/** Whether the lines of a file have an hour; the first line decides. */
export class BetaForm {
  fields: 2 | 3 | undefined;
}

/** A line as data, or nothing and a problem. */
export function readRow(
  fields: readonly string[],
  line: number,
  form: BetaForm,
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
