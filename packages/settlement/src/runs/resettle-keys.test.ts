import type { Columns } from '@microgrid/metering';
import fc from 'fast-check';
import { generatedSharing, type GeneratedSharing } from '../generated-sharing.test-data.js';
import { isSettlementError } from '../settlement-error.js';
import { resettle } from './resettle.js';
import type { RunInputs } from './run-inputs.js';
import { settleRun, type RunRequest, type SettlementRun } from './settlement-run.js';
import { KNOWN_MS, LENIENT } from './village.test-data.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);

/** Hours of the period; the generated one comes again in each. */
const HOURS = 3;

/** Rows of some cells of the period, energies as given. */
function rowsOf(
  { grid }: GeneratedSharing,
  cells: readonly number[],
  energies: (cell: number) => readonly [imported: number, exported: number],
): Columns {
  const size = grid.points.length;
  const startOf = (cell: number): number =>
    grid.startMs + Math.floor(cell / size) * grid.resolutionMs;
  return {
    file: 'generated',
    rows: cells.length,
    points: grid.points,
    point: Int32Array.from(cells, (cell) => cell % size),
    startMs: Float64Array.from(cells, startOf),
    endMs: Float64Array.from(cells, (cell) => startOf(cell) + grid.resolutionMs),
    importMilliwattHours: Float64Array.from(cells, (cell) => energies(cell)[0]),
    exportMilliwattHours: Float64Array.from(cells, (cell) => energies(cell)[1]),
    quality: new Uint8Array(cells.length),
    line: Int32Array.from(cells, (_, index) => index + 2),
  };
}

/** All columns of a run as text, those in objects too. */
function textOf({ settled }: SettlementRun): string {
  return JSON.stringify({ ...settled, contract: null }, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float64Array, String) : value,
  );
}

test('whatever the key, what is settled again in part is what a fresh run gives', () => {
  const keys = new Set<string>();
  let kept = 0;
  fc.assert(
    fc.property(
      generatedSharing(6, { ofReadings: false }),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 2 ** 30 }), fc.nat({ max: 2 ** 30 })), {
        minLength: 1,
        maxLength: 4,
      }),
      (made, corrections) => {
        const { grid, community } = made;
        const size = grid.points.length;
        const all = Array.from({ length: HOURS * size }, (_, cell) => cell);
        const first = rowsOf(made, all, (cell) => [
          grid.importMilliwattHours[cell % size] as number,
          grid.exportMilliwattHours[cell % size] as number,
        ]);
        // Only the first interval is corrected, so that others are kept.
        const cells = [...new Set(corrections.map(([at]) => at % size))];
        const late = rowsOf(made, cells, (cell) => {
          const [, imported, exported] = corrections.find(([at]) => at % size === cell) ?? [];
          return [imported ?? 0, exported ?? 0];
        });
        const inputs: RunInputs = {
          readings: [
            { knownMs: KNOWN_MS, kind: 'dso-file', columns: first },
            { knownMs: KNOWN_MS + 1, kind: 'dso-file', columns: late },
          ],
          contracts: [{ knownMs: KNOWN_MS, community, files: made.inputs.files }],
        };
        const request = (asKnownOnMs: number): RunRequest => ({
          period: { startMs: grid.startMs, endMs: grid.startMs + HOURS * grid.resolutionMs },
          kind: 'R1',
          asKnownOnMs,
          calendar: LENIENT,
        });
        try {
          const before = settleRun(inputs, request(KNOWN_MS));
          const again = resettle(before, inputs, request(KNOWN_MS + 1));
          const fresh = settleRun(inputs, request(KNOWN_MS + 1));
          expect(textOf(again.run)).toBe(textOf(fresh));
          expect(again.recomputed.length).toBeLessThanOrEqual(1);
          if (before.settled.intervals > again.recomputed.length) kept++;
          keys.add(community.sharingKey.type);
        } catch (error) {
          if (isSettlementError(error) && error.code === 'out-of-range') return;
          throw error;
        }
      },
    ),
    { numRuns: 80 * scale },
  );
  expect(keys.size).toBeGreaterThan(5);
  expect(kept).toBeGreaterThan(10 * scale);
});
