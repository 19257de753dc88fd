import { readCanonicalCsv, writeCanonicalCsv } from './index.js';

const POINTS = 1000;
const INTERVALS = 2976;
const LENGTH_MS = 900_000;

/** A month of quarter-hours of 1,000 points, as bytes, made without any randomness. */
function generated(): Uint8Array {
  const rows = POINTS * INTERVALS;
  const startMs = Date.UTC(2026, 0, 1);
  const at = (row: number): number => startMs + Math.floor(row / POINTS) * LENGTH_MS;
  return writeCanonicalCsv({
    file: 'generated',
    rows,
    points: Array.from({ length: POINTS }, (_, index) => `point-${String(index).padStart(4, '0')}`),
    point: Int32Array.from({ length: rows }, (_, row) => row % POINTS),
    startMs: Float64Array.from({ length: rows }, (_, row) => at(row)),
    endMs: Float64Array.from({ length: rows }, (_, row) => at(row) + LENGTH_MS),
    importMilliwattHours: Float64Array.from(
      { length: rows },
      (_, row) => ((row * 7919) % 2500) * 1000,
    ),
    exportMilliwattHours: Float64Array.from(
      { length: rows },
      (_, row) => ((row * 104729) % 900) * 1000,
    ),
    quality: new Uint8Array(rows),
    line: Int32Array.from({ length: rows }, (_, row) => row + 2),
  });
}

const bytes = generated();
const seconds: number[] = [];
let rows = 0;
for (let run = 0; run < 5; run++) {
  const begin = process.hrtime.bigint();
  rows = readCanonicalCsv(bytes, { file: 'generated.csv' }).rows;
  seconds.push(Number(process.hrtime.bigint() - begin) / 1e9);
}
const median = seconds.sort((a, b) => a - b)[2] as number;
console.log(
  JSON.stringify({
    bench: 'csv',
    rows,
    megabytes: Math.round(bytes.length / 1e6),
    rowsPerSecond: Math.round(rows / median),
    bestRowsPerSecond: Math.round(rows / (seconds[0] as number)),
  }),
);
