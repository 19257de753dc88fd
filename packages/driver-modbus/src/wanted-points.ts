import {
  isRegisterPoint,
  type Profile,
  type ProfilePoint,
  type Quantity,
} from '@microgrid/devices';

/** Points of phases that a single-phase device does not have. */
const OTHER_PHASE = /L[23]$/;

/** The points a device publishes, in the order of its profile. */
export function publishedPoints(profile: Profile, phases: 1 | 3): ProfilePoint[] {
  return profile.points.filter(
    ({ id, internal }) => internal !== true && (phases === 3 || !OTHER_PHASE.test(id)),
  );
}

function pointOf(quantity: Quantity | undefined): string[] {
  return typeof quantity === 'object' ? [quantity.point] : [];
}

/** Points that the description's ratings and the controls' bounds are made of. */
export function ratingPoints(profile: Profile): Set<string> {
  return new Set([
    ...Object.values(profile.limits ?? {}).flatMap(pointOf),
    ...profile.controls.flatMap(({ minimum, maximum }) => [
      ...pointOf(minimum),
      ...pointOf(maximum),
    ]),
  ]);
}

function controlPoints(profile: Profile): string[] {
  return profile.controls
    .flatMap(({ steps, release, verify }) => [
      ...[...steps, ...release].flatMap(({ fields }) =>
        fields.flatMap(({ value }) =>
          typeof value === 'number' ? [] : [value.over, value.scaleFrom],
        ),
      ),
      typeof verify === 'object' ? verify.point : undefined,
    ])
    .filter((name) => name !== undefined);
}

/** All points that have to be read: published ones and whatever these, ratings and controls refer to. */
export function wantedPoints(profile: Profile, phases: 1 | 3): Set<string> {
  const { identity } = profile;
  const names = [identity?.manufacturer, identity?.model, identity?.serial, identity?.firmware];
  const wanted = new Set([
    ...publishedPoints(profile, phases).map(({ id }) => id),
    ...ratingPoints(profile),
    ...controlPoints(profile),
    ...names.filter((name) => name !== undefined),
  ]);
  // A set visits what is added while it is walked, so references of references are followed.
  for (const id of wanted) {
    const point = profile.points.find((candidate) => candidate.id === id);
    if (point === undefined) continue;
    if (!isRegisterPoint(point)) point.sum.forEach((term) => wanted.add(term.point));
    else if (point.scaleFrom !== undefined) wanted.add(point.scaleFrom);
  }
  return wanted;
}
