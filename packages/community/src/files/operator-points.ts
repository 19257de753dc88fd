import type { Community } from '../community.js';
import { pointsByOperatorId } from '../community-points.js';
import type { FileProblem } from './file-problem.js';

/** Points of a community by the names of a file; what it does not know are problems. */
export interface NamedPoints {
  /** Id of the metering point of each name, in the order asked. */
  readonly ids: readonly string[];
  readonly problems: readonly FileProblem[];
}

/** Finds the metering points that an operator's file names, by `operatorId` or by id. */
export function namedPoints(
  community: Community,
  file: string,
  names: readonly string[],
): NamedPoints {
  const known = pointsByOperatorId(community);
  const problems: FileProblem[] = [];
  const owners = new Map<string, string>();
  const ids = names.map((name) => {
    const id = known.get(name)?.id;
    const other = id === undefined ? undefined : owners.get(id);
    if (id === undefined || other !== undefined) {
      problems.push({
        file,
        severity: 'error',
        path: 'metering_point',
        found: JSON.stringify(name),
        expected:
          other === undefined
            ? 'the id or operatorId of a metering point of the community'
            : `each metering point once; "${other}" names ${id ?? ''} too`,
      });
    }
    if (id !== undefined) owners.set(id, name);
    return id ?? name;
  });
  return { ids, problems };
}
