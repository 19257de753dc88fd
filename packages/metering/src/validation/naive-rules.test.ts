import fc from 'fast-check';
import { INTERVAL_QUALITIES } from '@microgrid/events';
import type { Columns } from '../columns.js';
import { checkColumns } from './check-columns.js';
import type { KnownSum } from './check-sums.js';
import { comparable, inOrder, naiveFindings, type NaiveRow } from './naive-rules.test-data.js';
import { medianOf, orderStatistic } from './order-statistic.js';
import { validationRule, type ValidationRule } from './rules.js';
import { ZoneCalendar } from './zone-calendar.js';

const SCALE = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const MISSING = INTERVAL_QUALITIES.indexOf('missing');
const POINTS = ['a', 'b', 'c'];

/** A stretch of a series: so many rows of one kind, then so many left out. */
const stretch = fc.record({
  rows: fc.integer({ min: 1, max: 25 }),
  absent: fc.constantFrom(0, 0, 0, 1, 7, 30),
  base: fc.constantFrom(0, 0, 1000, 50_000, 80_000),
  noise: fc.constantFrom(0, 1, 3000, 60_000),
  exported: fc.constantFrom(0, 0, 4000),
  jumpAt: fc.nat(40),
  jump: fc.constantFrom(-90_000, 400_000, 5_000_000),
  fault: fc.constantFrom('none', 'none', 'twice', 'other', 'long', 'missing', 'late', 'off'),
});
type Stretch = typeof stretch extends fc.Arbitrary<infer T> ? T : never;

/** Rows of a point from stretches; whatever noise is in them follows from their place. */
function rowsOf(
  point: string,
  startMs: number,
  lengthMs: number,
  stretches: readonly Stretch[],
): NaiveRow[] {
  const rows: NaiveRow[] = [];
  let slot = 0;
  for (const { rows: count, absent, base, noise, exported, jumpAt, jump, fault } of stretches) {
    for (let at = 0; at < count; at++, slot++) {
      const own = noise === 0 ? 0 : (slot * 7919 + at * 104729) % noise;
      const row = {
        point,
        startMs: startMs + slot * lengthMs,
        endMs: startMs + (slot + 1) * lengthMs,
        imported: base + own + (at === jumpAt ? jump : 0),
        exported,
        quality: 0,
      };
      const faulty = at === count >> 1 ? fault : 'none';
      if (faulty === 'missing') {
        rows.push({ ...row, imported: NaN, exported: NaN, quality: MISSING });
      } else rows.push(row);
      if (faulty === 'twice') rows.push(row);
      if (faulty === 'other') rows.push({ ...row, imported: row.imported + 1 });
      if (faulty === 'long') rows.push({ ...row, endMs: row.endMs + lengthMs });
      if (faulty === 'off') {
        rows.push({ ...row, startMs: row.startMs + 60_000, endMs: row.endMs + 60_000 });
      }
      if (faulty === 'late' && rows.length > 1) rows.push(...rows.splice(-2, 1));
    }
    slot += absent;
  }
  return rows;
}

function columnsOf(rows: readonly NaiveRow[]): Columns {
  const points = [...new Set(rows.map(({ point }) => point))];
  return {
    file: 'generated',
    rows: rows.length,
    points,
    point: Int32Array.from(rows, ({ point }) => points.indexOf(point)),
    startMs: Float64Array.from(rows, ({ startMs }) => startMs),
    endMs: Float64Array.from(rows, ({ endMs }) => endMs),
    importMilliwattHours: Float64Array.from(rows, ({ imported }) => imported),
    exportMilliwattHours: Float64Array.from(rows, ({ exported }) => exported),
    quality: Uint8Array.from(rows, ({ quality }) => quality),
    line: Int32Array.from(rows, (_, row) => row + 2),
  };
}

const series = fc.array(stretch, { minLength: 1, maxLength: 8 });
/** Around both clock changes of Lisbon, and a plain week. */
const starts = [Date.UTC(2026, 2, 28, 22), Date.UTC(2026, 9, 24, 20), Date.UTC(2026, 5, 1)];
const place = { latitudeDegrees: 38.7, longitudeDegrees: -9.1 };

