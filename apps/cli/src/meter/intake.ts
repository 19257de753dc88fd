import type { IntervalV1 } from '@microgrid/events';
import {
  intervals,
  mergeBatches,
  registerSums,
  type Columns,
  type IntervalSettings,
  type KnownSum,
} from '@microgrid/metering';
import { importMeterFiles, type ImportResult } from '@microgrid/metering/formats';
import { formatInstant, parseResolution } from '@microgrid/units';
import { CommandError } from '../command-error.js';
import { CanonicalFiles } from './canonical-intake.js';
import { emptyReport, listed, type ImportReport } from './import-report.js';
import { importOptions, positive, type InputOptions } from './input-options.js';
import { intervalColumns } from './interval-columns.js';
import { IntervalDetails } from './interval-details.js';
import { type Period, within } from './period.js';
import { isCanonical, wholeFile } from './meter-input.js';

/** What the inputs hold. */
export interface Intake {
  /** Complete when `batches` was taken to its end. */
  readonly report: ImportReport;
  /** Intervals in canonical order, each once. */
  readonly batches: AsyncIterable<Columns>;
  /** Totals the inputs carry beside their intervals. */
  readonly sums: readonly KnownSum[];
  /** What intervals made of registers say beside their row: causes and uncertainty. */
  readonly details: IntervalDetails;
}

/** How an intake is made. */
export interface IntakeSettings {
  /** Folder with room for sorted runs. */
  readonly beside: string;
  readonly signal: AbortSignal;
  /** A canonical file alone gives its rows as they stand: repeated and unordered ones too. */
  readonly raw?: boolean;
  /** Only rows that lie in it. Default: all. */
  readonly period?: Period;
}

async function* counted(
  batches: AsyncIterable<Columns>,
  report: ImportReport,
  period: Period = {},
): AsyncGenerator<Columns> {
  let outside = 0;
  for await (const whole of batches) {
    const batch = within(whole, period);
    outside += whole.rows - batch.rows;
    report.rows += batch.rows;
    for (const id of batch.points) report.points.add(id);
    yield batch;
  }
  if (outside > 0) report.notes.push(`${outside} rows lie outside the period: not looked at`);
}

/** Reads files of any known format as one import. @throws CommandError, MeteringError. */
export async function takeIn(
  files: readonly string[],
  options: InputOptions,
  settings: IntakeSettings,
): Promise<Intake> {
  const canonical = await Promise.all(files.map((file) => isCanonical(file, options.fromFormat)));
  const report = emptyReport();
  if (!canonical.every(Boolean)) return importedIntake(files, options, report, settings);
  report.inputs.push(...files.map((file) => ({ file, format: 'canonical-csv' })));
  const { beside, signal } = settings;
  const source = new CanonicalFiles(
    files,
    { lenient: options.lenient === true, meteringPoint: options.meteringPoint, beside, signal },
    report,
  );
  await source.check();
  const [first = ''] = files;
  const alone = settings.raw === true && files.length === 1;
  const batches = alone ? source.again(first) : source.merged();
  return {
    report,
    batches: counted(batches, report, settings.period),
    sums: [],
    details: new IntervalDetails([]),
  };
}

async function importedIntake(
  names: readonly string[],
  options: InputOptions,
  report: ReturnType<typeof emptyReport>,
  { period }: IntakeSettings,
): Promise<Intake> {
  const files = await Promise.all(
    names.map(async (file) => ({
      file,
      bytes: await wholeFile(file),
      format: options.fromFormat,
    })),
  );
  const result = await importMeterFiles(files, await importOptions(options));
  report.inputs.push(...names.map((file) => ({ file, format: result.format })));
  tell(result, report);
  const made = registerIntervals(result, options, names, report);
  const sources =
    made.length === 0
      ? [[result.columns]]
      : [[result.columns], [intervalColumns(made, 'registers')]];
  const hooks = {
    onReplaced: (row: Parameters<typeof listed>[0]) => {
      report.superseded.push(listed(row, 'replaced by an interval made of registers'));
    },
  };
  return {
    report,
    batches: counted(mergeBatches(sources, hooks), report, period),
    sums: [...result.totals, ...sumsOfRegisters(result, options)],
    details: new IntervalDetails(made),
  };
}

function tell(result: ImportResult, report: ImportReport): void {
  report.notes.push(...result.notes);
  report.rejected.push(...result.rejected);
  for (const row of result.superseded) {
    const { file, line, byFile, byLine } = row;
    report.superseded.push(listed(row, `${file}:${line}, replaced by ${byFile}:${byLine}`));
  }
  for (const row of result.partial) report.partial.push(listed(row, `line ${row.line}`));
  for (const row of result.totals) {
    report.totals.push(listed(row, `line ${row.line}, ${row.quality}`));
  }
  for (const row of result.untimed) {
    report.untimed.push(listed(row, `line ${row.line}: ${row.reason}`));
  }
}

function registerSettings(resolution: string, options: InputOptions): IntervalSettings {
  return {
    resolutionMs: parseResolution(resolution),
    source: 'import',
    maximumWatts: positive(options.maximumWatts, '--maximum-watts'),
  };
}

/** What registers say of the intervals that came from elsewhere: to check by. */
function sumsOfRegisters({ readings }: ImportResult, options: InputOptions): readonly KnownSum[] {
  if (options.resolution === undefined) return [];
  return registerSums(readings, registerSettings(options.resolution, options));
}

function registerIntervals(
  { readings }: ImportResult,
  options: InputOptions,
  files: readonly string[],
  report: ImportReport,
): readonly IntervalV1[] {
  if (readings.length === 0) return [];
  const file = files.join(' + ');
  if (options.resolution === undefined) {
    throw new CommandError(
      'usage',
      `${file}: got ${readings.length} register readings, expected the length of the intervals to make of them: --resolution PT15M`,
    );
  }
  const made = intervals(readings, registerSettings(options.resolution, options));
  report.notes.push(
    `${readings.length} register readings made ${made.intervals.length} intervals of ${options.resolution}, at most ${options.maximumWatts} W`,
  );
  for (const { reading, reason } of made.rejected) {
    report.rejected.push({
      file,
      value: `the reading of ${reading.meteringPoint} at ${formatInstant(reading.atMs)}`,
      expected: `a usable one (${reason})`,
      text: JSON.stringify(reading),
    });
  }
  return made.intervals;
}
