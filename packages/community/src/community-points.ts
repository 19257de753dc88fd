import { compareIds } from '@microgrid/units';
import type { Community, MeteringPoint } from './community.js';

/** A metering point with the member it belongs to; its validity is cut to the member's. */
export interface CommunityPoint extends MeteringPoint {
  readonly member: string;
}

/** All metering points in id order: the order of every column in settlement. */
export function communityPoints(community: Community): CommunityPoint[] {
  return community.members
    .flatMap((member) =>
      member.meteringPoints.map((point) => {
        const from = later(member.validFrom, point.validFrom);
        const to = earlier(member.validTo, point.validTo);
        return {
          ...point,
          member: member.id,
          ...(from !== undefined && { validFrom: from }),
          ...(to !== undefined && { validTo: to }),
        };
      }),
    )
    .sort((a, b) => compareIds(a.id, b.id));
}

/** The point that a name in an operator's file means: by `operatorId` or by its own id. */
export function pointsByOperatorId(community: Community): ReadonlyMap<string, CommunityPoint> {
  const points = communityPoints(community);
  return new Map([
    ...points.map((point) => [point.id, point] as const),
    ...points.flatMap((point) =>
      point.operatorId === undefined ? [] : [[point.operatorId, point] as const],
    ),
  ]);
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
}

function earlier(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
