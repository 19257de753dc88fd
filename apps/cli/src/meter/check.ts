import { tmpdir } from 'node:os';
import { checkColumns, type Finding, type PointSeries } from '@microgrid/metering';
import { parseInstant } from '@microgrid/units';
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
import { pointLines, pointReport, type PointReport } from './point-report.js';
import { rulesOrDefault, type KnownRules } from './rules-file.js';
import { writeWhole } from './write-intervals.js';

interface CheckOptions extends InputOptions {
  readonly rules?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly html?: string;
  readonly now?: string;
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

async function checked(
  files: readonly string[],
  options: CheckOptions,
  { signal }: CommandContext,
): Promise<Checked> {
  const rules = await rulesOrDefault(options.rules, options.timeZone);
  const nowMs = options.now === undefined ? Date.now() : parseInstant(options.now);
  const { report, batches, sums } = await takeIn(files, options, {
    beside: tmpdir(),
    signal,
    raw: true,
  });
  const columns = await joined(batches, files.join(' + '));
  if (columns.rows === 0) {
    const expected = 'at least one interval';
    throw new CommandError('input', `${columns.file}: got no interval, expected ${expected}`);
  }
  const { series, findings } = checkColumns(columns, rules.set.rules, { nowMs, sums });
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
