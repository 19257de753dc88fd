/** How long a batch waits for its receipt, and after a refusal for its next try. */
export class ResendBackoff {
  #failures = 0;

  constructor(
    private readonly firstMs: number,
    private readonly maxMs: number,
    private readonly random: () => number,
  ) {}

  /** `firstMs` doubled for every failure since the last success, at most `maxMs`, times 0.75 to 1 at random. */
  waitMs(): number {
    const stepMs = Math.min(this.firstMs * 2 ** Math.min(this.#failures, 40), this.maxMs);
    return stepMs * (0.75 + this.random() / 4);
  }

  failed(): void {
    this.#failures += 1;
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
