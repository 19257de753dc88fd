import { parseInstant } from '@microgrid/units';
import { localTime } from '@microgrid/units/calendar';
import type { KnownSum } from './check-sums.js';
import type { ValidationRule } from './rules.js';
import { sunElevation } from './sun-elevation.js';

/** A row as a file has it; energies are NaN where it is `missing`. */
export interface NaiveRow {
  readonly point: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly imported: number;
  readonly exported: number;
  readonly quality: number;
}

/** Rule, metering point, first and last instant. */
export type NaiveFinding = readonly [rule: string, point: string, startMs: number, endMs: number];

const YEAR_MS = 8766 * 3_600_000;

/** One point, slot by slot: undefined where there is no row. */
interface Slots {
  readonly point: string;
  readonly startMs: number;
  readonly lengthMs: number;
  readonly rows: (NaiveRow | undefined)[];
}

const directions = ['import', 'export'] as const;
const energy = (row: NaiveRow | undefined, direction: 'import' | 'export'): number =>
  row === undefined ? NaN : direction === 'import' ? row.imported : row.exported;

function layOut(
  point: string,
  rows: readonly NaiveRow[],
  found: NaiveFinding[],
): Slots | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const lengths = new Map<number, number>();
  for (const { startMs, endMs } of rows) {
    lengths.set(endMs - startMs, (lengths.get(endMs - startMs) ?? 0) + 1);
  }
  const lengthMs = [...lengths].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
  const fit = rows.filter(({ startMs, endMs }) => endMs - startMs === lengthMs);
  const down = (ms: number): number => Math.floor(ms / lengthMs) * lengthMs;
  const startMs = Math.min(...fit.map((row) => down(row.startMs)));
  const lastMs = Math.max(...fit.map((row) => down(row.startMs)));
  const slots: (NaiveRow | undefined)[] = Array.from(
    { length: (lastMs - startMs) / lengthMs + 1 },
    () => undefined,
  );
  let latestMs = -Infinity;
  const strange: NaiveRow[] = [];
  for (const row of rows) {
    if (row.startMs < latestMs) found.push(['order', point, row.startMs, row.endMs]);
    latestMs = Math.max(latestMs, row.startMs);
    if (row.endMs - row.startMs !== lengthMs || row.startMs % lengthMs !== 0) {
      found.push(['resolution', point, row.startMs, row.endMs]);
      strange.push(row);
      continue;
    }
    const slot = (row.startMs - startMs) / lengthMs;
    const there = slots[slot];
    if (there === undefined) slots[slot] = row;
    else {
      const equal =
        Object.is(there.imported, row.imported) &&
        Object.is(there.exported, row.exported) &&
        there.quality === row.quality;
      found.push([equal ? 'duplicate' : 'overlap', point, row.startMs, row.endMs]);
    }
  }
  strange.sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
  const shares = (a: NaiveRow, b: NaiveRow): boolean => a.startMs < b.endMs && b.startMs < a.endMs;
  for (const [at, row] of strange.entries()) {
    const before = strange.slice(0, at);
    const among = slots.some((each) => each !== undefined && shares(each, row));
    const twin = before.some((each) =>
      Object.entries(each).every(([name, value]) => Object.is(value, row[name as keyof NaiveRow])),
    );
    if (!among && twin) found.push(['duplicate', point, row.startMs, row.endMs]);
    else if (among || before.some((each) => shares(each, row))) {
      found.push(['overlap', point, row.startMs, row.endMs]);
    }
  }
  return { point, startMs, lengthMs, rows: slots };
}

