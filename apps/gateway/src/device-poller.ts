import type { DeviceSnapshot, PointReading } from '@microgrid/control';
import type { CommandOutcome, Clock, Device } from '@microgrid/devices';
import type { CommandV1, ReadingV1 } from '@microgrid/events';

/** Latest readings of one device and when, on the monotonic clock, they came. */
export class DevicePoller {
  private latest = new Map<string, { reading: ReadingV1; receivedMs: number }>();
  private underWay: Promise<void> | undefined;

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
    const readings = await this.device.read(signal);
    const receivedMs = this.clock.monotonicMs();
    for (const reading of readings) {
      const known = this.latest.get(reading.point);
      // A point of a slow block repeats its last reading: its age counts from when it was new.
      const repeated = known?.reading.at === reading.at && reading.value === known.reading.value;
      this.latest.set(reading.point, {
        reading,
        receivedMs: repeated ? known.receivedMs : receivedMs,
      });
      this.emit(reading);
    }
  }

  command(command: CommandV1): Promise<CommandOutcome> {
    return this.device.command(command);
  }

  reading(point: string): ReadingV1 | undefined {
    return this.latest.get(point)?.reading;
  }

  /** Whether the last poll got any usable value. */
  get online(): boolean {
    return [...this.latest.values()].some(({ reading }) => reading.value !== undefined);
  }

  /** The device as control sees it. */
  snapshot(): DeviceSnapshot {
    const nowMs = this.clock.monotonicMs();
    const readings: Record<string, PointReading> = {};
    for (const [point, { reading, receivedMs }] of this.latest) {
      readings[point] = {
        quality: reading.quality,
        ageMs: nowMs - receivedMs,
        ...(reading.value === undefined ? {} : { value: reading.value }),
      };
    }
    return { description: this.device.description, readings };
  }
}
