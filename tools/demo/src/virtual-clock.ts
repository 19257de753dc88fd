/** One clock for every gateway of the demo: it moves when all of them have finished their tick. */
export class VirtualClock {
  private current: number;

  constructor(private readonly startMs: number) {
    this.current = startMs;
  }

  set(ms: number): void {
    this.current = ms;
  }

  readonly nowMs = (): number => this.current;
  readonly monotonicMs = (): number => this.current - this.startMs;
}
