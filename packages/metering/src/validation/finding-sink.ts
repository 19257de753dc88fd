import { formatInstant, type EpochMs } from '@microgrid/units';
import type { PointSeries } from './point-series.js';
import { RULE_SEVERITY, type Finding, type ValidationRuleName } from './rules.js';

/** Collects findings of the rules that are asked for. */
export class FindingSink {
  readonly findings: Finding[] = [];

  constructor(private readonly wanted: ReadonlySet<ValidationRuleName>) {}

  /** Notes a finding of a span, if its rule is wanted. */
  row(
    rule: ValidationRuleName,
    { meteringPoint }: Pick<PointSeries, 'meteringPoint'>,
    startMs: EpochMs,
    endMs: EpochMs,
    message: string,
  ): void {
    if (!this.wanted.has(rule)) return;
    this.findings.push({
      rule,
      severity: RULE_SEVERITY[rule],
      meteringPoint,
      start: formatInstant(startMs),
      end: formatInstant(endMs),
      message,
    });
  }

  /** Notes a run of slots, `from` to before `to`. */
  slots(
    rule: ValidationRuleName,
    series: PointSeries,
    from: number,
    to: number,
    message: string,
  ): void {
    const { startMs, resolutionMs } = series;
    this.row(rule, series, startMs + from * resolutionMs, startMs + to * resolutionMs, message);
  }
}

/** Calls back with every maximal run of slots that satisfy a test: `from` to before `to`. */
export function forRuns(
  slots: number,
  test: (slot: number) => boolean,
  found: (from: number, to: number) => void,
): void {
  let from = -1;
  for (let slot = 0; slot < slots; slot++) {
    if (test(slot)) {
      if (from < 0) from = slot;
    } else if (from >= 0) {
      found(from, slot);
      from = -1;
    }
  }
  if (from >= 0) found(from, slots);
}
