import { z } from 'zod';
import { communityShape } from './community-schema.js';

/**
 * The JSON Schema (draft 2020-12) of community files, for editors. Rules between fields are not in
 * it; `parseCommunity` checks those. The package ships it as `community.schema.json`.
 */
export function communityJsonSchema(): Record<string, unknown> {
  return {
    title: 'microgrid community',
    ...z.toJSONSchema(communityShape, { target: 'draft-2020-12', io: 'input' }),
  };
}
