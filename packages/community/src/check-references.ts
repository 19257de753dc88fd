import { formatRatio, numeratorAt, parseRatio } from '@microgrid/units';
import type { CommunityInput } from './community-schema.js';

/** A place where two fields of a community contradict each other. */
export interface ReferenceProblem {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Names used twice, names that do not exist, validity that ends before it begins, coefficients above 1 together. */
export function checkReferences(community: CommunityInput): ReferenceProblem[] {
  return [
    ...checkIds(community),
    ...checkGateways(community),
    ...checkValidity(community),
    ...checkCoefficients(community),
  ];
}

function pointsOf(community: CommunityInput): {
  id: string;
  gateway: string | undefined;
  path: (string | number)[];
}[] {
  return community.members.flatMap((member, memberIndex) =>
    member.meteringPoints.map((point, index) => ({
      id: point.id,
      gateway: point.gateway,
      path: ['members', memberIndex, 'meteringPoints', index],
    })),
  );
}

function twice(
  what: string,
  items: readonly { id: string; path: (string | number)[] }[],
): ReferenceProblem[] {
  const seen = new Set<string>();
  return items.flatMap(({ id, path }) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [{ path: [...path, 'id'], message: `an id that no other ${what} has` }];
  });
}

function checkIds(community: CommunityInput): ReferenceProblem[] {
  const { members, gateways = [] } = community;
  return [
    ...twice(
      'member',
      members.map(({ id }, index) => ({ id, path: ['members', index] })),
    ),
    ...twice('metering point', pointsOf(community)),
    ...twice(
      'gateway',
      gateways.map(({ id }, index) => ({ id, path: ['gateways', index] })),
    ),
  ];
}

function checkGateways(community: CommunityInput): ReferenceProblem[] {
  const known = new Set((community.gateways ?? []).map(({ id }) => id));
  return pointsOf(community).flatMap(({ gateway, path }) =>
    gateway === undefined || known.has(gateway)
      ? []
      : [{ path: [...path, 'gateway'], message: 'the id of one of the gateways listed' }],
  );
}

function checkValidity(community: CommunityInput): ReferenceProblem[] {
  const spans = community.members.flatMap((member, memberIndex) => [
    { ...member, path: ['members', memberIndex] },
    ...member.meteringPoints.map((point, index) => ({
      ...point,
      path: ['members', memberIndex, 'meteringPoints', index],
    })),
  ]);
  return spans.flatMap(({ validFrom, validTo, path }) =>
    validFrom !== undefined && validTo !== undefined && validFrom >= validTo
      ? [{ path: [...path, 'validTo'], message: `a day after validFrom, which is ${validFrom}` }]
      : [],
  );
}

function checkCoefficients(community: CommunityInput): ReferenceProblem[] {
  const { sharingKey } = community;
  if (sharingKey.type !== 'fixed') return [];
  const known = new Set(pointsOf(community).map(({ id }) => id));
  const path = ['sharingKey', 'coefficients'];
  const unknown = Object.keys(sharingKey.coefficients).filter((id) => !known.has(id));
  if (unknown.length > 0) {
    return unknown.map((id) => ({
      path: [...path, id],
      message: 'a coefficient of a metering point of this community; no point has this id',
    }));
  }
  const scale = 12;
  const sum = Object.values(sharingKey.coefficients).reduce(
    (total, text) => total + numeratorAt(parseRatio(text), scale),
    0n,
  );
  if (sum <= 10n ** BigInt(scale)) return [];
  const total = formatRatio({ numerator: sum, scale });
  return [{ path, message: `coefficients that add up to at most 1; these add up to ${total}` }];
}
