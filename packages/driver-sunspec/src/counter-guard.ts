/** What flows at most through a device whose rating is not known. */
const MOST_WATTS = 250_000;
/** After so long a torn read could look like growth. */
const FRESH_MS = 60_000;

interface Accepted {
  readonly value: number;
  readonly atMs: number;
}

/** The growth that is possible within a time, in mWh, with room for two steps of the counter. */
function possibleGrowth(elapsedMs: number, stepMilliwattHours: number): number {
  return (MOST_WATTS * elapsedMs) / 3600 + 2 * stepMilliwattHours;
}

/**
 * Guards one lifetime counter of two registers or more against devices that change it between two
 * of its registers. A value that follows from the last one is taken as it is; a first value, one
 * below the last or one above what can have flowed is taken only when a second read agrees.
 */
export class CounterGuard {
  private last: Accepted | undefined;

  /** @param stepMilliwattHours what the counter counts by: the tear of a register is 65,536 of it. */
  constructor(private readonly stepMilliwattHours: number) {}

  /** Whether a value needs a second read. */
  suspects(value: number, nowMs: number): boolean {
    const { last } = this;
    if (last === undefined) return true;
    const elapsedMs = nowMs - last.atMs;
    if (elapsedMs > FRESH_MS || value < last.value) return true;
    return value - last.value > possibleGrowth(elapsedMs, this.stepMilliwattHours);
  }

  /** Whether the second of two reads confirms the first: the same, or a little more. */
  agree(first: number, second: number, betweenMs: number): boolean {
    return second >= first && second - first <= possibleGrowth(betweenMs, this.stepMilliwattHours);
  }

  /** Remembers a value that is taken. */
  accept(value: number, nowMs: number): void {
    this.last = { value, atMs: nowMs };
  }
}
