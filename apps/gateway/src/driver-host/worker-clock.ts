import type { Clock } from '@microgrid/devices';

/** The gateway's time when something was said to the worker. */
export interface ClockSample {
  readonly nowMs: number;
  readonly monotonicMs: number;
  /** How fast the gateway's clocks run: 1 = real time, 0 = they stand between two calls. */
  readonly speed: number;
}

/** The gateway's clocks inside a worker: set with each call, and running on in between. */
export class WorkerClock implements Clock {
  private sample: ClockSample = { nowMs: 0, monotonicMs: 0, speed: 1 };
  private sampledMs = performance.now();
  private latestMs = -Infinity;

  set(sample: ClockSample): void {
    this.sample = sample;
    this.sampledMs = performance.now();
  }

  private get passedMs(): number {
    const { speed } = this.sample;
    return speed === 0 ? 0 : (performance.now() - this.sampledMs) * speed;
  }

  nowMs(): number {
    return Math.round(this.sample.nowMs + this.passedMs);
  }

  monotonicMs(): number {
    // A call may have been under way for longer than the time since it was said.
    this.latestMs = Math.max(this.latestMs, this.sample.monotonicMs + this.passedMs);
    return this.latestMs;
  }
}
