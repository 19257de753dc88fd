/** Bounds and grid of a control's values. */
export interface SetPointGrid {
  readonly allowZero?: boolean | undefined;
  readonly step?: number | undefined;
}

/** Brings a value into its bounds; between zero and a charger's minimum it becomes zero. */
export function clampSetPoint(
  value: number,
  bounds: { readonly minimum?: number | undefined; readonly maximum?: number | undefined },
  { allowZero, step }: SetPointGrid,
): number {
  const { minimum = -Infinity, maximum = Infinity } = bounds;
  // The tolerance keeps 0.3 / 0.1 on its step.
  const stepped = step === undefined ? value : Math.floor(value / step + 1e-9) * step;
  if (allowZero === true && (stepped < minimum || minimum > maximum)) return 0;
  return Math.min(maximum, Math.max(minimum, stepped)) + 0;
}
