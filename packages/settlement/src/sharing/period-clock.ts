import { LocalClock } from '@microgrid/community';
import type { LocalTime } from '@microgrid/units/calendar';
import type { EpochMs } from '@microgrid/units';

/** The wall clock of a period's intervals. */
export class PeriodClock {
  private readonly clock: LocalClock;

  constructor(
    timeZone: string,
    readonly startMs: EpochMs,
    readonly resolutionMs: number,
    readonly intervals: number,
  ) {
    this.clock = new LocalClock(timeZone);
  }

  /** The wall clock at an interval's start. */
  local(interval: number): LocalTime {
    return this.clock.at(this.startMs + interval * this.resolutionMs);
  }
}
