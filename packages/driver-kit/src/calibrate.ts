import { byPoint } from './checks-values.js';
import type { KitCase } from './kit-case.js';
import { samplesOf } from './point-samples.js';
import { quietLine, readDue } from './quiet-line.js';

/**
 * Finds for each point a value that is plausible for this device: a driver rightly refuses what its
 * nameplate excludes. Whether the value is the right one is for the checks to say.
 */
export async function calibrate(kit: KitCase): Promise<ReadonlyMap<string, number>> {
  const { values } = kit.options;
  if (values !== undefined) return new Map(Object.entries(values));
  const line = quietLine(kit);
  const { world } = line;
  const device = await line.open();
  let waiting = kit.driver.manifest.capabilities.points.map((point) => ({
    point,
    left: [...samplesOf(point)],
  }));
  const samples = new Map<string, number>();
  while (waiting.length > 0) {
    const tried = new Map<string, number>();
    for (const { point, left } of waiting) {
      for (let value = left.shift(); value !== undefined; value = left.shift()) {
        if (!world.canShow(point, value)) continue;
        tried.set(point, value);
        break;
      }
    }
    const found = byPoint(await readDue(world, device));
    for (const [point, value] of tried) {
      const reading = found.get(point);
      if (reading === undefined || reading.value !== undefined) samples.set(point, value);
    }
    waiting = waiting.filter(({ point, left }) => !samples.has(point) && left.length > 0);
  }
  await device.close();
  return samples;
}
