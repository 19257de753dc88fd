/**
 * Takes `reduction` off a side in equal parts; an order smaller than its part gives all it has and the
 * others make up for it. Whole mWh that do not divide come off the earlier positions.
 * @param positions the orders that give, in position order; together they hold at least `reduction`.
 * @param energies what each holds; reduced in place.
 */
export function reduceEqually(
  positions: readonly number[],
  energies: Float64Array,
  reduction: number,
): void {
  const bySize = [...positions].sort(
    (a, b) => (energies[a] as number) - (energies[b] as number) || a - b,
  );
  let left = reduction;
  let level = 0;
  for (const [index, position] of bySize.entries()) {
    const others = bySize.length - index;
    const energy = energies[position] as number;
    // Up to here everybody from `position` on has given `level`.
    if ((energy - level) * others >= left) break;
    left -= (energy - level) * others;
    level = energy;
  }
  const givers = positions.filter((position) => (energies[position] as number) > level);
  const each = givers.length === 0 ? 0 : Math.floor(left / givers.length);
  let extra = left - each * givers.length;
  for (const position of positions) {
    const energy = energies[position] as number;
    if (energy <= level) {
      energies[position] = 0;
      continue;
    }
    const unit = extra > 0 ? 1 : 0;
    extra -= unit;
    energies[position] = energy - level - each - unit;
  }
}