/** Every maximal run of slots that satisfy a test, as a finding. */
function runs(
  { point, startMs, lengthMs, rows }: Slots,
  rule: string,
  test: (slot: number) => boolean,
  least = 1,
): NaiveFinding[] {
  const found: NaiveFinding[] = [];
  for (let from = 0; from < rows.length; from++) {
    if (!test(from) || (from > 0 && test(from - 1))) continue;
    let to = from;
    while (to < rows.length && test(to)) to++;
    if (to - from >= least) {
      found.push([rule, point, startMs + from * lengthMs, startMs + to * lengthMs]);
    }
  }
  return found;
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

function median(values: readonly number[]): number {
  const list = sorted(values);
  const middle = list.length >> 1;
  const upper = list[middle] ?? NaN;
  return list.length % 2 === 1 ? upper : ((list[middle - 1] ?? NaN) + upper) / 2;
}

function spikes(slots: Slots, rule: Extract<ValidationRule, { rule: 'spike' }>): NaiveFinding[] {
  const { halfWindow, threshold, floorShare } = rule;
  return (rule.directions ?? directions).flatMap((direction) => {
    const values = slots.rows.map((row) => energy(row, direction));
    // Fewer than 8192 values are all looked at.
    const positive = sorted(values.filter((value) => value > 0));
    const rank = Math.floor((positive.length - 1) * 0.99);
    const floor = floorShare * (positive[rank] ?? 0);
    return values.flatMap((value, slot): NaiveFinding[] => {
      const around = [
        ...values.slice(Math.max(0, slot - halfWindow), slot),
        ...values.slice(slot + 1, slot + halfWindow + 1),
      ].filter((each) => !Number.isNaN(each));
      if (floor === 0 || Number.isNaN(value) || around.length < 2) return [];
      const middle = median(around);
      const spread = 1.4826 * median(around.map((each) => Math.abs(each - middle))) + floor;
      if (Math.abs(value - middle) < threshold * spread) return [];
      const startMs = slots.startMs + slot * slots.lengthMs;
      return [['spike', slots.point, startMs, startMs + slots.lengthMs]];
    });
  });
}

function stuck(slots: Slots, rule: Extract<ValidationRule, { rule: 'stuck' }>): NaiveFinding[] {
  return (rule.directions ?? directions).flatMap((direction) => {
    const values = slots.rows.map((row) => energy(row, direction));
    const found: { from: number; to: number }[] = [];
    for (let from = 0; from < values.length; from++) {
      if (!((values[from] ?? 0) > 0) || values[from - 1] === values[from]) continue;
      let to = from + 1;
      while (to < values.length && values[to] === values[from]) to++;
      found.push({ from, to });
    }
    const repeated = found.filter(({ from, to }) => to - from > 1).length;
    const years = (slots.rows.length * slots.lengthMs) / YEAR_MS;
    const share = Math.min(repeated / found.length, 0.95);
    const chance = 1 + Math.log((rule.falseRunsPerYear * years) / found.length) / Math.log(share);
    const least =
      repeated === 0 ? rule.minimumIntervals : Math.max(rule.minimumIntervals, Math.ceil(chance));
    return found
      .filter(({ from, to }) => to - from >= least)
      .map(({ from, to }): NaiveFinding => {
        const at = (slot: number): number => slots.startMs + slot * slots.lengthMs;
        return ['stuck', slots.point, at(from), at(to)];
      });
  });
}

const dates = new Map<number, string>();

/** The local date; a calendar is asked once for every instant, for it takes its time. */
function dateOf(timeZone: string, ms: number): string {
  const date = dates.get(ms) ?? localTime(timeZone, ms).date;
  dates.set(ms, date);
  return date;
}

/** All cases are in one time zone. */
function dayLengths(slots: Slots, timeZone: string): NaiveFinding[] {
  const { startMs, lengthMs, rows } = slots;
  const own = rows.map((_, slot) => dateOf(timeZone, startMs + slot * lengthMs));
  const before = dateOf(timeZone, startMs - 1);
  const after = dateOf(timeZone, startMs + rows.length * lengthMs);
  return [...new Set(own)].flatMap((date): NaiveFinding[] => {
    const day = rows.filter((_, slot) => own[slot] === date);
    const there = day.filter((row) => row !== undefined).length;
    if (date === before || date === after || there === day.length || there === 0) return [];
    const first = startMs + own.indexOf(date) * lengthMs;
    return [['dayLength', slots.point, first, first + day.length * lengthMs]];
  });
}

function sumChecks(slots: Slots, tolerance: number, sums: readonly KnownSum[]): NaiveFinding[] {
  return sums
    .filter(({ meteringPoint }) => meteringPoint === slots.point)
    .flatMap((sum) =>
      directions.flatMap((direction): NaiveFinding[] => {
        const known = direction === 'import' ? sum.importMilliwattHours : sum.exportMilliwattHours;
        const from = (sum.startMs - slots.startMs) / slots.lengthMs;
        const to = (sum.endMs - slots.startMs) / slots.lengthMs;
        const inside = from >= 0 && to <= slots.rows.length;
        if (known === undefined || !inside || from % 1 !== 0 || to % 1 !== 0) return [];
        const values = slots.rows.slice(from, to).map((row) => energy(row, direction));
        const there = values.filter((value) => !Number.isNaN(value));
        const more = there.reduce((all, value) => all + value, 0) - known;
        const off = there.length === values.length ? Math.abs(more) : more;
        if (off <= tolerance) return [];
        return [['sumCheck', slots.point, sum.startMs, sum.endMs]];
      }),
    );
}

function perPoint(
  slots: Slots,
  rule: ValidationRule,
  nowMs: number,
  sums: readonly KnownSum[],
): NaiveFinding[] {
  const { startMs, lengthMs, rows } = slots;
  const value = (slot: number, direction: 'import' | 'export'): number =>
    energy(rows[slot], direction);
  const endOf = (slot: number): number => startMs + (slot + 1) * lengthMs;
  const milliwattHours = (watts: number): number => (watts * lengthMs) / 3600;
  switch (rule.rule) {
    case 'gap':
      return runs(slots, 'gap', (slot) => rows[slot] === undefined);
    case 'dayLength':
      return dayLengths(slots, rule.timeZone);
    case 'future':
      return runs(
        slots,
        'future',
        (slot) => rows[slot] !== undefined && endOf(slot) > nowMs + rule.toleranceMs,
      );
    case 'negative':
      return directions.flatMap((direction) =>
        runs(slots, 'negative', (slot) => value(slot, direction) < 0),
      );
    case 'aboveLimit':
      return directions.flatMap((direction) => {
        const limit = direction === 'import' ? rule.maximumImportWatts : rule.maximumExportWatts;
        if (limit === undefined) return [];
        const most = milliwattHours(limit);
        return runs(slots, 'aboveLimit', (slot) => value(slot, direction) > most);
      });
    case 'spike':
      return spikes(slots, rule);
    case 'stuck':
      return stuck(slots, rule);
    case 'zeroRun':
      return runs(
        slots,
        'zeroRun',
        (slot) => value(slot, 'import') === 0 && value(slot, 'export') === 0,
        (rule.minimumHours * 3_600_000) / lengthMs,
      );
    case 'nightPv': {
      const down = (ms: number): boolean =>
        sunElevation(ms, rule.latitudeDegrees, rule.longitudeDegrees) < rule.elevationDegrees;
      const most = milliwattHours(rule.toleranceWatts);
      return runs(
        slots,
        'nightPv',
        (slot) => value(slot, 'export') > most && down(endOf(slot) - lengthMs) && down(endOf(slot)),
      );
    }
    case 'sumCheck':
      return sumChecks(slots, rule.toleranceMilliwattHours, sums);
    default:
      return [];
  }
}

function balance(
  all: readonly Slots[],
  rule: Extract<ValidationRule, { rule: 'balance' }>,
): NaiveFinding[] {
  const nets = new Map(
    all.flatMap(({ point, lengthMs, rows }) =>
      rows.flatMap((row): [string, number][] =>
        row === undefined
          ? []
          : [[`${point} ${lengthMs} ${row.startMs}`, row.imported - row.exported]],
      ),
    ),
  );
  const head = all.find(({ point }) => point === rule.head);
  if (head === undefined) return [];
  const judged = rule.points.every((id) =>
    all.some(({ point, lengthMs }) => point === id && lengthMs === head.lengthMs),
  );
  if (!judged) {
    const { startMs, lengthMs, rows } = head;
    return [['balance', head.point, startMs, startMs + rows.length * lengthMs]];
  }
  const net = (id: string, ms: number): number => nets.get(`${id} ${head.lengthMs} ${ms}`) ?? NaN;
  return runs(head, 'balance', (slot) => {
    const row = head.rows[slot];
    if (row === undefined) return false;
    const behind = rule.points.map((id) => net(id, row.startMs));
    const difference = row.imported - row.exported - behind.reduce((a, b) => a + b, 0);
    const through = row.imported + row.exported;
    return Math.abs(difference) > rule.toleranceShare * through + rule.toleranceMilliwattHours;
  });
}

/** What rules find by their words alone, slot by slot and without a thought for time. */
export function naiveFindings(
  rows: readonly NaiveRow[],
  rules: readonly ValidationRule[],
  nowMs: number,
  sums: readonly KnownSum[],
): NaiveFinding[] {
  const found: NaiveFinding[] = [];
  const points = [...new Set(rows.map(({ point }) => point))];
  const all = points.flatMap((point) => {
    const own = rows.filter((row) => row.point === point);
    return layOut(point, own, found) ?? [];
  });
  for (const rule of rules) {
    if (rule.rule === 'balance') found.push(...balance(all, rule));
    else for (const slots of all) found.push(...perPoint(slots, rule, nowMs, sums));
  }
  const wanted = new Set<string>(rules.map(({ rule }) => rule));
  return found.filter(([rule]) => wanted.has(rule));
}

/** Findings in the same form, in one order. */
export function comparable(
  findings: readonly { rule: string; meteringPoint: string; start: string; end: string }[],
): string[] {
  return inOrder(
    findings.map(({ rule, meteringPoint, start, end }) => [
      rule,
      meteringPoint,
      parseInstant(start),
      parseInstant(end),
    ]),
  );
}

/** Findings in one order. */
export const inOrder = (findings: readonly NaiveFinding[]): string[] =>
  findings.map((finding) => finding.join(' ')).sort();
