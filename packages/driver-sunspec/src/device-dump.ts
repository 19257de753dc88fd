import { z } from 'zod';
import { DriverSunspecError } from './driver-sunspec-error.js';
import { safeParse } from '@microgrid/events';
import type { GroupDefinition } from './model-definition.js';
import { modelDefinition } from './model-registry.js';
import { END_MODEL } from './scan.js';
import type { GroupValues, MapModel } from './sunspec-map.js';

const modelSchema = z.looseObject({
  ID: z.int().min(1).max(0xffff),
  L: z.int().min(0).max(0xffff).nullish(),
});

const dumpSchema = z.looseObject({
  name: z.string().nullish(),
  models: z.array(modelSchema).min(1),
});

/** A device image as SunSpec's own tools write it, ready to be laid out. */
export interface DeviceDump {
  readonly name?: string;
  /** In the order they lie. */
  readonly models: readonly MapModel[];
  /**
   * Names of values that the definition of their model does not have, as `701.CrvSt`: images
   * of older drafts name some points differently. They are in no register.
   */
  readonly unknown: readonly string[];
}

/**
 * Reads a device image: an object with `models`, each an object of unscaled point values by name,
 * with `ID`, perhaps `L`, groups as objects and repeated groups as lists; null = not implemented.
 * Images of this form come with SunSpec's test tools.
 * @throws DriverSunspecError `bad-dump` with every problem's path.
 */
export function parseDeviceDump(value: unknown): DeviceDump {
  const result = safeParse(dumpSchema, value, 'device image');
  if (!result.success) throw new DriverSunspecError('bad-dump', result.error.message);
  const { name, models } = result.data;
  const unknown: string[] = [];
  const read = models
    .filter(({ ID }) => ID !== END_MODEL)
    .map(({ ID, L, ...values }): MapModel => {
      const definition = modelDefinition(ID);
      if (definition !== undefined)
        listUnknown(definition, values as GroupValues, `${ID}`, unknown);
      return {
        id: ID,
        ...(typeof L === 'number' ? { length: L } : {}),
        values: values as GroupValues,
      };
    });
  return { ...(typeof name === 'string' ? { name } : {}), models: read, unknown };
}

function listUnknown(
  group: GroupDefinition,
  values: GroupValues,
  path: string,
  unknown: string[],
): void {
  for (const [name, value] of Object.entries(values)) {
    const inner = group.groups.find((candidate) => candidate.name === name);
    if (inner !== undefined) {
      const repeated = Array.isArray(value);
      const all = (repeated ? value : [value]) as readonly (GroupValues | null)[];
      all.forEach((one, index) => {
        const where = repeated ? `${path}.${name}[${index}]` : `${path}.${name}`;
        if (one !== null) listUnknown(inner, one, where, unknown);
      });
    } else if (!group.points.some((point) => point.name === name)) {
      unknown.push(`${path}.${name}`);
    }
  }
}
