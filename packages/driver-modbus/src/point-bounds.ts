import { boundsCause, type ProfilePoint, type Quantity } from '@microgrid/devices';

/** The bounds of one point, checked once its block was read. */
export interface CompiledBounds {
  readonly index: number;
  /** Takes the value away where it lies outside, and says why. */
  readonly check: (values: (number | undefined)[], causes: (string | undefined)[]) => void;
}

/** A rating as far as it is known. */
function ratingReader(
  quantity: Quantity,
  indexOf: ReadonlyMap<string, number>,
): (values: readonly (number | undefined)[]) => number | undefined {
  if (typeof quantity === 'number') return () => quantity;
  const index = indexOf.get(quantity.point);
  const { factor = 1 } = quantity;
  return (values) => {
    const rating = index === undefined ? undefined : values[index];
    // A rating of 0 is one that the device does not tell.
    return rating === undefined || rating === 0 ? undefined : Math.abs(rating * factor);
  };
}

function compileOne(
  point: ProfilePoint,
  index: number,
  indexOf: ReadonlyMap<string, number>,
): CompiledBounds {
  const { minimum, maximum, nameplate } = point;
  const rating = nameplate === undefined ? undefined : ratingReader(nameplate, indexOf);
  return {
    index,
    check: (values, causes) => {
      const value = values[index];
      if (value === undefined) return;
      let cause = boundsCause(value, { minimum, maximum });
      const most = cause === undefined ? rating?.(values) : undefined;
      if (most !== undefined && Math.abs(value) > most) {
        cause = `beyond the nameplate's ${most}`;
      }
      if (cause === undefined) return;
      values[index] = undefined;
      causes[index] = `${value} is ${cause}`;
    },
  };
}

/** Bounds of the points that have any; those that depend on a rating come after the ratings. */
export function compileBounds(
  points: readonly ProfilePoint[],
  indexOf: ReadonlyMap<string, number>,
): CompiledBounds[] {
  const bounded = points.filter(
    ({ minimum, maximum, nameplate }) =>
      minimum !== undefined || maximum !== undefined || nameplate !== undefined,
  );
  const rank = ({ nameplate }: ProfilePoint): number => (typeof nameplate === 'object' ? 1 : 0);
  return [...bounded]
    .sort((a, b) => rank(a) - rank(b))
    .map((point) => compileOne(point, indexOf.get(point.id) ?? 0, indexOf));
}
