import type { EpochMs } from '@microgrid/units';
import type { Columns } from '../columns.js';
import { checkNightPv } from './check-night-pv.js';
import { checkClockChange, checkDayLength, checkFuture, checkGap } from './check-presence.js';
import { checkSpike } from './check-spike.js';
import { checkBalance, checkSums, type KnownSum } from './check-sums.js';
import { checkAboveLimit, checkNegative, checkStuck, checkZeroRun } from './check-values.js';
import { FindingSink } from './finding-sink.js';
import { pointSeries, type PointSeries } from './point-series.js';
import type { Finding, ValidationRule } from './rules.js';
import { ZoneCalendar } from './zone-calendar.js';

/** What rules need to know beside the rows. */
export interface CheckContext {
  readonly nowMs: EpochMs;
  /** Register differences and totals for `sumCheck`. */
  readonly sums?: readonly KnownSum[];
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
  const calendar = new ZoneCalendar();
  for (const each of series) checkSeries(each, rules, context, calendar, sink);
  for (const rule of rules) if (rule.rule === 'balance') checkBalance(series, rule, sink);
  return { series, findings: sink.findings };
}

/** Runs the rules that look at one metering point alone. */
export function checkSeries(
  series: PointSeries,
  rules: readonly ValidationRule[],
  context: CheckContext,
  calendar: ZoneCalendar,
  sink: FindingSink,
): void {
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
        checkFuture(series, rule, context.nowMs, sink);
        break;
      case 'negative':
        checkNegative(series, sink);
        break;
      case 'aboveLimit':
        checkAboveLimit(series, rule, sink);
        break;
      case 'spike':
        checkSpike(series, rule, sink);
        break;
      case 'stuck':
        checkStuck(series, rule, sink);
        break;
      case 'zeroRun':
        checkZeroRun(series, rule, sink);
        break;
      case 'nightPv':
        checkNightPv(series, rule, calendar, sink);
        break;
      case 'sumCheck':
        checkSums(series, rule, context.sums ?? [], sink);
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
