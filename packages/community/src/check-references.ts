import { checkKey } from './check-key.js';
import { checkParticipation } from './check-participation.js';
import type { CommunityInput } from './community-schema.js';
import type { ParticipationFactor } from './contract-rules.js';
import { withoutUndefined } from './without-undefined.js';

/** A place where two fields of a community contradict each other. */
export interface ReferenceProblem {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Names used twice, names that do not exist, validity that ends before it begins, keys and rules that contradict themselves. */
export function checkReferences(community: CommunityInput): ReferenceProblem[] {
  return [
    ...checkIds(community),
    ...checkGateways(community),
    ...checkValidity(community),
    ...checkKey(community),
    ...checkFactors(community),
    ...checkRules(community),
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
    ...checkOperatorIds(community),
    ...twice(
      'gateway',
      gateways.map(({ id }, index) => ({ id, path: ['gateways', index] })),
    ),
  ];
}

/** Ids that the operator's files could mean two points by. */
function checkOperatorIds(community: CommunityInput): ReferenceProblem[] {
  const names = new Map<string, string>();
  const points = community.members.flatMap((member, memberIndex) =>
    member.meteringPoints.map((point, index) => ({
      ...point,
      path: ['members', memberIndex, 'meteringPoints', index, 'operatorId'],
    })),
  );
  for (const { id } of points) names.set(id, id);
  return points.flatMap(({ id, operatorId, path }) => {
    if (operatorId === undefined) return [];
    const other = names.get(operatorId);
    names.set(operatorId, id);
    return other === undefined || other === id
      ? []
      : [{ path, message: `an id that names no other metering point; ${other} has it` }];
  });
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
  return datedFields(community).flatMap(({ validFrom, validTo, path }) =>
    validFrom !== undefined && validTo !== undefined && validFrom >= validTo
      ? [{ path: [...path, 'validTo'], message: `a day after validFrom, which is ${validFrom}` }]
      : [],
  );
}

/** Everything dated: members, points, and the rules inside them. */
function datedFields(
  community: CommunityInput,
): { validFrom?: string | undefined; validTo?: string | undefined; path: (string | number)[] }[] {
  const { exportEligibility, exportConstraints = [], reserveLevels = [] } = community;
  const members = community.members.flatMap((member, memberIndex) => [
    { ...member, path: ['members', memberIndex] },
    ...member.meteringPoints.flatMap((point, index) => {
      const path = ['members', memberIndex, 'meteringPoints', index];
      const { productionMeter, connection, participation = [] } = point;
      return [
        { ...point, path },
        { ...productionMeter, path: [...path, 'productionMeter'] },
        { ...connection?.decision, path: [...path, 'connection', 'decision'] },
        ...participation.map((factor, position) => ({
          ...factor,
          path: [...path, 'participation', position],
        })),
      ];
    }),
  ]);
  const rules = (list: readonly object[], ...path: string[]) =>
    list.map((rule, index) => ({ ...rule, path: [...path, index] }));
  return [
    ...members,
    ...rules(exportEligibility?.proximity ?? [], 'exportEligibility', 'proximity'),
    ...rules(exportConstraints, 'exportConstraints'),
    ...rules(reserveLevels, 'reserveLevels'),
  ];
}

function checkFactors(community: CommunityInput): ReferenceProblem[] {
  return community.members.flatMap((member, memberIndex) =>
    member.meteringPoints.flatMap(({ participation = [] }, index) =>
      checkParticipation(participation.map(withoutUndefined<ParticipationFactor>), [
        'members',
        memberIndex,
        'meteringPoints',
        index,
        'participation',
      ]),
    ),
  );
}

function checkVat({ charges = [], vat = [] }: CommunityInput): ReferenceProblem[] {
  const known = new Set(vat.map(({ id }) => id));
  return charges.flatMap((charge, index) =>
    charge.vat === undefined || known.has(charge.vat)
      ? []
      : [{ path: ['charges', index, 'vat'], message: 'the id of one of the VATs listed' }],
  );
}

/** Points that rules name and the community does not have; fields that one rule needs of the points. */
function checkRules(community: CommunityInput): ReferenceProblem[] {
  const points = community.members.flatMap(({ meteringPoints }) => meteringPoints);
  const known = new Set(points.map(({ id }) => id));
  const { charges = [], exportConstraints = [], reserveLevels = [] } = community;
  const message = 'the id of a metering point of this community';
  return [
    ...exportConstraints.flatMap(({ points: named = [] }, index) =>
      named.flatMap((id, position) =>
        known.has(id) ? [] : [{ path: ['exportConstraints', index, 'points', position], message }],
      ),
    ),
    ...charges.flatMap(({ points: named = [] }, index) =>
      named.flatMap((id, position) =>
        known.has(id) ? [] : [{ path: ['charges', index, 'points', position], message }],
      ),
    ),
    ...checkVat(community),
    ...reserveLevels.flatMap(({ point }, index) =>
      known.has(point) ? [] : [{ path: ['reserveLevels', index, 'point'], message }],
    ),
  ];
}
