/** When a unit that does not answer is left alone, and for how long. */
export interface BreakerOptions {
  /** Failures in a row after which requests are rejected without asking, 1..1000. Default 3. */
  readonly failures?: number;
  /** First wait before one request tries the unit again, ms. Default 1000. */
  readonly minimumMs?: number;
  /** Longest wait, ms; it doubles with each failed try up to this. Default 60,000. */
  readonly maximumMs?: number;
}

/** Why a unit failed last. */
export interface UnitFailure {
  readonly cause: string;
  /** 4, 10 or 11; absent for a timeout. */
  readonly exceptionCode?: number;
}

/**
 * A unit that fails takes at most this share of a line that other units use: the wait before it is
 * tried again is at least 19 times what the last try cost.
 */
const costFactor = 19;

/**
 * Leaves a unit alone after failures in a row: closed (ask), open (do not ask until the wait is
 * over), then half open (one request tries it).
 */
export class CircuitBreaker {
  failures = 0;
  last: UnitFailure | undefined;
  #openings = 0;
  #openUntilMs = -Infinity;
  #isOpen = false;

  constructor(private readonly options: Required<BreakerOptions> | undefined) {}

  /** Milliseconds for which nothing is asked; 0 when the unit may be asked. */
  waitMs(nowMs: number): number {
    return this.#isOpen ? Math.max(0, this.#openUntilMs - nowMs) : 0;
  }

  /** Whether only one request may try the unit now. */
  get isTrying(): boolean {
    return this.#isOpen;
  }

  /** The unit answered. @returns true when it was given up before */
  succeed(): boolean {
    if (this.failures === 0) return false;
    const was = this.#isOpen;
    this.failures = 0;
    this.last = undefined;
    this.#openings = 0;
    this.#isOpen = false;
    return was;
  }

  /**
   * The unit failed.
   *
   * @param costMs - how long the failure held the line
   * @param isShared - other units use the line
   * @param random - uniform in [0, 1)
   * @returns true when from now on nothing is asked for a while
   */
  fail(
    failure: UnitFailure,
    nowMs: number,
    costMs: number,
    isShared: boolean,
    random: number,
  ): boolean {
    this.failures += 1;
    this.last = failure;
    const { options } = this;
    if (!options || (!this.#isOpen && this.failures < options.failures)) return false;
    const bound = Math.min(
      options.maximumMs,
      options.minimumMs * 2 ** Math.min(this.#openings, 30),
    );
    this.#openings += 1;
    this.#isOpen = true;
    const waitMs = bound * (0.5 + 0.5 * random);
    this.#openUntilMs = nowMs + (isShared ? Math.max(waitMs, costMs * costFactor) : waitMs);
    return true;
  }

  /** One request may try the unit now: the connection is new, or the unit may be another one. */
  retryNow(): void {
    this.#openUntilMs = -Infinity;
  }
}