const scenario = fc.record({
  startMs: fc.constantFrom(...starts),
  lengthMs: fc.constantFrom(900_000, 1_800_000, 3_600_000),
  points: fc.tuple(series, series, series),
  offsets: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)),
  byTime: fc.boolean(),
  nowAfter: fc.nat(300),
  sums: fc.array(fc.tuple(fc.nat(2), fc.nat(40), fc.nat(60), fc.nat(4_000_000)), { maxLength: 6 }),
  halfWindow: fc.constantFrom(1, 2, 3, 12, 40),
  threshold: fc.constantFrom(0.5, 2, 3.5, 8),
  floorShare: fc.constantFrom(0, 0.01, 0.1, 0.5),
  limitWatts: fc.constantFrom(0, 100, 300, 5000),
  minimumHours: fc.constantFrom(0.5, 3, 11),
  tolerance: fc.constantFrom(0, 40_000, 400_000),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

function rulesOf(of: Scenario): ValidationRule[] {
  return [
    ...['order', 'duplicate', 'overlap', 'resolution', 'gap', 'negative'].map((rule) => ({ rule })),
    { rule: 'dayLength', timeZone: 'Europe/Lisbon' },
    { rule: 'future', toleranceMs: 5000 },
    { rule: 'aboveLimit', maximumImportWatts: of.limitWatts, maximumExportWatts: 12 },
    {
      rule: 'spike',
      halfWindow: of.halfWindow,
      threshold: of.threshold,
      floorShare: of.floorShare,
    },
    { rule: 'stuck' },
    { rule: 'zeroRun', minimumHours: of.minimumHours },
    { rule: 'nightPv', ...place, toleranceWatts: 1 },
    { rule: 'sumCheck', toleranceMilliwattHours: of.tolerance },
    { rule: 'balance', head: 'a', points: ['b', 'c'], toleranceMilliwattHours: of.tolerance },
  ].map((rule) => validationRule.parse(rule));
}

test('every rule finds what its words say, however fast it is', () => {
  const counts = new Map<string, number>();
  // One calendar for all cases: what was looked up for one span must not show in another.
  const calendar = new ZoneCalendar();
  fc.assert(
    fc.property(scenario, (of) => {
      const { startMs, lengthMs, offsets } = of;
      const rows = POINTS.flatMap((point, index) =>
        rowsOf(point, startMs + (offsets[index] ?? 0) * lengthMs, lengthMs, of.points[index] ?? []),
      );
      if (of.byTime) rows.sort((a, b) => a.startMs - b.startMs);
      const sums = of.sums.map(([point, from, length, energy]): KnownSum => ({
        meteringPoint: POINTS[point] ?? '',
        startMs: startMs + from * lengthMs,
        endMs: startMs + (from + length) * lengthMs,
        importMilliwattHours: energy,
        ...(energy % 2 === 0 ? { exportMilliwattHours: energy % 9000 } : {}),
      }));
      const rules = rulesOf(of);
      const nowMs = startMs + of.nowAfter * lengthMs;
      const { findings } = checkColumns(columnsOf(rows), rules, { nowMs, sums, calendar });
      for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
      expect(comparable(findings)).toEqual(inOrder(naiveFindings(rows, rules, nowMs, sums)));
    }),
    { numRuns: 120 * SCALE },
  );
  // Vacuous otherwise: every rule has found something, and not only once.
  const names = rulesOf(fc.sample(scenario, 1)[0] as Scenario).map(({ rule }) => rule);
  console.log(`findings by rule: ${JSON.stringify(Object.fromEntries(counts))}`);
  for (const name of names) expect([name, (counts.get(name) ?? 0) >= 10]).toEqual([name, true]);
});

test('a rank among values is found without sorting all of them', () => {
  const values = fc.array(fc.oneof(fc.nat(9), fc.integer({ min: -1e9, max: 1e9 })), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(values, fc.nat(), (list, pick) => {
      const rank = pick % list.length;
      const sorted = [...list].sort((a, b) => a - b);
      expect(orderStatistic(Float64Array.from(list), list.length, rank)).toBe(sorted[rank]);
      const [low, high] = [sorted[(list.length - 1) >> 1] ?? 0, sorted[list.length >> 1] ?? 0];
      expect(medianOf(Float64Array.from(list), list.length)).toBe((low + high) / 2);
    }),
    { numRuns: 500 * SCALE },
  );
});
