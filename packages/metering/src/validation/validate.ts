import type { IntervalV1 } from '@microgrid/events';
import { formatInstant, formatKilowattHours, parseInstant, type EpochMs } from '@microgrid/units';
import { QUALITY_OF_CAUSE, worseQuality, type IntervalCause } from '../cause.js';
import { energyAt } from './check-values.js';
import type { Finding, FindingSeverity, RuleOf } from './rules.js';

/** Rules that need no more than the interval and the one before it, so that a stream can be checked. */
export type StreamRule = RuleOf<'negative' | 'aboveLimit' | 'future' | 'overlap' | 'order' | 'gap'>;

/** An interval with what the rules said of it. */
export interface ValidatedInterval {
  /** The interval, its quality lowered and its causes extended where a rule says so; absent when refused. */
  readonly interval?: IntervalV1;
  readonly findings: readonly Finding[];
}

/** Checks one interval after the other; it remembers the last one of each metering point. */
export type Validator = (interval: IntervalV1, nowMs: EpochMs) => ValidatedInterval;

interface Checked {
  readonly interval: IntervalV1;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly nowMs: EpochMs;
  /** Start and end of the furthest interval seen of this point. */
  readonly last: { readonly startMs: EpochMs; readonly endMs: EpochMs } | undefined;
}

interface Verdict {
  readonly severity: FindingSeverity;
  readonly message: string;
  readonly cause?: IntervalCause;
  readonly startMs?: EpochMs;
  readonly endMs?: EpochMs;
}

/**
 * Makes a validator from rules. An interval with an `error` finding is refused (`interval` absent):
 * negative, overlapping or out of order. A `warning` leaves it, at worse quality where it has a cause.
 */
export function validator(rules: readonly StreamRule[]): Validator {
  const lasts = new Map<string, { startMs: EpochMs; endMs: EpochMs }>();
  return (interval, nowMs) => {
    const startMs = parseInstant(interval.start);
    const endMs = parseInstant(interval.end);
    // A revision replaces an interval where it stood: its neighbours were checked when it first came.
    const revised = interval.revision > 1;
    const last = revised ? undefined : lasts.get(interval.meteringPoint);
    const checked = { interval, startMs, endMs, nowMs, last };
    const findings: Finding[] = [];
    let result = interval;
    for (const rule of rules) {
      const verdict = check(rule, checked);
      if (verdict === undefined) continue;
      findings.push({
        rule: rule.rule,
        severity: verdict.severity,
        meteringPoint: interval.meteringPoint,
        start: formatInstant(verdict.startMs ?? startMs),
        end: formatInstant(verdict.endMs ?? endMs),
        message: verdict.message,
      });
      if (verdict.cause) result = worsened(result, verdict.cause);
    }
    if (findings.some(({ severity }) => severity === 'error')) return { findings };
    if (!revised && (last === undefined || endMs > last.endMs))
      lasts.set(interval.meteringPoint, { startMs, endMs });
    return { interval: result, findings };
  };
}

function worsened(interval: IntervalV1, cause: IntervalCause): IntervalV1 {
  return {
    ...interval,
    quality: worseQuality(interval.quality, QUALITY_OF_CAUSE[cause]),
    causes: [...new Set([...(interval.causes ?? []), cause])],
  };
}

function check(rule: StreamRule, checked: Checked): Verdict | undefined {
  switch (rule.rule) {
    case 'negative':
      return checkNegative(checked);
    case 'aboveLimit':
      return checkLimit(rule, checked);
    case 'future': {
      const latestMs = checked.nowMs + rule.toleranceMs;
      if (checked.endMs <= latestMs) return undefined;
      const message = `ends ${checked.interval.end}, expected no later than ${formatInstant(latestMs)}`;
      return { severity: 'warning', message, cause: 'in-the-future' };
    }
    default:
      return checked.last && checkNeighbour(rule.rule, checked, checked.last);
  }
}

function checkNegative({ interval }: Checked): Verdict | undefined {
  for (const name of ['importMilliwattHours', 'exportMilliwattHours'] as const) {
    const energy = interval[name];
    if (energy !== undefined && energy < 0) {
      return { severity: 'error', message: `${name} is ${energy}, expected 0 or more` };
    }
  }
  return undefined;
}

function checkLimit(
  rule: RuleOf<'aboveLimit'>,
  { interval, startMs, endMs }: Checked,
): Verdict | undefined {
  const over = (energy: number | undefined, watts: number | undefined, what: string): string[] => {
    if (energy === undefined || watts === undefined) return [];
    const most = energyAt(watts, endMs - startMs);
    if (energy <= most) return [];
    return [
      `${what} of ${formatKilowattHours(energy)} kWh, expected at most ${formatKilowattHours(Math.floor(most))} kWh (${watts} W)`,
    ];
  };
  const found = [
    ...over(interval.importMilliwattHours, rule.maximumImportWatts, 'import'),
    ...over(interval.exportMilliwattHours, rule.maximumExportWatts, 'export'),
  ];
  if (found.length === 0) return undefined;
  return { severity: 'warning', message: found.join('; '), cause: 'above-limit' };
}

function checkNeighbour(
  rule: 'overlap' | 'order' | 'gap',
  { interval, startMs, endMs }: Checked,
  last: { readonly startMs: EpochMs; readonly endMs: EpochMs },
): Verdict | undefined {
  const lastEnd = formatInstant(last.endMs);
  if (rule === 'order' && startMs < last.startMs) {
    const message = `starts ${interval.start}, expected after ${formatInstant(last.startMs)}, which came before it`;
    return { severity: 'error', message };
  }
  if (rule === 'overlap' && startMs < last.endMs && endMs > last.startMs) {
    return {
      severity: 'error',
      message: `starts ${interval.start}, expected no earlier than ${lastEnd}`,
    };
  }
  if (rule === 'gap' && startMs > last.endMs) {
    const message = `nothing from ${lastEnd} to ${interval.start}, expected an interval`;
    return { severity: 'warning', message, startMs: last.endMs, endMs: startMs };
  }
  return undefined;
}

/** {@link validator} over a list: what passed, and all findings. */
export function validate(
  intervals: Iterable<IntervalV1>,
  rules: readonly StreamRule[],
  nowMs: EpochMs,
): { readonly intervals: IntervalV1[]; readonly findings: Finding[] } {
  const run = validator(rules);
  const passed: IntervalV1[] = [];
  const findings: Finding[] = [];
  for (const interval of intervals) {
    const result = run(interval, nowMs);
    if (result.interval) passed.push(result.interval);
    findings.push(...result.findings);
  }
  return { intervals: passed, findings };
}
