import { communityPoints, type Community } from '@microgrid/community';
import type { EnrolledGateway } from '@microgrid/uplink';

/** Which gateway may send which metering points, from the community file. */
export function enrolment(community: Community): Map<string, EnrolledGateway> {
  const points = communityPoints(community);
  return new Map(
    community.gateways.map(({ id, publicKey }) => [
      id,
      {
        publicKey,
        meteringPoints: new Set(points.filter(({ gateway }) => gateway === id).map((p) => p.id)),
      },
    ]),
  );
}
