import type { DeviceSnapshot, PointReading } from '@microgrid/control';
import type { CommandOutcome, Clock, Device } from '@microgrid/devices';
import type { CommandV1, ReadingV1 } from '@microgrid/events';

/** Latest readings of one device and when, on the monotonic clock, they came. */
export class DevicePoller {
  private readonly latest = new Map<string, { reading: ReadingV1; receivedMs: number }>();
  private readable = false;
  private underWay: Promise<void> | undefined;
  private failed: string | undefined;

  constructor(
    readonly device: Device,
    readonly label: string,
    private readonly clock: Clock,
    private readonly emit: (reading: ReadingV1) => void,
  ) {}

  /** Reads once; while a read is under way, the same one is waited for: no device is asked twice. */
  poll(signal: AbortSignal): Promise<void> {
    this.underWay ??= this.read(signal).finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  private async read(signal: AbortSignal): Promise<void> {
    let readings: readonly ReadingV1[];
    try {
      readings = await this.device.read(signal);
      this.failed = undefined;
    } catch (error) {
      // No trouble on the wire, which is told as bad readings: its store, or its driver.
      this.failed = error instanceof Error ? error.message : String(error);
      this.readable = false;
      return;
    }
    const receivedMs = this.clock.monotonicMs();
    let readable = false;
    for (const reading of readings) {
      if (reading.value !== undefined) readable = true;
      const known = this.latest.get(reading.point);
      if (known === undefined) this.latest.set(reading.point, { reading, receivedMs });
      else {
        // A point of a slow block repeats its last reading: its age counts from when it was new.
        const repeated = known.reading.at === reading.at && known.reading.value === reading.value;
        if (!repeated) known.receivedMs = receivedMs;
        known.reading = reading;
      }
      this.emit(reading);
    }
    this.readable = readable;
  }

  command(command: CommandV1): Promise<CommandOutcome> {
    return this.device.command(command);
  }

  reading(point: string): ReadingV1 | undefined {
    return this.latest.get(point)?.reading;
  }

  /** Whether the last poll got any usable value. */
  get online(): boolean {
    return this.readable;
  }

  /** Why its driver could not read at all; undefined when it could. */
  get failure(): string | undefined {
    return this.failed;
  }

  /** The device as control sees it. */
  snapshot(): DeviceSnapshot {
    const nowMs = this.clock.monotonicMs();
    const readings: Record<string, PointReading> = {};
    for (const [point, { reading, receivedMs }] of this.latest) {
      const { quality, value } = reading;
      const ageMs = nowMs - receivedMs;
      readings[point] = value === undefined ? { quality, ageMs } : { value, quality, ageMs };
    }
    return { description: this.device.description, readings };
  }
}
