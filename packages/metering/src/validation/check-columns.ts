import type { EpochMs } from '@microgrid/units';
import type { Columns } from '../columns.js';
import { checkBalance } from './check-balance.js';
import { checkNightPv } from './check-night-pv.js';
import { checkClockChange, checkDayLength, checkFuture, checkGap } from './check-presence.js';
import { checkSpike } from './check-spike.js';
import { checkSums, sumsByPoint, type KnownSum } from './check-sums.js';
import { checkAboveLimit, checkNegative, checkStuck, checkZeroRun } from './check-values.js';
import { energySummary } from './energy-summary.js';
import { FindingSink } from './finding-sink.js';
import { pointSeries, seriesById, type PointSeries } from './point-series.js';
import type { Finding, ValidationRule } from './rules.js';
import { ZoneCalendar } from './zone-calendar.js';

/** What rules need to know beside the rows. */
export interface CheckContext {
  readonly nowMs: EpochMs;
  /** Register differences and totals for `sumCheck`. */
  readonly sums?: readonly KnownSum[];
  /** Days and nights known from other calls; default a new one. */
  readonly calendar?: ZoneCalendar;
}

/** What was found, and the series it was found in. */
export interface CheckResult {
  readonly series: readonly PointSeries[];
  /** By metering point in the order of the file, then rule in the order of the set. */
  readonly findings: readonly Finding[];
}

/** Runs a set of rules over the rows of any number of metering points. */
export function checkColumns(
  columns: Columns,
  rules: readonly ValidationRule[],
  context: CheckContext,
): CheckResult {
  const sink = new FindingSink(new Set(rules.map(({ rule }) => rule)));
  const series = pointSeries(columns, sink);
  const calendar = context.calendar ?? new ZoneCalendar();
  const sums = sumsByPoint(context.sums ?? []);
  for (const each of series) {
    const own = { nowMs: context.nowMs, sums: sums.get(each.meteringPoint) ?? [] };
    checkSeries(each, rules, own, calendar, sink);
  }
  const byId = seriesById(series);
  for (const rule of rules) if (rule.rule === 'balance') checkBalance(byId, rule, sink);
  return { series, findings: sink.findings };
}

/**
 * Runs the rules that look at one metering point alone.
 * @param context its `sums` are those of this point.
 */
export function checkSeries(
  series: PointSeries,
  rules: readonly ValidationRule[],
  { nowMs, sums = [] }: Pick<CheckContext, 'nowMs' | 'sums'>,
  calendar: ZoneCalendar,
  sink: FindingSink,
): void {
  const summaries = {
    import: energySummary(series.importMilliwattHours),
    export: energySummary(series.exportMilliwattHours),
  };
  for (const rule of rules) {
    switch (rule.rule) {
      case 'gap':
        checkGap(series, sink);
        break;
      case 'clockChange':
        checkClockChange(series, rule, calendar, sink);
        break;
      case 'dayLength':
        checkDayLength(series, rule, calendar, sink);
        break;
      case 'future':
        checkFuture(series, rule, nowMs, sink);
        break;
      case 'negative':
        checkNegative(series, summaries, sink);
        break;
      case 'aboveLimit':
        checkAboveLimit(series, rule, summaries, sink);
        break;
      case 'spike':
        checkSpike(series, rule, summaries, sink);
        break;
      case 'stuck':
        checkStuck(series, rule, summaries, sink);
        break;
      case 'zeroRun':
        checkZeroRun(series, rule, sink);
        break;
      case 'nightPv':
        checkNightPv(series, rule, summaries.export, calendar, sink);
        break;
      case 'sumCheck':
        checkSums(series, rule, sums, sink);
        break;
      // Seen while the rows were laid out, or after all points are known.
      case 'order':
      case 'duplicate':
      case 'overlap':
      case 'resolution':
      case 'balance':
        break;
    }
  }
}
