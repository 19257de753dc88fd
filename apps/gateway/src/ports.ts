import type { Observable } from 'rxjs';
import type { UpstreamSignals } from '@microgrid/control';
import type { Clock, Log } from '@microgrid/devices';
import type { IntervalV1, ReadingV1 } from '@microgrid/events';
import type { ModbusBus } from '@microgrid/modbus';
import type { Transport } from '@microgrid/uplink';
import type { BusSurroundings } from './buses.js';
import type { ModbusBusConfig } from './bus-configuration.js';
import type { GatewayConfig } from './configuration.js';
import type { HostLimits, WorkerFile } from './driver-host/host-limits.js';

/** A wire to the broker that is opened by the gateway and closed with it. */
export interface OpenTransport extends Transport {
  close(): Promise<void>;
}

/**
 * What a gateway takes from its surroundings. Every port has a real default; the demo and the tests
 * replace the clock and drive {@link Running.tick} themselves.
 */
export interface GatewayPorts {
  /** Default: the system's clocks. */
  readonly clock?: Clock;
  /** Default: one line per message on standard error. */
  readonly log?: Log;
  /** Opens a Modbus bus of the configuration. Default: the real one. */
  readonly openBus?: (
    bus: ModbusBusConfig,
    surroundings: BusSurroundings,
  ) => Promise<ModbusBus> | ModbusBus;
  /** Opens the wire to the broker. Default: MQTT. */
  readonly openTransport?: (config: GatewayConfig, baseFolder: string) => OpenTransport;
  /** Default true: ticks every `control.tickMs` by itself. False: the owner calls `tick`. */
  readonly selfTicking?: boolean;
  /** Folder that relative paths of the configuration start from. Default: the working folder. */
  readonly baseFolder?: string;
  /** The data folder was put back from a backup: the journal goes on in a new epoch. Default false. */
  readonly restored?: boolean;
  /** Folder of the console's built files; absent: only its API is served. */
  readonly consoleFolder?: string;
  /** The file that runs in a driver's thread. Needed where the configuration names driver packages. */
  readonly driverWorker?: WorkerFile;
  /** How much trouble a driver package may make; default {@link HOST_LIMITS}. */
  readonly driverLimits?: Partial<HostLimits>;
  /** Times real, for the page to say so; absent: real time. */
  readonly speed?: number;
}

/** A gateway that runs. */
export interface Running {
  /** `ed25519:…`: enrol it in the community file. */
  readonly publicKey: string;
  /** Where the console is served; absent without one. */
  readonly consoleUrl?: string;
  /** Every reading as it is taken. */
  readonly readings$: Observable<ReadingV1>;
  /** Every interval once it is durable. */
  readonly intervals$: Observable<IntervalV1>;
  /** One round: read, decide, command, meter, journal. Resolves when all of it is done. */
  tick(): Promise<void>;
  /** The coordinator's signals that hold now. */
  signals(): UpstreamSignals;
  /** Sends what the outbox holds and resolves when nothing waits or the real time is up. */
  drain(timeoutMs: number): Promise<boolean>;
  /** Releases the devices, closes bus, store and wire. Idempotent. */
  close(): Promise<void>;
}
