import {
  defaultRuleSet,
  fillColumns,
  fillSeries,
  readCanonicalCsv,
  seriesColumns,
} from './index.js';
import { writeCanonicalCsv, ZoneCalendar, type FilledColumns, type RuleSet } from './index.js';
import { FEEDER_PLACE, FEEDER_POINTS, feederYear, type Feeder } from './feeder-year.test-data.js';
import { checkBalance } from './validation/check-balance.js';
import { checkSeries } from './validation/check-columns.js';
import { sumsByPoint } from './validation/check-sums.js';
import { FindingSink } from './validation/finding-sink.js';
import { pointSeries, seriesById } from './validation/point-series.js';
import type { ValidationRule } from './validation/rules.js';

/** Metering points and days; feeder by feeder, so that memory holds one feeder's year. */
const POINTS = Number(process.env['METERING_BENCH_POINTS'] ?? '1000');
const DAYS = Number(process.env['METERING_BENCH_DAYS'] ?? '365');
const FEEDERS = Math.max(1, Math.round(POINTS / FEEDER_POINTS));
/** Feeders whose rows are also written as a file and read. */
const CSV_FEEDERS = Math.min(FEEDERS, 5);
const START_MS = Date.UTC(2026, 0, 1);
const ZONE = 'Europe/Lisbon';

/** Every rule there is, and every finding of a value replaced. */
function rulesFor([head = '', ...points]: readonly string[]): RuleSet {
  const base = defaultRuleSet(ZONE);
  const rules: ValidationRule[] = [
    ...base.rules,
    { rule: 'aboveLimit', maximumImportWatts: 69_000, maximumExportWatts: 69_000 },
    { rule: 'nightPv', ...FEEDER_PLACE, elevationDegrees: -6, toleranceWatts: 10 },
    { rule: 'balance', head, points, toleranceShare: 0.02, toleranceMilliwattHours: 25_000 },
  ];
  return { ...base, rules, replace: ['negative', 'aboveLimit', 'spike', 'stuck', 'zeroRun'] };
}

/** Seconds of the wall clock and of one core. */
interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

function timed<T>(run: () => T): [result: T, spent: Spent] {
  const cpuBefore = process.cpuUsage();
  const before = process.hrtime.bigint();
  const result = run();
  const wall = Number(process.hrtime.bigint() - before) / 1e9;
  const { user, system } = process.cpuUsage(cpuBefore);
  return [result, { wall, cpu: (user + system) / 1e6 }];
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

const rate = (count: number, seconds: number): number => Math.round(count / seconds);

/** Nanoseconds of the wall clock per interval of every step, the least of several runs. */
function steps({ columns, points, sums }: Feeder, calendar: ZoneCalendar): Record<string, number> {
  const set = rulesFor(points);
  const context = { nowMs: START_MS + DAYS * 86_400_000, calendar };
  const found: Record<string, number> = {};
  const intervals = FEEDER_POINTS * DAYS * 96;
  const step = (name: string, run: () => unknown): void => {
    const runs = [1, 2, 3, 4, 5].map(() => timed(run)[1].wall);
    found[name] = Number(((Math.min(...runs) / intervals) * 1e9).toFixed(1));
  };
  const sink = (): FindingSink => new FindingSink(new Set(set.rules.map(({ rule }) => rule)));
  const series = pointSeries(columns, sink());
  const bySums = sumsByPoint(sums);
  const check = (rules: readonly ValidationRule[]): void => {
    const into = sink();
    for (const each of series) {
      const own = { ...context, sums: bySums.get(each.meteringPoint) ?? [] };
      checkSeries(each, rules, own, calendar, into);
    }
  };
  step('rows into series (order, duplicate, overlap, resolution)', () =>
    pointSeries(columns, sink()),
  );
  step('summary', () => {
    check([]);
  });
  for (const rule of set.rules) {
    if (['order', 'duplicate', 'overlap', 'resolution'].includes(rule.rule)) continue;
    if (rule.rule === 'balance') {
      step(rule.rule, () => {
        checkBalance(seriesById(series), rule, sink());
      });
    } else {
      step(rule.rule, () => {
        check([rule]);
      });
      found[rule.rule] = Number(
        Math.max(0, (found[rule.rule] ?? 0) - (found['summary'] ?? 0)).toFixed(1),
      );
    }
  }
  const fill = { timeZone: ZONE, calendar, sums };
  step('fill', () => fillSeries(series, set.fill, fill));
  step('series into rows', () => seriesColumns(series, 'out'));
  return found;
}

/** Counts of what was found and done, by name. */
class Tally {
  readonly counts: Record<string, number> = {};

  add(name: string, count = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + count;
  }
}

/** All feeders with faults or without. */
function year(faults: boolean, calendar: ZoneCalendar): Record<string, unknown> {
  const [spent, csv]: [Spent[], Spent[]] = [[], []];
  const [findings, filled, planted] = [new Tally(), new Tally(), new Tally()];
  let [intervals, csvRows, csvBytes, left] = [0, 0, 0, 0];
  let perStep: Record<string, number> = {};
  for (let feeder = 0; feeder < FEEDERS; feeder++) {
    const made = feederYear({ feeder, startMs: START_MS, days: DAYS, faults });
    const { columns, points, sums } = made;
    for (const [fault, count] of Object.entries(made.planted)) planted.add(fault, count);
    const set = rulesFor(points);
    const context = { nowMs: START_MS + DAYS * 86_400_000, sums, calendar };
    const [done, took] = timed((): FilledColumns => fillColumns(columns, set, context));
    spent.push(took);
    intervals += FEEDER_POINTS * DAYS * 96;
    for (const { rule } of done.findings) findings.add(rule);
    for (const { method } of done.filled) filled.add(method);
    left += done.left.length;
    if (feeder < CSV_FEEDERS) {
      const bytes = writeCanonicalCsv(done.columns);
      const [read, tookToRead] = timed(() => readCanonicalCsv(bytes, { file: 'feeder.csv' }));
      csv.push(tookToRead);
      csvRows += read.rows;
      csvBytes += bytes.length;
    }
    if (feeder === FEEDERS - 1) perStep = steps(made, calendar);
  }
  const perFeeder = intervals / FEEDERS;
  const csvPerFeeder = csvRows / CSV_FEEDERS;
  return {
    intervals,
    intervalsPerSecond: rate(perFeeder, median(spent.map(({ wall }) => wall))),
    intervalsPerCpuSecond: rate(perFeeder, median(spent.map(({ cpu }) => cpu))),
    seconds: Number(spent.reduce((sum, { wall }) => sum + wall, 0).toFixed(2)),
    cpuSeconds: Number(spent.reduce((sum, { cpu }) => sum + cpu, 0).toFixed(2)),
    csvRows,
    csvMegabytes: Math.round(csvBytes / 1e6),
    csvRowsPerSecond: rate(csvPerFeeder, median(csv.map(({ wall }) => wall))),
    csvRowsPerCpuSecond: rate(csvPerFeeder, median(csv.map(({ cpu }) => cpu))),
    ...(faults ? { planted: planted.counts } : {}),
    findings: findings.counts,
    filled: filled.counts,
    left,
    nanosecondsPerInterval: perStep,
  };
}

const calendar = new ZoneCalendar();
const clean = year(false, calendar);
const faulty = year(true, calendar);
console.log(
  JSON.stringify({
    bench: 'metering',
    points: FEEDERS * FEEDER_POINTS,
    days: DAYS,
    clean,
    faulty,
    maximumMemoryMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
