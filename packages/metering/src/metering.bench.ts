import { GrowingColumns, type Columns } from './columns.js';
import { defaultRuleSet, fillColumns, type RuleSet } from './index.js';

/** A year of quarter-hours, in blocks of so many points that memory stays bounded. */
const POINTS = Number(process.env['METERING_BENCH_POINTS'] ?? '1000');
const BLOCK = 20;
const SLOTS = 365 * 96;
const LENGTH_MS = 900_000;
const START_MS = Date.UTC(2026, 0, 1);

/** Days that look like days, a little noise, one interval in a thousand missing; no randomness. */
function block(first: number): Columns {
  const columns = new GrowingColumns(BLOCK * SLOTS);
  let row = 0;
  let noise = first * 2654435761 + 1;
  for (let point = 0; point < BLOCK; point++) {
    columns.points.push(`point-${String(first + point).padStart(4, '0')}`);
    for (let slot = 0; slot < SLOTS; slot++) {
      noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
      if (noise % 1000 === 7) continue;
      const hour = (slot % 96) / 4;
      const sun = Math.max(0, Math.sin(((hour - 6) / 12) * Math.PI));
      columns.point[row] = point;
      columns.startMs[row] = START_MS + slot * LENGTH_MS;
      columns.endMs[row] = START_MS + (slot + 1) * LENGTH_MS;
      columns.importMilliwattHours[row] = 80_000 + (noise % 120_000);
      columns.exportMilliwattHours[row] = Math.round(sun * (600_000 + (noise % 90_000)));
      row += 1;
    }
  }
  columns.rows = row;
  return columns.finish(`block-${first}`);
}

const base = defaultRuleSet('Europe/Lisbon');
const set: RuleSet = {
  ...base,
  rules: [
    ...base.rules,
    { rule: 'aboveLimit', maximumImportWatts: 6900, maximumExportWatts: 6900 },
    {
      rule: 'nightPv',
      latitudeDegrees: 38.7,
      longitudeDegrees: -9.1,
      elevationDegrees: -6,
      toleranceWatts: 10,
    },
  ],
};
let intervals = 0;
let findings = 0;
let filled = 0;
let seconds = 0;
for (let first = 0; first < POINTS; first += BLOCK) {
  const columns = block(first);
  const begin = process.hrtime.bigint();
  const done = fillColumns(columns, set, { nowMs: START_MS + SLOTS * LENGTH_MS });
  seconds += Number(process.hrtime.bigint() - begin) / 1e9;
  intervals += BLOCK * SLOTS;
  findings += done.findings.length;
  filled += done.filled.length;
}
console.log(
  JSON.stringify({
    bench: 'metering',
    points: POINTS,
    intervals,
    findings,
    filled,
    seconds: Number(seconds.toFixed(2)),
    intervalsPerSecond: Math.round(intervals / seconds),
  }),
);
