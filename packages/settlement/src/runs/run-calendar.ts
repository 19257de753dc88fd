import { parse, safeParse, type SafeResult } from '@microgrid/events';
import { fillMethod } from '@microgrid/metering';
import { parseRatio, type EpochMs } from '@microgrid/units';
import { localTime, startOfLocalDay } from '@microgrid/units/calendar';
import { z } from 'zod';
import { runKind, runKindOrder, type RunKind } from './run-kind.js';

const SHARE = 'a share from "0" to "1" in quotes, such as "0.95"';

function isShare(text: string): boolean {
  try {
    const { numerator, scale } = parseRatio(text);
    return numerator >= 0n && numerator <= 10n ** BigInt(scale);
  } catch {
    return false;
  }
}

const share = z
  .string({ error: SHARE })
  .refine(isShare, { error: SHARE })
  .meta({ description: 'Share from 0 to 1, a decimal in quotes' });

const minimumShares = z.strictObject({
  /** Least share of the energy that is measured or corrected. */
  energy: share,
  /** Least share of the intervals that are measured or corrected. */
  count: share,
});

const days = z.int({ error: 'a whole number from 0 to 9999' }).min(0).max(9999);

/** When a run is due, counted from the last local day of the period. */
const runDue = z.union(
  [
    z.strictObject({ workingDays: days }),
    z.strictObject({ days }),
    z.strictObject({ months: days }),
  ],
  { error: 'one of { workingDays }, { days } and { months }' },
);

const runRule = z.strictObject({
  kind: runKind,
  /** Absent: on demand, as a dispute is. */
  due: runDue.optional(),
  /** What must be known at least: of every member, and of all together. */
  minimum: z.strictObject({ member: minimumShares, total: minimumShares }),
});

/** The form of run calendars this version reads. */
export const RUN_CALENDAR_SCHEMA = 'microgrid/run-calendar/1';

/** A contract's runs as data: when each is due, what must be known for it, how what is missing is made up. */
export const runCalendar = z
  .strictObject({
    schema: z.literal(RUN_CALENDAR_SCHEMA, { error: `"${RUN_CALENDAR_SCHEMA}"` }),
    /** Days that are no working days beside Saturdays and Sundays. */
    holidays: z
      .array(z.string().regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'a date as "YYYY-MM-DD"' }))
      .default([]),
    /** Methods for missing intervals, tried in this order, where the contract lets them be substituted. */
    substitution: z.array(fillMethod).default([]),
    runs: z.array(runRule).min(1, { error: 'at least one run' }),
  })
  .superRefine(({ runs }, context) => {
    for (const [index, { kind }] of runs.entries()) {
      const before = runs[index - 1]?.kind;
      if (before === undefined) continue;
      if (runKindOrder(before) < runKindOrder(kind)) continue;
      const message = `a kind after ${before}: each once, preliminary, initial, R1 …, final, dispute`;
      context.addIssue({ code: 'custom', path: ['runs', index, 'kind'], message });
    }
  });
export type RunCalendar = z.infer<typeof runCalendar>;

/** The rule of one kind of run. */
export type RunRule = RunCalendar['runs'][number];

/** Reads a run calendar. @throws EventsError naming path, value and expectation. */
export function parseRunCalendar(value: unknown, source = 'run calendar'): RunCalendar {
  return parse(runCalendar, value, source);
}

/** {@link parseRunCalendar} that returns its error. */
export function safeParseRunCalendar(value: unknown, source?: string): SafeResult<RunCalendar> {
  return safeParse(runCalendar, value, source ?? 'run calendar');
}

const known = (energy: string, count: string) => ({ energy, count });

/**
 * The runs where a contract names no others: preliminary from the next day on whatever is known;
 * initial after 10 working days; R1, R2 after 2 and 6 months; final after 12; disputes on demand.
 */
export const DEFAULT_RUN_CALENDAR: RunCalendar = parseRunCalendar({
  schema: RUN_CALENDAR_SCHEMA,
  substitution: [{ method: 'likeDay' }, { method: 'previousWeek', weeks: 4 }],
  runs: [
    {
      kind: 'preliminary',
      due: { days: 1 },
      minimum: { member: known('0', '0'), total: known('0', '0') },
    },
    {
      kind: 'initial',
      due: { workingDays: 10 },
      minimum: { member: known('0.5', '0.5'), total: known('0.9', '0.9') },
    },
    {
      kind: 'R1',
      due: { months: 2 },
      minimum: { member: known('0.8', '0.8'), total: known('0.95', '0.95') },
    },
    {
      kind: 'R2',
      due: { months: 6 },
      minimum: { member: known('0.9', '0.9'), total: known('0.99', '0.99') },
    },
    {
      kind: 'final',
      due: { months: 12 },
      minimum: { member: known('0.9', '0.9'), total: known('0.99', '0.99') },
    },
    { kind: 'dispute', minimum: { member: known('0.9', '0.9'), total: known('0.99', '0.99') } },
  ],
});

const DAY_MS = 86_400_000;

function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** A calendar date moved by days or months; of a shorter month its last day. */
function movedDate(date: string, { days: by = 0, months = 0 }): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  if (months === 0) return dateText(Date.UTC(year, month - 1, day) + by * DAY_MS);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return dateText(Date.UTC(year, month - 1 + months, Math.min(day, last)));
}

function isWorkingDay(date: string, holidays: ReadonlySet<string>): boolean {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidays.has(date);
}

/**
 * The local midnight from which on a run of a period is due; absent where the calendar has no such run
 * or it comes on demand. Working days are counted from the first one after the period's last day.
 */
export function runDueMs(
  calendar: RunCalendar,
  kind: RunKind,
  periodEndMs: EpochMs,
  timeZone: string,
): EpochMs | undefined {
  const due = calendar.runs.find((rule) => rule.kind === kind)?.due;
  if (due === undefined) return undefined;
  let { date } = localTime(timeZone, periodEndMs - 1);
  if ('workingDays' in due) {
    const holidays = new Set(calendar.holidays);
    for (let left = due.workingDays; left > 0;) {
      date = movedDate(date, { days: 1 });
      if (isWorkingDay(date, holidays)) left--;
    }
  } else date = movedDate(date, due);
  return startOfLocalDay(timeZone, date);
}

/** The last kind of run of a period that is due at an instant; absent before the first. */
export function runKindDue(
  calendar: RunCalendar,
  periodEndMs: EpochMs,
  timeZone: string,
  atMs: EpochMs,
): RunKind | undefined {
  const due = calendar.runs.filter(({ kind }) => {
    const dueMs = runDueMs(calendar, kind, periodEndMs, timeZone);
    return dueMs !== undefined && dueMs <= atMs;
  });
  return due.at(-1)?.kind;
}
