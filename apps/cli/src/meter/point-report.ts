import { INTERVAL_QUALITIES } from '@microgrid/events';
import { ABSENT, type Finding, type PointSeries } from '@microgrid/metering';
import { formatInstant, formatResolution } from '@microgrid/units';

/** Energy of one quality. */
export interface QualityShare {
  readonly intervals: number;
  /** Decimal integers: totals leave the safe numbers. */
  readonly importMilliwattHours: string;
  readonly exportMilliwattHours: string;
}

/** What a check says of one metering point. */
export interface PointReport {
  readonly meteringPoint: string;
  readonly start: string;
  readonly end: string;
  readonly resolution: string;
  /** Intervals the period has. */
  readonly expected: number;
  /** Those with energy, of any quality. */
  readonly present: number;
  /** Share of `expected` with energy, 0 to 1. */
  readonly completeness: number;
  /** By quality; `missing` counts rows that say so and `absent` intervals without a row. */
  readonly byQuality: Readonly<Record<string, QualityShare>>;
  /** Number of findings by rule. */
  readonly findings: Readonly<Record<string, number>>;
}

/** Reports on one point. */
export function pointReport(series: PointSeries, findings: readonly Finding[]): PointReport {
  const names = [...INTERVAL_QUALITIES, 'absent'];
  const sums = names.map(() => ({ intervals: 0, imported: 0n, exported: 0n }));
  const { slots, quality, importMilliwattHours, exportMilliwattHours } = series;
  for (let slot = 0; slot < slots; slot++) {
    const at = quality[slot] === ABSENT ? names.length - 1 : (quality[slot] as number);
    const sum = sums[at];
    if (sum === undefined) continue;
    sum.intervals += 1;
    const imported = importMilliwattHours[slot] as number;
    if (Number.isNaN(imported)) continue;
    sum.imported += BigInt(imported);
    sum.exported += BigInt(exportMilliwattHours[slot] as number);
  }
  const missing = [names.indexOf('missing'), names.indexOf('absent')];
  const present = sums.reduce(
    (count, { intervals }, at) => (missing.includes(at) ? count : count + intervals),
    0,
  );
  const byQuality = Object.fromEntries(
    names.flatMap((name, at) => {
      const { intervals, imported, exported } = sums[at] ?? {
        intervals: 0,
        imported: 0n,
        exported: 0n,
      };
      const share = {
        intervals,
        importMilliwattHours: String(imported),
        exportMilliwattHours: String(exported),
      };
      return intervals === 0 ? [] : [[name, share] as const];
    }),
  );
  const counts: Record<string, number> = {};
  for (const { rule } of findings) counts[rule] = (counts[rule] ?? 0) + 1;
  return {
    meteringPoint: series.meteringPoint,
    start: formatInstant(series.startMs),
    end: formatInstant(series.startMs + slots * series.resolutionMs),
    resolution: formatResolution(series.resolutionMs),
    expected: slots,
    present,
    completeness: present / slots,
    byQuality,
    findings: counts,
  };
}

/** Parts of a whole as people read them; 100 % only where nothing lacks. */
export function percent(share: number): string {
  const text = (Math.floor(share * 10_000) / 100).toFixed(2);
  return `${text} %`;
}

/** Total energy of a decimal-integer text of mWh, kWh. */
export function kilowattHours(total: string): string {
  const value = BigInt(total);
  const whole = value / 1_000_000n;
  return `${whole}.${String(value % 1_000_000n)
    .padStart(6, '0')
    .slice(0, 3)}`;
}

/** One point's report for people, line by line. */
export function* pointLines(point: PointReport): Generator<string> {
  const { start, end, resolution, present, expected, completeness } = point;
  yield `${point.meteringPoint}  ${start} to ${end}  ${resolution}`;
  yield `  ${present} of ${expected} intervals (${percent(completeness)})`;
  for (const [quality, share] of Object.entries(point.byQuality)) {
    const { intervals, importMilliwattHours, exportMilliwattHours } = share;
    if (quality === 'missing' || quality === 'absent') {
      yield `  ${quality}: ${intervals} intervals`;
      continue;
    }
    yield `  ${quality}: ${intervals} intervals, import ${kilowattHours(importMilliwattHours)} kWh, export ${kilowattHours(exportMilliwattHours)} kWh`;
  }
  const rules = Object.entries(point.findings).map(([rule, count]) => `${rule} ${count}`);
  yield `  findings: ${rules.length === 0 ? 'none' : rules.join(', ')}`;
}
