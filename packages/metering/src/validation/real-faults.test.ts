import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { checkSeries } from './check-columns.js';
import { FindingSink } from './finding-sink.js';
import type { PointSeries } from './point-series.js';
import { validationRule, type Finding } from './rules.js';
import { ZoneCalendar } from './zone-calendar.js';

const DATA = join(__dirname, '../../../../../shared/data');
const there = existsSync(DATA);
if (!there) console.log('Skipped: labelled faults of real plants (../shared/data is not there)');
const withData = there ? describe : describe.skip;

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);

function table(path: string): string[][] {
  const text = gunzipSync(readFileSync(join(DATA, path))).toString('utf8');
  return text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','));
}

/** Values as the import of one series; blanks are absent. */
function series(values: readonly number[], resolutionMs: number): PointSeries {
  return {
    meteringPoint: 'plant',
    startMs: 0,
    resolutionMs,
    slots: values.length,
    importMilliwattHours: Float64Array.from(values),
    exportMilliwattHours: new Float64Array(values.length),
    quality: new Uint8Array(values.length),
  };
}

function findings(of: PointSeries, rule: unknown): readonly Finding[] {
  const parsed = validationRule.parse(rule);
  const sink = new FindingSink(new Set([parsed.rule]));
  checkSeries(of, [parsed], { nowMs: 0 }, new ZoneCalendar(), sink);
  return sink.findings;
}

function slotsOf(found: readonly Finding[], resolutionMs: number): Set<number> {
  const slots = new Set<number>();
  for (const { start, end } of found) {
    for (let ms = Date.parse(start); ms < Date.parse(end); ms += resolutionMs)
      slots.add(ms / resolutionMs);
  }
  return slots;
}

const QUARTER_MS = 900_000;

withData('faults of real plants', () => {
  test('every stale interval is found, and none else', () => {
    const rows = table('meters/pv-faults/ac_power_inv_2173_stale_data.csv.gz');
    const values = rows.map(([, value = '']) =>
      value === '' ? NaN : Math.round(Number(value) * 1e9),
    );
    const found = slotsOf(findings(series(values, QUARTER_MS), { rule: 'stuck' }), QUARTER_MS);
    const labelled = new Set(rows.flatMap(([, , mask], slot) => (mask === 'True' ? [slot] : [])));
    expect(labelled.size).toBeGreaterThan(200);
    expect(found).toEqual(labelled);
  });

  test('six of six outliers are found, with at most two false ones', () => {
    const rows = table('meters/pv-faults/ac_power_inv_7539_outliers.csv.gz');
    const values = rows.map(([, value = '']) => Math.round(Number(value) * 1e9));
    const found = slotsOf(findings(series(values, QUARTER_MS), { rule: 'spike' }), QUARTER_MS);
    const labelled = rows.flatMap(([, , mask], slot) => (mask === 'TRUE' ? [slot] : []));
    expect(labelled).toHaveLength(6);
    expect(labelled.filter((slot) => found.has(slot))).toEqual(labelled);
    expect(found.size - labelled.length).toBeLessThanOrEqual(2);
  });
});

withData('stale runs planted in a real home', () => {
  const rows = there ? table('homes/france-1_30min.csv.gz') : [];
  const half = 1_800_000;
  const clean = (column: number): number[] =>
    rows
      .map((row) => (row[column] ? Math.round(Number(row[column]) * 500_000) / 1000 : NaN))
      .map(Math.round);

  test.each([
    ['load', 1],
    ['PV', 2],
  ])('%s: recall at least 0.95, at most one false run a year', (_name, column) => {
    const values = clean(column);
    expect(findings(series(values, half), { rule: 'stuck' }).length).toBeLessThanOrEqual(1);
    let planted = 0;
    let recalled = 0;
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ at: fc.nat(values.length - 50), length: fc.integer({ min: 4, max: 48 }) }),
          {
            minLength: 5,
            maxLength: 12,
          },
        ),
        (runs) => {
          const faulty = [...values];
          const starts: { from: number; to: number }[] = [];
          for (const { at, length } of runs) {
            const value = faulty[at] as number;
            const apart = starts.every(({ from, to }) => at > to + 1 || at + length < from - 1);
            if (!(value > 0) || !apart) continue;
            faulty.fill(value, at, at + length);
            starts.push({ from: at, to: at + length });
          }
          const found = findings(series(faulty, half), { rule: 'stuck' });
          const slots = slotsOf(found, half);
          planted += starts.length;
          recalled += starts.filter(({ from, to }) => slots.has(from) && slots.has(to - 1)).length;
          const falseRuns = found.filter(({ start, end }) => {
            const [from, to] = [Date.parse(start) / half, Date.parse(end) / half];
            return !starts.some((run) => from <= run.to && to >= run.from);
          });
          expect(falseRuns.length).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 40 * scale },
    );
    expect(planted).toBeGreaterThan(100);
    expect(recalled / planted).toBeGreaterThanOrEqual(0.95);
  });
});
