import type { DeviceAlarm, SafetyTable } from '@microgrid/devices';
import type { ReadingV1 } from '@microgrid/events';
import type { BusNews } from './modbus-lease.js';
import type { ClockSample } from './worker-clock.js';

/** What a worker is started with. */
export interface WorkerStart {
  /** The module of the driver package. */
  readonly file: string;
  readonly package: string;
}

/** Opens a device, or probes for one. */
export interface OpenCall {
  readonly device: string;
  readonly gateway: string;
  readonly config: unknown;
  readonly wire: WireNews;
  readonly clock: ClockSample;
}

/** What a transport in the worker begins with. */
export type WireNews =
  | { readonly kind: 'modbus'; readonly news: BusNews }
  | { readonly kind: 'http' }
  | { readonly kind: 'mqtt'; readonly connected: boolean };

/** Any other call to an opened device. */
export interface DeviceCall {
  readonly device: string;
  readonly clock: ClockSample;
  /** The command, or why it is made safe. */
  readonly argument?: unknown;
}

/** What a device says of itself beside its answers; checked where it arrives. */
export interface DeviceState {
  readonly description: unknown;
  readonly safety: SafetyTable;
  readonly alarms: readonly DeviceAlarm[];
  readonly canMakeSafe: boolean;
}

/** The answer to a call to a device. */
export interface DeviceAnswer {
  readonly value: unknown;
  readonly state: DeviceState;
}

/** Readings of a device, as it published them. */
export interface PointsNews {
  readonly device: string;
  readonly readings: readonly ReadingV1[];
}
