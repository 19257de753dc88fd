/** How long to wait before each new attempt. */
export interface ReconnectBackoff {
  /** The next wait in ms: the step (doubling up to the maximum) times 0.5 to 1 at random. */
  next(): number;
  /** Starts again from the first step; call it when a connection stood. */
  reset(): void;
}

/**
 * Doubling waits with jitter, so that a neighbourhood whose broker restarts does not come back in
 * one instant.
 * @param firstMs the first step, ms.
 * @param maxMs the longest step, ms.
 * @param random 0 (inclusive) to 1.
 */
export function reconnectBackoff(
  firstMs: number,
  maxMs: number,
  random: () => number,
): ReconnectBackoff {
  let stepMs = firstMs;
  return {
    next: () => {
      const waitMs = stepMs * (0.5 + random() / 2);
      stepMs = Math.min(stepMs * 2, maxMs);
      return waitMs;
    },
    reset: () => {
      stepMs = firstMs;
    },
  };
}
