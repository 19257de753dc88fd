/** Milliseconds on the monotonic clock; wall clock changes do not move it. */
export function monotonicMs(): number {
  return performance.now();
}

/**
 * One timer for all deadlines of a bus. Under load a deadline is set per request but almost never
 * reached, so an alarm that is due earlier is left to ring and look again.
 */
export class Alarm {
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Infinity;

  constructor(private readonly ring: (nowMs: number) => void) {}

  /** Rings at `dueMs` (monotonic) or earlier. */
  wakeAt(dueMs: number): void {
    if (dueMs >= this.#dueMs) return;
    this.stop();
    this.#dueMs = dueMs;
    const delayMs = Math.max(1, Math.ceil(dueMs - monotonicMs()));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#dueMs = Infinity;
      this.ring(monotonicMs());
    }, delayMs);
  }

  /** Forgets what is due. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dueMs = Infinity;
  }
}
