import { z } from 'zod';
import { communityShape } from './community-schema.js';
import { presets } from './presets/preset.js';

/** What a preset can say in place of the file. */
const POLICY = ['timeZone', 'resolution', 'currency', 'netting', 'sharingKey'];

/**
 * The JSON Schema (draft 2020-12) of community files, for editors. Rules between fields are not in
 * it; `parseCommunity` checks those. The package ships it as `community.schema.json`.
 */
export function communityJsonSchema(): Record<string, unknown> {
  const { properties, required, ...schema } = z.toJSONSchema(communityShape, {
    target: 'draft-2020-12',
    io: 'input',
    // Forms that stand in many places, as tariffs do, are written once.
    reused: 'ref',
  });
  const policyOf = (name: string): boolean => POLICY.includes(name);
  return {
    title: 'microgrid community',
    ...schema,
    properties: {
      ...properties,
      preset: {
        description: 'Id of the preset that gives every rule this file does not',
        enum: presets().map(({ id }) => id),
      },
      // With a preset, a key without a type gives the preset's key its coefficients, groups or file.
      ...(properties?.['sharingKey'] && {
        sharingKey: {
          anyOf: [properties['sharingKey'], { type: 'object', not: { required: ['type'] } }],
        },
      }),
    },
    required: (required ?? []).filter((name) => !policyOf(name)),
    anyOf: [{ required: ['preset'] }, { required: (required ?? []).filter(policyOf) }],
  };
}
