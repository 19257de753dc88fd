import { setTimeout as delay } from 'node:timers/promises';

/** Holds simulated time to `speed` times real time; says no once it was told to stop. */
export class Pace {
  private readonly startedMs = performance.now();
  private stopped = false;

  constructor(
    private readonly fromMs: number,
    private readonly speed: number,
  ) {}

  stop(): void {
    this.stopped = true;
  }

  /** Waits until simulated time may be `atMs`. A machine that is too slow simply falls behind. */
  readonly until = async (atMs: number): Promise<boolean> => {
    const dueMs = this.startedMs + (atMs - this.fromMs) / this.speed;
    const leftMs = dueMs - performance.now();
    if (leftMs > 1) await delay(leftMs);
    return !this.stopped;
  };
}
