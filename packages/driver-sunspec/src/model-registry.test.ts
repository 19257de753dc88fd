import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseModel, type GroupDefinition } from './model-definition.js';
import { MODEL_IDS, modelDefinition } from './model-registry.js';
import { layOutModel } from './model-layout.js';
import { isDriverSunspecError } from './driver-sunspec-error.js';

const OFFICIAL = join(__dirname, '../../../../shared/data/sunspec-models');

interface OfficialPoint {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly sf?: string | number;
  readonly units?: string;
  readonly access?: string;
  readonly mandatory?: string;
}
interface OfficialGroup {
  readonly name: string;
  readonly count?: number | string;
  readonly points: readonly OfficialPoint[];
  readonly groups?: readonly OfficialGroup[];
}

/** One comparable line a point, in the order of the registers, with its offset in its group. */
function officialLines(group: OfficialGroup, path: string, root: boolean): string[] {
  let offset = 0;
  const lines = group.points.flatMap(({ name, type, size, sf, units, access, mandatory }) => {
    const line = `${path}${name} @${offset} ${type}:${size} sf=${sf ?? ''} unit=${(units ?? '').replaceAll(' ', '')} ${access ?? 'R'} ${mandatory ?? 'O'}`;
    offset += size;
    // Id and length begin every model; they are no points of ours.
    return root && (name === 'ID' || name === 'L') ? [] : [line];
  });
  const inner = (group.groups ?? []).flatMap((one) => {
    const count = one.count ?? 1;
    const head = `${path}${one.name} x ${count === 0 ? 'rest' : count}`;
    return [head, ...officialLines(one, `${path}${one.name}.`, false)];
  });
  return [...lines, ...inner];
}

function ourLines(group: GroupDefinition, path: string, from: number): string[] {
  let offset = from;
  const lines = group.points.map(({ name, type, size, scaleFactor, unit, writable, mandatory }) => {
    const line = `${path}${name} @${offset} ${type}:${size} sf=${scaleFactor ?? ''} unit=${unit ?? ''} ${writable ? 'RW' : 'R'} ${mandatory ? 'M' : 'O'}`;
    offset += size;
    return line;
  });
  const inner = group.groups.flatMap((one) => {
    const { count } = one;
    const times = count === 'once' ? 1 : count === 'rest' ? 'rest' : count.point;
    return [`${path}${one.name} x ${times}`, ...ourLines(one, `${path}${one.name}.`, 0)];
  });
  return [...lines, ...inner];
}

const REQUIRED = [
  1, 101, 102, 103, 111, 112, 113, 120, 121, 122, 123, 124, 160, 201, 202, 203, 204, 211, 212, 213,
  214, 701, 702, 703, 704, 705, 706, 707, 708, 709, 710, 711, 712, 713, 714, 802, 803,
];

describe('model definitions', () => {
  it('exist for the models of inverters, meters and batteries', () => {
    expect(MODEL_IDS).toEqual(expect.arrayContaining(REQUIRED));
    expect(modelDefinition(64_999)).toBeUndefined();
  });

  it('agree with the official files in every point, offset, type, size, scale factor and access', () => {
    if (!existsSync(OFFICIAL)) {
      console.log(`skipped: no official model files at ${OFFICIAL}`);
      return;
    }
    const ids = readdirSync(OFFICIAL).flatMap(
      (file) => /^model_(\d+)\.json$/.exec(file)?.[1] ?? [],
    );
    let points = 0;
    for (const id of ids.map(Number)) {
      const text = readFileSync(join(OFFICIAL, `model_${id}.json`), 'utf8');
      const { group } = JSON.parse(text) as { group: OfficialGroup };
      const definition = modelDefinition(id);
      if (definition === undefined) throw new Error(`model ${id} is not defined`);
      const ours = ourLines(definition, '', 2);
      expect(ours).toEqual(officialLines(group, '', true));
      points += ours.length;
    }
    console.log(`${ids.length} models, ${points} lines compared`);
    expect(points).toBeGreaterThan(1500);
  });

  it('find the scale factor of every point that has one', () => {
    for (const id of MODEL_IDS) {
      const definition = modelDefinition(id);
      if (definition === undefined) continue;
      // Counts of 1 place every group once.
      const registers = new Uint16Array(3000).fill(1);
      registers[1] = 2998;
      for (const point of layOutModel(definition, registers).points) {
        const has = typeof point.definition.scaleFactor === 'string';
        expect([id, point.path, point.scaleOffset !== undefined]).toEqual([id, point.path, has]);
      }
    }
  });
});

describe('parseModel', () => {
  it.each([
    ['W word16', 'got "W word16"'],
    ['Mn string', 'got "Mn string"'],
    ['a {\nW int16\n}\nV int16', 'in front of all groups'],
    ['a {\nW int16', 'not closed'],
  ])('refuses %j', (text, message) => {
    try {
      parseModel(1, text);
      throw new Error('was taken');
    } catch (error) {
      expect(isDriverSunspecError(error) && error.code).toBe('bad-definition');
      expect(String(error)).toContain(message);
    }
  });
});
