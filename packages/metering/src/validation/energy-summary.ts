/** What one pass over the energies of a direction tells; by it most rules know that they find nothing. */
export interface EnergySummary {
  /** Infinity where nothing is known. */
  readonly least: number;
  /** -Infinity where nothing is known. */
  readonly largest: number;
  /** Maximal runs of one and the same energy above 0, runs of one included. */
  readonly runs: number;
  /** Those of at least two intervals. */
  readonly repeatedRuns: number;
  /** Intervals of the longest of them. */
  readonly longestRun: number;
}

/** Sums up the energies of one direction; NaN is an energy that is not known and equals none. */
export function energySummary(values: Float64Array): EnergySummary {
  let [least, largest] = [Infinity, -Infinity];
  let [runs, repeatedRuns, longestRun] = [0, 0, 0];
  let from = 0;
  let running = NaN;
  const slots = values.length;
  for (let slot = 0; slot < slots; slot++) {
    const value = values[slot] as number;
    if (value === running) continue;
    if (running > 0) {
      const length = slot - from;
      runs += 1;
      if (length > 1) repeatedRuns += 1;
      if (length > longestRun) longestRun = length;
    }
    if (value < least) least = value;
    if (value > largest) largest = value;
    from = slot;
    running = value;
  }
  if (running > 0) {
    runs += 1;
    if (slots - from > 1) repeatedRuns += 1;
    longestRun = Math.max(longestRun, slots - from);
  }
  return { least, largest, runs, repeatedRuns, longestRun };
}
