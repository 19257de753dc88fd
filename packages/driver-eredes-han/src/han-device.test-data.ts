import type { DriverContext } from '@microgrid/devices';
import {
  memoryLog,
  memoryStore,
  virtualClock,
  type VirtualClock,
} from '@microgrid/devices/testing';
import type { IntervalV1 } from '@microgrid/events';
import type { ModbusBus } from '@microgrid/modbus';
import { eredesHanConfig } from './config.js';
import { directBus } from './direct-bus.test-data.js';
import { openEredesHan } from './eredes-han-driver.js';
import type { EredesHanDevice } from './han-device.js';
import type { EmiMeterOptions } from './twin/emi-options.js';
import { emiTwin, type EmiTwin } from './twin/emi-twin.js';

/** A simulated meter, the device that reads it, and what came out. */
export interface Rig {
  readonly clock: VirtualClock;
  readonly twin: EmiTwin;
  readonly bus: ReturnType<typeof directBus>;
  device: EredesHanDevice;
  readonly intervals: IntervalV1[];
  readonly log: ReturnType<typeof memoryLog>;
  /** Polls until the load profile is current, at most so often. */
  settle(polls?: number): Promise<void>;
  /** Lets time pass in steps, polling at each. */
  run(ms: number, stepMs?: number): Promise<void>;
  /** Closes the device and opens it again with what it stored. */
  restart(): Promise<void>;
}

/** Opens a rig. @param config of the driver; a metering point is given */
export async function openRig(
  startMs: number,
  options: Partial<EmiMeterOptions> = {},
  config: Readonly<Record<string, unknown>> = {},
): Promise<Rig> {
  const clock = virtualClock(startMs);
  const checked = eredesHanConfig.parse({
    meteringPoint: 'PT0002000012345678XX',
    timeZone: options.timeZone ?? 'Europe/Lisbon',
    ...config,
  });
  const twin = emiTwin(checked, { clock }, { startMs, ...options });
  const bus = directBus((functionCode, data) => twin.handler.custom?.(functionCode, data));
  const log = memoryLog();
  const context: DriverContext<ModbusBus> = {
    device: 'meter',
    transport: bus,
    clock,
    log: log.log,
    store: memoryStore(),
    signal: new AbortController().signal,
  };
  const intervals: IntervalV1[] = [];
  const open = async (): Promise<EredesHanDevice> => {
    const device = await openEredesHan(context, checked);
    device.intervals$.subscribe((batch) => intervals.push(...batch));
    return device;
  };
  const rig: Rig = {
    clock,
    twin,
    bus,
    log,
    intervals,
    device: await open(),
    async settle(polls = 400) {
      for (let poll = 0; poll < polls; poll += 1) {
        await rig.device.read();
        const state = rig.device.status().loadProfile?.state;
        if (state === 'current' || state === 'unusable') return;
      }
      throw new Error(`not settled: ${JSON.stringify(rig.device.status().loadProfile)}`);
    },
    async run(ms, stepMs = 60_000) {
      for (let left = ms; left > 0; left -= stepMs) {
        clock.advance(Math.min(stepMs, left));
        await rig.device.read();
      }
    },
    async restart() {
      await rig.device.close();
      rig.device = await open();
    },
  };
  return rig;
}
