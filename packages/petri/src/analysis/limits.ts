/** Why an exploration stopped before the end. */
export type StopReason = 'states' | 'bytes' | 'time' | 'aborted' | 'tokens';

/** What `onProgress` is told. */
export interface ExplorationProgress {
  /** States found. */
  readonly states: number;
  /** States whose successors are known. */
  readonly expandedStates: number;
  readonly firings: number;
}

/** When to stop. A stopped exploration is a result, not an error. */
export interface ExplorationLimits {
  /** States that may be stored. Default 10,000,000; at most 2^30. */
  readonly maxStates?: number;
  /** Bytes that states, hash table and edges may take. Default: no limit. */
  readonly maxBytes?: number;
  /** Milliseconds of `clock` that may pass. Default: no limit. Needs `clock`. */
  readonly maxMilliseconds?: number;
  /** Any monotonic clock in milliseconds, for instance `() => performance.now()`. */
  readonly clock?: () => number;
  /**
   * Looked at every 2,048 states at most. An exploration holds its thread, so the signal can only be
   * aborted from `clock` or `onProgress`; to stop from outside, drive it in steps (`analyseInSteps`).
   */
  readonly signal?: AbortSignal;
  /** Called every 2,048 states at most. */
  readonly onProgress?: (progress: ExplorationProgress) => void;
}

/**
 * The same limits with the time that is left of them, or a part of it: one deadline for all parts of
 * the work.
 */
export function sharedDeadline<Limits extends ExplorationLimits>(
  limits: Limits,
): (part?: number) => Limits {
  const { clock, maxMilliseconds } = limits;
  if (clock === undefined || maxMilliseconds === undefined) return () => limits;
  const end = clock() + maxMilliseconds;
  return (part = 1) => ({ ...limits, maxMilliseconds: Math.max(0, end - clock()) * part });
}

/** Watches clock and signal. */
export class LimitWatch {
  private readonly end: number;

  constructor(private readonly limits: ExplorationLimits) {
    const { clock, maxMilliseconds } = limits;
    this.end =
      clock === undefined || maxMilliseconds === undefined ? Infinity : clock() + maxMilliseconds;
  }

  /** The reason to stop now, if there is one. */
  check(states: number, expandedStates: number, firings: number): StopReason | undefined {
    const { clock, signal, onProgress } = this.limits;
    onProgress?.({ states, expandedStates, firings });
    if (signal?.aborted === true) return 'aborted';
    return clock !== undefined && clock() > this.end ? 'time' : undefined;
  }
}
