import { CsvWriter } from '@microgrid/metering';
import { generateIntervals } from '@microgrid/simulator';
import { compareIds } from '@microgrid/units';
import { NEIGHBOURHOOD } from './neighbourhood.js';

/** Index of `measured` in the interval qualities. */
const MEASURED = 0;

/** Seed of the example that the repository ships. */
export const EXAMPLE_SEED = 11;

/** What the neighbourhood's grid meters count from one instant to another, in canonical CSV. */
export function exampleReadings(startMs: number, endMs: number): Uint8Array {
  const points = NEIGHBOURHOOD.map(({ site }) => site.id).sort(compareIds);
  const writer = new CsvWriter(points);
  const pieces: Uint8Array[] = [];
  const sites = NEIGHBOURHOOD.map(({ site }) => site);
  for (const row of generateIntervals({ sites, seed: EXAMPLE_SEED, startMs, endMs })) {
    const { meteringPoint, importMilliwattHours, exportMilliwattHours } = row;
    writer.row(
      points.indexOf(meteringPoint),
      row.startMs,
      row.endMs,
      importMilliwattHours,
      exportMilliwattHours,
      MEASURED,
    );
    if (writer.full) pieces.push(writer.take());
  }
  pieces.push(writer.take());
  return Buffer.concat(pieces);
}
