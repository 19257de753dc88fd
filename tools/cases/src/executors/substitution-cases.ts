import { INTERVAL_QUALITIES } from '@microgrid/events';
import { ABSENT, fillMethod, fillSeries, type PointSeries } from '@microgrid/metering';
import { NotUnderstood } from '../case-error.js';
import type { Actual } from '../compare.js';
import { millionths, ofMillionths } from '../decimal.js';
import type { Executor } from '../executor.js';
import { isRecord, type JsonRecord } from '../json.js';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const MEASURED = INTERVAL_QUALITIES.indexOf('measured');

const GAP = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})Z\.\.(?:(\d{4}-\d{2}-\d{2})T)?(\d{2}:\d{2})Z$/;

/** `2026-07-01T07:00Z..08:00Z` */
function gapOf(text: string): {
  readonly date: string;
  readonly fromMs: number;
  readonly toMs: number;
} {
  const [, date = '', from = '', endDate, to = ''] = GAP.exec(text) ?? [];
  const fromMs = Date.parse(`${date}T${from}Z`);
  const sameDayMs = Date.parse(`${endDate ?? date}T${to}Z`);
  // A gap until 00:00 ends with its day.
  const toMs = endDate === undefined && sameDayMs <= fromMs ? sameDayMs + DAY_MS : sameDayMs;
  if (!(toMs > fromMs)) throw new NotUnderstood(`a gap of ${text}`);
  return { date, fromMs, toMs };
}

/** A measured week, of which the case knows some intervals; nothing was used in the others. */
function seriesOf(gap: ReturnType<typeof gapOf>, week: JsonRecord): PointSeries {
  const times = Object.keys(week).sort();
  const resolutionMs = (gap.toMs - gap.fromMs) / times.length;
  if (!Number.isInteger(resolutionMs / 60_000))
    throw new NotUnderstood('a gap of uneven intervals');
  const startMs = gap.fromMs - WEEK_MS;
  const slots = (gap.toMs - startMs) / resolutionMs;
  const series = {
    meteringPoint: 'case',
    startMs,
    resolutionMs,
    slots,
    importMilliwattHours: new Float64Array(slots),
    exportMilliwattHours: new Float64Array(slots),
    quality: new Uint8Array(slots).fill(MEASURED),
  };
  for (let slot = WEEK_MS / resolutionMs; slot < slots; slot++) {
    series.importMilliwattHours[slot] = NaN;
    series.exportMilliwattHours[slot] = NaN;
    series.quality[slot] = ABSENT;
  }
  for (const time of times) {
    const slot = (Date.parse(`${gap.date}T${time}Z`) - gap.fromMs) / resolutionMs;
    if (!Number.isInteger(slot))
      throw new NotUnderstood(`prior_week ${time} is no slot of the gap`);
    series.importMilliwattHours[slot] = millionths(week[time], time);
  }
  return series;
}

function filled(gap: ReturnType<typeof gapOf>, week: JsonRecord): Actual {
  const methods = [fillMethod.parse({ method: 'previousWeek' })];
  const { series } = fillSeries([seriesOf(gap, week)], methods, { timeZone: 'Etc/UTC' });
  const [done] = series;
  if (done === undefined) throw new NotUnderstood('no series came back');
  const values: Record<string, Actual> = {};
  const qualities = new Set<string>();
  for (let ms = gap.fromMs; ms < gap.toMs; ms += done.resolutionMs) {
    const slot = (ms - done.startMs) / done.resolutionMs;
    const energy = done.importMilliwattHours[slot] ?? NaN;
    values[new Date(ms).toISOString().slice(11, 16)] = Number.isNaN(energy)
      ? null
      : ofMillionths(energy);
    qualities.add(INTERVAL_QUALITIES[done.quality[slot] ?? -1] ?? 'missing');
  }
  return { filled: values, quality: [...qualities].join(', ') };
}

/** A gap filled from the same time of the week before. */
export const substitutionCases: Executor = {
  kind: 'vee',
  run({ input, expected }) {
    if (!isRecord(input) || typeof input['gap'] !== 'string' || !isRecord(input['prior_week'])) {
      return undefined;
    }
    return [{ name: '', expected, actual: filled(gapOf(input['gap']), input['prior_week']) }];
  },
};
