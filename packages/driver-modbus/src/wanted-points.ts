import {
  isRegisterPoint,
  type Profile,
  type ProfilePoint,
  type Quantity,
  type WriteField,
} from '@microgrid/devices';

/** Points of phases that a single-phase device does not have. */
const OTHER_PHASE = /L[23]$/;

/**
 * The points a device publishes, in the order of its profile.
 * @param only default: all of them.
 */
export function publishedPoints(
  profile: Profile,
  phases: 1 | 3,
  only?: readonly string[],
): ProfilePoint[] {
  return profile.points.filter(
    ({ id, internal }) =>
      internal !== true &&
      (phases === 3 || !OTHER_PHASE.test(id)) &&
      (only === undefined || only.includes(id)),
  );
}

function pointOf(quantity: Quantity | undefined): string[] {
  return typeof quantity === 'object' ? [quantity.point] : [];
}

/** Points that the description's ratings and the controls' bounds are made of. */
export function ratingPoints(profile: Profile): Set<string> {
  return new Set([
    ...Object.values(profile.limits ?? {}).flatMap(pointOf),
    ...profile.controls.flatMap(({ minimum, maximum, safeValue, fallback }) => [
      ...pointOf(minimum),
      ...pointOf(maximum),
      ...pointOf(safeValue),
      ...(typeof fallback?.value === 'object' ? [fallback.value.point] : []),
    ]),
  ]);
}

function fieldPoints({ value }: WriteField): (string | undefined)[] {
  if (typeof value === 'number' || 'map' in value) return [];
  return ['point' in value ? value.point : value.over, value.scaleFrom];
}

function controlPoints(profile: Profile): string[] {
  return profile.controls
    .flatMap(({ steps, release, verify, follows }) => [
      ...[...steps, ...release].flatMap(({ fields }) => fields.flatMap(fieldPoints)),
      typeof verify === 'object' ? verify.point : undefined,
      follows?.point,
    ])
    .filter((name) => name !== undefined);
}

/**
 * All points that have to be read: published ones and whatever these, ratings and controls refer to.
 * @param only points to publish; default all.
 */
export function wantedPoints(
  profile: Profile,
  phases: 1 | 3,
  only?: readonly string[],
): Set<string> {
  const { identity } = profile;
  const names = [identity?.manufacturer, identity?.model, identity?.serial, identity?.firmware];
  const wanted = new Set([
    ...publishedPoints(profile, phases, only).map(({ id }) => id),
    ...ratingPoints(profile),
    ...controlPoints(profile),
    ...names.filter((name) => name !== undefined),
  ]);
  // A set visits what is added while it is walked, so references of references are followed.
  for (const id of wanted) {
    const point = profile.points.find((candidate) => candidate.id === id);
    if (point === undefined) continue;
    pointOf(point.nameplate).forEach((rating) => wanted.add(rating));
    if (!isRegisterPoint(point)) {
      point.sum.forEach((term) => wanted.add(term.point));
      continue;
    }
    if (point.scaleFrom !== undefined) wanted.add(point.scaleFrom);
    if (point.signFrom !== undefined) wanted.add(point.signFrom.point);
  }
  return wanted;
}
