import type { GroupDefinition, ModelDefinition } from './model-definition.js';

/** Registers of a group when nothing in it is repeated: its points and the groups that occur once. */
function fixedRegisters(group: GroupDefinition): number {
  const own = group.points.reduce((sum, { size }) => sum + size, 0);
  return group.groups
    .filter(({ count }) => count === 'once')
    .reduce((sum, inner) => sum + fixedRegisters(inner), own);
}

/** The least length a model of this definition can state: that of its fixed part. */
export function minimumLength(definition: ModelDefinition): number {
  return fixedRegisters(definition);
}
