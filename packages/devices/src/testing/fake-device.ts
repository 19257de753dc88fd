import type { DeviceDescriptionV1, ReadingV1 } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import { Subject } from 'rxjs';
import type { Clock } from '../clock.js';
import type { CommandOutcome } from '../command-outcome.js';
import type { SafetyTable } from '../control-safety.js';
import type { DeviceCommand } from '../device-command.js';
import type { Device } from '../device.js';
import { DevicesError } from '../devices-error.js';
import { missingReading, readingOf } from '../reading.js';

/** What a fake device is made of. */
export interface FakeDeviceOptions {
  readonly description: DeviceDescriptionV1;
  readonly clock: Clock;
  /** First values by point; a point without one reads as bad. */
  readonly values?: Readonly<Record<string, number>>;
  /** Facts of its controls; default none. */
  readonly safety?: SafetyTable;
  /** Answers commands; default: all are applied. */
  readonly onCommand?: (command: DeviceCommand) => CommandOutcome;
}

/** A device without a wire, for tests of what lies above drivers. */
export interface FakeDevice extends Device {
  /** Changes values; undefined takes one away. */
  set(values: Readonly<Record<string, number | undefined>>): void;
  /** Cuts the device off (every reading is bad, every command fails) or reconnects it. */
  setReachable(reachable: boolean): void;
  /** Commands received, in order. */
  readonly commands: readonly DeviceCommand[];
  /** How often control was handed back. */
  readonly releases: number;
}

/** Makes a fake device. */
export function fakeDevice(options: FakeDeviceOptions): FakeDevice {
  const { description, clock } = options;
  const values = new Map<string, number>(Object.entries(options.values ?? {}));
  const commands: DeviceCommand[] = [];
  const points = new Subject<readonly ReadingV1[]>();
  let reachable = true;
  let closed = false;
  let releases = 0;
  const assertOpen = (): void => {
    if (closed) throw new DevicesError('closed', `device ${description.device} is closed`);
  };
  const readPoint = (point: string, at: string): ReadingV1 => {
    const origin = { device: description.device, point, at };
    const value = values.get(point);
    if (!reachable) return missingReading(origin, 'unreachable');
    return value === undefined ? missingReading(origin, 'absent') : readingOf(origin, value);
  };
  return {
    description,
    points$: points.asObservable(),
    safety: () => options.safety ?? {},
    commands,
    get releases() {
      return releases;
    },
    set(changes) {
      for (const [point, value] of Object.entries(changes)) {
        if (value === undefined) values.delete(point);
        else values.set(point, value);
      }
    },
    setReachable(now) {
      reachable = now;
    },
    async read() {
      assertOpen();
      const at = formatInstant(clock.nowMs());
      const readings = description.points.map((point) => readPoint(point, at));
      points.next(readings);
      return Promise.resolve(readings);
    },
    async command(command) {
      assertOpen();
      if (!reachable) return Promise.resolve({ status: 'failed', reason: 'unreachable' });
      commands.push(command);
      const applied: CommandOutcome = {
        status: 'applied',
        reason: 'applied',
        readback: command.value,
      };
      return Promise.resolve(options.onCommand?.(command) ?? applied);
    },
    async release() {
      releases += 1;
      return Promise.resolve();
    },
    async close() {
      closed = true;
      points.complete();
      return Promise.resolve();
    },
  };
}
