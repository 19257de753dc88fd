import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { intervalId, type IntervalV1 } from '@microgrid/events';
import { sampleRecord } from '@microgrid/journal/testing';
import { formatInstant } from '@microgrid/units';
import { openDatabase } from './open-database.js';

const QUARTER_MS = 900_000;

function interval(slot: number): IntervalV1 {
  const span = {
    meteringPoint: 'home-01',
    start: formatInstant(slot * QUARTER_MS),
    end: formatInstant((slot + 1) * QUARTER_MS),
    revision: 1,
  };
  const energies = { importMilliwattHours: slot * 997, exportMilliwattHours: 0 };
  return {
    kind: 'interval',
    version: 1,
    id: intervalId(span),
    ...span,
    ...energies,
    quality: 'measured',
    source: 'gw-01',
  };
}

async function perSecond(
  count: number,
  work: (index: number) => Promise<unknown>,
): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < count; index += 1) await work(index);
  return Math.round((count * 1000) / (performance.now() - start));
}

/** Appends, acknowledgements and interval blocks per second on this disk, and bytes per interval. */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'microgrid-bench-'));
  const figures: Record<string, number> = {};
  for (const durability of ['full', 'normal'] as const) {
    const database = openDatabase(join(folder, `${durability}.sqlite`), { durability });
    const append = (seq: number): Promise<void> =>
      database.eventLog.append([sampleRecord(1, seq)], { outgoing: true });
    figures[`${durability}AppendsPerSecond`] = await perSecond(500, append);
    figures[`${durability}RowsReadPerSecond`] = await perSecond(20, () =>
      database.eventLog.read(undefined, 500),
    ).then((reads) => reads * 500);
    database.close();
  }
  const path = join(folder, 'series.sqlite');
  const database = openDatabase(path, { durability: 'normal' });
  figures['intervalPutsPerSecond'] = await perSecond(30 * 96, (slot) =>
    database.series.put([interval(slot)]),
  );
  database.close();
  figures['bytesPerInterval'] = Math.round(statSync(path).size / (30 * 96));
  rmSync(folder, { recursive: true });
  console.log(JSON.stringify({ bench: 'storage-sqlite', ...figures }));
}

void main();
