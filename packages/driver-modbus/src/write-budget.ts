const DAY_MS = 86_400_000;

/**
 * How often a register may still be written within any 24 hours of the monotonic clock. Registers
 * that are stored in flash or EEPROM wear out; a lifetime of 100,000 writes is 11 years at 24 a day.
 */
export class WriteBudget {
  private readonly spentMs: number[] = [];

  /** @param perDay most writes in any 24 h; Infinity for registers that do not wear. */
  constructor(readonly perDay: number) {}

  /** Whether one more write is allowed now. */
  allows(nowMs: number): boolean {
    if (this.perDay === Infinity) return true;
    while ((this.spentMs[0] ?? Infinity) <= nowMs - DAY_MS) this.spentMs.shift();
    return this.spentMs.length < this.perDay;
  }

  /** Counts one write. */
  spend(nowMs: number): void {
    if (this.perDay !== Infinity) this.spentMs.push(nowMs);
  }
}
