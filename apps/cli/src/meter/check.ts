import { tmpdir } from 'node:os';
import {
  checkColumns,
  extendSeries,
  type CheckResult,
  type Finding,
  type PointSeries,
} from '@microgrid/metering';
import { formatInstant, parseInstant } from '@microgrid/units';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { CommandError } from '../command-error.js';
import { EXIT_FOUND } from '../exit-code.js';
import { heatMapPage } from './heat-map-page.js';
import { reportJson, reportLines, type ImportReport } from './import-report.js';
import { addInputOptions, type InputOptions } from './input-options.js';
import { takeIn } from './intake.js';
import { joined } from './interval-columns.js';
import { mendable } from './mend-errors.js';
import { periodOf, type Period } from './period.js';
import { pointLines, pointReport, type PointReport } from './point-report.js';
import { rulesOrDefault, type KnownRules } from './rules-file.js';
import { writeWhole } from './write-intervals.js';

interface CheckOptions extends InputOptions {
  readonly rules?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly html?: string;
  readonly now?: string;
  readonly from?: string;
  readonly to?: string;
}

/** What a check came to. */
interface Checked {
  readonly report: ImportReport;
  readonly rules: KnownRules;
  readonly series: readonly PointSeries[];
  readonly points: readonly PointReport[];
  readonly findings: readonly Finding[];
}

const FINDINGS_SHOWN = 20;

/** A period that was asked for is all of it: what lacks before and after the rows is a gap too. */
function wholePeriod(
  { series, findings }: CheckResult,
  { fromMs = Infinity, toMs = -Infinity }: Period,
  wantsGaps: boolean,
): CheckResult {
  const more: Finding[] = [];
  const extended = series.map((each) => {
    const whole = extendSeries(each, fromMs, toMs);
    const [begin, end] = [each, whole].map(
      ({ startMs, slots, resolutionMs }) => startMs + slots * resolutionMs,
    ) as [number, number];
    const lacks = (startMs: number, endMs: number): void => {
      if (endMs <= startMs || !wantsGaps) return;
      const { meteringPoint } = each;
      const [start, until] = [formatInstant(startMs), formatInstant(endMs)];
      const count = (endMs - startMs) / each.resolutionMs;
      const message = `no row for ${count} intervals of the period`;
      more.push({ rule: 'gap', severity: 'warning', meteringPoint, start, end: until, message });
    };
    lacks(whole.startMs, each.startMs);
    lacks(begin, end);
    return whole;
  });
  return { series: extended, findings: [...findings, ...more] };
}

async function checked(
  files: readonly string[],
  options: CheckOptions,
  { signal }: CommandContext,
): Promise<Checked> {
  const rules = await rulesOrDefault(options.rules, options.timeZone);
  const nowMs = options.now === undefined ? Date.now() : parseInstant(options.now);
  const period = periodOf(options, options.timeZone ?? rules.set.timeZone);
  const { report, batches, sums } = await takeIn(files, options, {
    beside: tmpdir(),
    signal,
    raw: true,
    period,
  });
  const columns = await joined(batches, files.join(' + '));
  if (columns.rows === 0) {
    const expected = 'at least one interval';
    throw new CommandError('input', `${columns.file}: got no interval, expected ${expected}`);
  }
  const found = checkColumns(columns, rules.set.rules, { nowMs, sums });
  const wantsGaps = rules.set.rules.some(({ rule }) => rule === 'gap');
  const { series, findings } = wholePeriod(found, period, wantsGaps);
  for (const id of report.points) {
    if (series.some(({ meteringPoint }) => meteringPoint === id)) continue;
    report.notes.push(`${id}: no interval in the period`);
  }
  const byPoint = new Map<string, Finding[]>();
  for (const finding of findings) {
    const own = byPoint.get(finding.meteringPoint) ?? [];
    own.push(finding);
    byPoint.set(finding.meteringPoint, own);
  }
  const points = series.map((each) => pointReport(each, byPoint.get(each.meteringPoint) ?? []));
  return { report, rules, series, points, findings };
}

function* textOf({ report, rules, points, findings }: Checked): Generator<string> {
  yield* reportLines(report);
  yield `rules: ${rules.from} (SHA-256 ${rules.hash.slice(0, 16)})`;
  for (const point of points) yield* pointLines(point);
  for (const finding of findings.slice(0, FINDINGS_SHOWN)) {
    const { severity, rule, meteringPoint, start, end, message } = finding;
    yield `${severity} ${rule} ${meteringPoint} ${start} to ${end}: ${message}`;
  }
  if (findings.length > FINDINGS_SHOWN) {
    yield `and ${findings.length - FINDINGS_SHOWN} more findings (--json and --html list all)`;
  }
}

/** `microgrid meter check`. */
export function checkCommand(context: CommandContext): Command {
  const command = new Command('check')
    .description('judges meter files by rules: completeness, energy and findings of every point')
    .argument('<in...>', 'files of any known format, plain or gzip')
    .option('--rules <file>', 'rule set, YAML or JSON; the default set unless given')
    .option('--strict', 'exit code 1 for findings of any severity, not of errors only')
    .option('--now <instant>', 'UTC instant that counts as now; the clock\u2019s unless given')
    .option('--from <date>', 'only from here on: a date (local midnight) or a UTC instant')
    .option('--to <date>', 'only up to here, exclusive')
    .option('--json', 'the report as JSON')
    .option('--html <file>', 'writes a page with a heat map of every point');
  return addInputOptions(command).action(async (files: string[], options: CheckOptions) => {
    await mendable(context, async () => {
      const { io, exitWith } = context;
      const result = await checked(files, options, context);
      if (options.html !== undefined) await writeWhole(options.html, [heatMapPage(result)]);
      if (options.json === true) {
        const { report, rules, points, findings } = result;
        const input = { ...reportJson(report), rows: report.rows };
        const ruleSet = { from: rules.from, sha256: rules.hash };
        const json = { input, ruleSet, points, findings };
        io.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
      } else for (const line of textOf(result)) io.stdout.write(`${line}\n`);
      const grave = ({ severity }: Finding): boolean =>
        options.strict === true || severity === 'error';
      if (result.findings.some(grave)) exitWith(EXIT_FOUND);
    });
  });
}
