import {
  missingReading,
  type CommandOutcome,
  type Device,
  type DeviceAlarm,
  type DeviceCommand,
  type DriverStore,
  type SafetyTable,
} from '@microgrid/devices';
import {
  deviceDescriptionV1,
  intervalV1,
  readingV1,
  type DeviceDescriptionV1,
  type IntervalV1,
  type ReadingV1,
} from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import { Subject } from 'rxjs';
import type { Clock, Log } from '@microgrid/devices';
import type { DeviceAnswer, DeviceState } from './hosted-call.js';
import { landlordOf, type Landlord, type Wire } from './landlord.js';

/** What the gateway gives a device whose driver runs in a thread. */
export interface HostedContext {
  readonly device: string;
  readonly config: unknown;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: DriverStore;
}

/** A device's way to its driver's thread. */
export interface HostedLine {
  /** Calls the opened device. @throws why there is no answer. */
  call(method: string, argument: unknown, signal?: AbortSignal): Promise<DeviceAnswer>;
  /** Opens it, if it can be now; why not otherwise. */
  ensureOpen(): Promise<string | undefined>;
  tell(news: unknown): void;
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** A stranger's device as the gateway sees it: always there, and bad while its driver is not. */
export class HostedDevice implements Device {
  private readonly points = new Subject<readonly ReadingV1[]>();
  private readonly intervals = new Subject<readonly IntervalV1[]>();
  readonly points$ = this.points.asObservable();
  readonly intervals$ = this.intervals.asObservable();
  readonly landlord: Landlord;
  private described: DeviceDescriptionV1;
  private facts: SafetyTable = {};
  private raised: readonly DeviceAlarm[] = [];
  private closed = false;
  private refusedReadings = 0;

  constructor(
    readonly context: HostedContext,
    private readonly line: HostedLine,
    placeholder: Pick<DeviceDescriptionV1, 'role' | 'points'>,
  ) {
    this.landlord = landlordOf(context.wire, (value) => {
      line.tell({ device: context.device, value });
    });
    this.described = {
      kind: 'deviceDescription',
      version: 1,
      device: context.device,
      phases: 1,
      controls: [],
      limits: {},
      ...placeholder,
    };
  }

  get description(): DeviceDescriptionV1 {
    return this.described;
  }

  safety(): SafetyTable {
    return this.facts;
  }

  alarms(): readonly DeviceAlarm[] {
    return this.raised;
  }

  /** Takes what the driver said of the device; a description of another device is refused. */
  learn({ description, safety, alarms }: DeviceState): void {
    const { data } = deviceDescriptionV1.safeParse(description);
    if (data?.device === this.context.device) this.described = data;
    else this.refuse('a description that is none of this device');
    this.facts = safety;
    this.raised = alarms;
  }

  /** Takes readings that the driver published; what is no reading of this device is dropped. */
  take(readings: readonly unknown[]): readonly ReadingV1[] {
    const sound = readings.flatMap((reading) => {
      const { data } = readingV1.safeParse(reading);
      return data?.device === this.context.device ? [data] : [];
    });
    if (sound.length < readings.length) this.refuse('what is no reading of this device');
    return sound;
  }

  publish(readings: readonly unknown[]): void {
    this.points.next(this.take(readings));
  }

  publishIntervals(intervals: readonly unknown[]): void {
    const sound = intervals.flatMap((interval) => {
      const { data } = intervalV1.safeParse(interval);
      return data === undefined ? [] : [data];
    });
    this.intervals.next(sound);
  }

  private refuse(what: string): void {
    this.refusedReadings += 1;
    if (this.refusedReadings > 1) return;
    const { log, device } = this.context;
    log('error', `${device}: its driver gave ${what}; it is left out, here and from now on`);
  }

  async read(signal?: AbortSignal): Promise<readonly ReadingV1[]> {
    const away = await this.line.ensureOpen();
    if (away !== undefined) return this.missing(away);
    try {
      const { value, state } = await this.line.call('read', undefined, signal);
      this.learn(state);
      return this.take(Array.isArray(value) ? value : []);
    } catch (error) {
      return this.missing(reasonOf(error));
    }
  }

  private missing(cause: string): readonly ReadingV1[] {
    const { device, clock } = this.context;
    const at = formatInstant(Math.floor(clock.nowMs()));
    const readings = this.described.points.map((point) =>
      missingReading({ device, point, at }, cause),
    );
    this.points.next(readings);
    return readings;
  }

  async command(command: DeviceCommand): Promise<CommandOutcome> {
    const away = await this.line.ensureOpen();
    if (away !== undefined) return { status: 'failed', reason: away };
    try {
      const { value, state } = await this.line.call('command', command);
      this.learn(state);
      return value as CommandOutcome;
    } catch (error) {
      return { status: 'failed', reason: reasonOf(error) };
    }
  }

  async release(): Promise<void> {
    await this.quietly('release', undefined);
  }

  async makeSafe(why: string): Promise<void> {
    await this.quietly('makeSafe', why);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.quietly('close', undefined);
    this.landlord.end();
    this.points.complete();
    this.intervals.complete();
  }

  private async quietly(method: string, argument: unknown): Promise<void> {
    try {
      await this.line.call(method, argument);
    } catch (error) {
      const { log, device } = this.context;
      log('warn', `${device}: ${method}: ${reasonOf(error)}`);
    }
  }
}
