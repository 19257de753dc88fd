import type { Clock } from './clock.js';
import type { DriverStore } from './driver-store.js';
import type { Log } from './log.js';

/** All that a driver is given: it opens no socket and starts no timer of its own. */
export interface DriverContext<Transport> {
  /** Id of the device; stands in every reading. */
  readonly device: string;
  /** The wire, for example a Modbus bus; shared with other devices and closed by its owner. */
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  /** What the driver remembers of this device over restarts. */
  readonly store: DriverStore;
  /** Fires when the gateway stops: requests under way are given up. */
  readonly signal: AbortSignal;
  /** Id of the gateway. Commands whose audience is neither this nor the device are refused. */
  readonly gateway?: string;
}

/** Who a device says it is. */
export interface DeviceIdentity {
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly firmware?: string;
}
