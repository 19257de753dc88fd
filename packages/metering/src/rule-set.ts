import { canonicalJson, INTERVAL_QUALITIES } from '@microgrid/events';
import { parseInstant } from '@microgrid/units';
import { z } from 'zod';
import { fillMethod, type Filled } from './estimation/fill-methods.js';
import {
  extendSeries,
  fillInPlace,
  type FillContext,
  type FillResult,
} from './estimation/fill-series.js';
import { seriesColumns } from './estimation/series-columns.js';
import type { Columns } from './columns.js';
import { checkColumns, type CheckContext } from './validation/check-columns.js';
import type { PointSeries } from './validation/point-series.js';
import { validationRule, type Finding } from './validation/rules.js';
import { ZoneCalendar } from './validation/zone-calendar.js';

/** Rules whose findings are spans of single intervals, so that these can be replaced. */
const replaceable = z.enum([
  'negative',
  'aboveLimit',
  'spike',
  'stuck',
  'zeroRun',
  'nightPv',
  'future',
]);

/** Validation, estimation and editing of readings as data: versioned by its hash. */
export const ruleSet = z
  .strictObject({
    schema: z.literal('microgrid/vee-rules/1'),
    /** For people and messages. */
    name: z.string().min(1).max(200).optional(),
    /** IANA zone whose days and weekdays count. */
    timeZone: z.string().min(1),
    /** Dates `YYYY-MM-DD` that count as Sundays. */
    holidays: z.array(z.iso.date()).default([]),
    rules: z.array(validationRule).min(1),
    /** Rules whose findings are treated as missing and filled like them. */
    replace: z.array(replaceable).default([]),
    /** Tried in this order. */
    fill: z.array(fillMethod).default([]),
  })
  .superRefine(({ rules, replace }, context) => {
    const names = new Set<string>(rules.map(({ rule }) => rule));
    for (const [at, rule] of replace.entries()) {
      if (names.has(rule)) continue;
      const message = 'expected one of the rules of the set';
      context.addIssue({ code: 'custom', path: ['replace', at], input: rule, message });
    }
  });
export type RuleSet = z.infer<typeof ruleSet>;

/** The bytes whose hash is a rule set's version: canonical JSON (RFC 8785) in UTF-8. */
export function ruleSetBytes(set: RuleSet): Uint8Array {
  return new TextEncoder().encode(canonicalJson(set));
}

/** The rules a file is checked by when nobody wrote others. */
export function defaultRuleSet(timeZone: string): RuleSet {
  return ruleSet.parse({
    schema: 'microgrid/vee-rules/1',
    name: 'default',
    timeZone,
    rules: [
      { rule: 'order' },
      { rule: 'duplicate' },
      { rule: 'overlap' },
      { rule: 'resolution' },
      { rule: 'gap' },
      { rule: 'clockChange', timeZone },
      { rule: 'dayLength', timeZone },
      { rule: 'future', toleranceMs: 0 },
      { rule: 'negative' },
      { rule: 'spike', threshold: 8 },
      { rule: 'stuck' },
      { rule: 'zeroRun' },
      { rule: 'sumCheck' },
    ],
    fill: [
      { method: 'registers' },
      { method: 'linear', maximumMinutes: 60 },
      { method: 'likeDay' },
      { method: 'previousWeek' },
    ],
  });
}

/** What a rule set made of a file. */
export interface FilledColumns {
  readonly columns: Columns;
  readonly findings: readonly Finding[];
  readonly filled: readonly Filled[];
  /** Spans that no method could fill; they are missing in `columns`. */
  readonly left: FillResult['left'];
}

/** What filling a file needs beside it. */
export interface FillColumnsContext extends CheckContext, Pick<FillContext, 'profiles'> {
  /** The span every point must cover; default from its first to its last row. */
  readonly period?: { readonly startMs: number; readonly endMs: number };
}

/** Checks a file by the rules of a set, takes what they condemn for missing, and fills it. */
export function fillColumns(
  columns: Columns,
  set: RuleSet,
  context: FillColumnsContext,
): FilledColumns {
  const calendar = context.calendar ?? new ZoneCalendar();
  const { series, findings } = checkColumns(columns, set.rules, { ...context, calendar });
  const { period } = context;
  const wanted =
    period === undefined
      ? series
      : series.map((each) => extendSeries(each, period.startMs, period.endMs));
  const condemned = condemnedSpans(findings, set.replace);
  // The series were made for this call alone.
  for (const each of wanted) clear(each, condemned.get(each.meteringPoint) ?? []);
  const done = fillInPlace(wanted, set.fill, {
    timeZone: set.timeZone,
    holidays: set.holidays,
    calendar,
    ...(context.sums === undefined ? {} : { sums: context.sums }),
    ...(context.profiles === undefined ? {} : { profiles: context.profiles }),
  });
  const { filled, left } = done;
  return { columns: seriesColumns(done.series, columns.file), findings, filled, left };
}

/** The findings of rules whose findings are replaced, by metering point. */
function condemnedSpans(
  findings: readonly Finding[],
  rules: readonly string[],
): ReadonlyMap<string, readonly Finding[]> {
  const spans = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (!rules.includes(finding.rule)) continue;
    const own = spans.get(finding.meteringPoint);
    if (own === undefined) spans.set(finding.meteringPoint, [finding]);
    else own.push(finding);
  }
  return spans;
}

const MISSING = INTERVAL_QUALITIES.indexOf('missing');

/** Empties what condemned findings span. */
function clear(series: PointSeries, own: readonly Finding[]): void {
  for (const { start, end } of own) {
    const from = (parseInstant(start) - series.startMs) / series.resolutionMs;
    const to = (parseInstant(end) - series.startMs) / series.resolutionMs;
    series.importMilliwattHours.fill(NaN, from, to);
    series.exportMilliwattHours.fill(NaN, from, to);
    series.quality.fill(MISSING, from, to);
  }
}
