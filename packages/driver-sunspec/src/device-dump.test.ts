import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeModel } from './decoded-model.js';
import { parseDeviceDump } from './device-dump.js';
import { isDriverSunspecError } from './driver-sunspec-error.js';
import { modelDefinition } from './model-registry.js';
import { buildMap } from './sunspec-map.js';
import { scanModels } from './scan.js';

const DUMPS = join(__dirname, '../../../../shared/data/meters/sunspec');

type Values = Readonly<Record<string, unknown>>;

/** Every value of a dump by the path it is decoded under; null = not implemented. */
function flatten(values: Values, prefix: string): [string, unknown][] {
  return Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
    if (Array.isArray(value)) {
      return value.flatMap((one, index) => flatten(one as Values, `${prefix}${name}[${index}].`));
    }
    if (typeof value === 'object' && value !== null) {
      return flatten(value as Values, `${prefix}${name}.`);
    }
    return [[prefix + name, value]];
  });
}

const SENTINELS = new Set([null, -0x8000, 0xffff, 0xffff_ffff]);

describe('device images', () => {
  const files = existsSync(DUMPS)
    ? readdirSync(DUMPS).filter((file) => file.endsWith('.json'))
    : [];
  if (files.length === 0) {
    it('are not at hand', () => {
      console.log(`skipped: no device images at ${DUMPS}`);
    });
  }

  it.each(files)('%s: every model is found and every point has its value', async (file) => {
    const text = JSON.parse(readFileSync(join(DUMPS, file), 'utf8')) as { models: Values[] };
    const dump = parseDeviceDump(text);
    const map = buildMap(dump.models);
    const scan = await scanModels(
      (address, count) => {
        const start = address - map.base;
        const value = map.registers.slice(start, start + count);
        return Promise.resolve({ ok: true, value });
      },
      [40_000],
    );
    if (scan.kind !== 'found') throw new Error(scan.reason);
    const wanted = text.models.filter(({ ID }) => ID !== 0xffff);
    expect(scan.list.models.map(({ id }) => id)).toEqual(wanted.map(({ ID }) => ID));
    expect(scan.list.end).toBe('end model');
    let compared = 0;
    const foreign: string[] = [];
    scan.list.models.forEach(({ id, address, length }, index) => {
      const definition = modelDefinition(id);
      if (definition === undefined) throw new Error(`model ${id} is not decoded`);
      const start = address - map.base;
      const points = decodeModel(definition, map.registers.subarray(start, start + 2 + length));
      const { ID: _, L, ...values } = wanted[index] ?? {};
      if (typeof L === 'number') expect(length).toBe(L);
      for (const [path, value] of flatten(values, '')) {
        const point = points.get(path);
        if (point === undefined) {
          foreign.push(`${id}.${path}`);
          continue;
        }
        compared += 1;
        // What stands in a pad means nothing.
        if (path.endsWith('Pad')) continue;
        if (SENTINELS.has(value as null))
          expect([id, path, point.raw]).toEqual([id, path, undefined]);
        else expect([id, path, String(point.raw)]).toEqual([id, path, String(value)]);
      }
    });
    console.log(`${file}: ${compared} values compared, ${foreign.length} of older drafts`);
    expect(compared).toBeGreaterThan(50);
    // A group that the definition does not have is named once, whatever is in it.
    const named = (path: string): boolean => dump.unknown.some((name) => path.startsWith(name));
    expect(foreign.filter((path) => !named(path))).toEqual([]);
  });

  it('name what an older draft calls differently', () => {
    const dump = parseDeviceDump({
      models: [
        { ID: 705, CrvSt: 1, NPt: 0, Crv: [{ VRefTms: 5 }] },
        { ID: 65_535, L: 0 },
      ],
    });
    expect(dump.models).toHaveLength(1);
    expect(dump.unknown).toEqual(['705.CrvSt', '705.Crv[0].VRefTms']);
  });

  it.each([
    [{}, 'models'],
    [{ models: [{ L: 3 }] }, 'models[0].ID'],
    [{ models: [] }, 'models'],
  ])('are refused with a path: %j', (value, path) => {
    expect(() => parseDeviceDump(value)).toThrow(path);
    try {
      parseDeviceDump(value);
    } catch (error) {
      expect(isDriverSunspecError(error) && error.code).toBe('bad-dump');
    }
  });

  it('refuse values that no register holds', () => {
    expect(() => buildMap([{ id: 103, values: { W: 40_000 } }])).toThrow('model 103.W');
    expect(() => buildMap([{ id: 64_001 }])).toThrow('model 64001: got no length');
    expect(() => buildMap([{ id: 1 }], { base: 65_500 })).toThrow('at most 65535');
  });
});
