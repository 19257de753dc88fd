import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock, Device, DriverContext, Log } from '@microgrid/devices';
import { GatewayError } from '../gateway-error.js';
import { DriverHost, type Trouble } from './driver-host.js';
import { findDriverPackage } from './driver-package.js';
import { HOST_LIMITS, type HostLimits, type WorkerFile } from './host-limits.js';
import type { Wire } from './landlord.js';

/** What all hosts of a gateway share. */
export interface DriverHostsOptions {
  readonly gateway: string;
  /** Where packages are looked for first. */
  readonly baseFolder: string;
  readonly worker: WorkerFile | undefined;
  readonly limits: Partial<HostLimits>;
  readonly clock: Clock;
  readonly speed: number;
  readonly log: Log;
  readonly onTrouble: (name: string, trouble: Trouble | undefined) => void;
}

/** The driver packages of a gateway, each in its thread. */
export class DriverHosts {
  private readonly hosts = new Map<string, DriverHost>();

  constructor(private readonly options: DriverHostsOptions) {}

  /**
   * Starts a thread for each package.
   * @throws GatewayError `unknown-driver` or `bad-driver` for a package that can never work.
   */
  async start(names: readonly string[]): Promise<void> {
    const { worker, baseFolder, limits, onTrouble, gateway, clock, speed, log } = this.options;
    if (names.length === 0) return;
    if (worker === undefined) {
      throw new GatewayError(
        'bad-config',
        'drivers: got packages, but this gateway was started without driverWorker, the file that runs in their threads',
      );
    }
    const beside = dirname(
      typeof worker.file === 'string' ? worker.file : fileURLToPath(worker.file),
    );
    for (const name of names) {
      const host = new DriverHost({
        package: findDriverPackage(name, [baseFolder, beside], worker.conditions),
        worker,
        limits: { ...HOST_LIMITS, ...limits },
        gateway,
        clock,
        speed,
        log,
        onTrouble: (trouble) => {
          onTrouble(name, trouble);
        },
      });
      this.hosts.set(name, host);
      await host.start();
    }
  }

  /**
   * Opens a device with a package's driver.
   * @throws GatewayError `bad-config` for a configuration that the driver refuses.
   */
  open(
    name: string,
    config: unknown,
    wire: Wire,
    context: Omit<DriverContext<unknown>, 'transport'>,
  ): Promise<Device> {
    const host = this.hosts.get(name);
    if (host === undefined) {
      const text = `devices: driver ${name}: expected one that drivers lists`;
      return Promise.reject(new GatewayError('unknown-driver', text));
    }
    const { device, clock, log, store } = context;
    return host.device({ device, config, wire, clock, log, store });
  }

  /** The gateway is stopping: requests under way are given up. */
  stop(): void {
    for (const host of this.hosts.values()) host.stop();
  }

  /** Ends every thread. */
  async close(): Promise<void> {
    await Promise.all([...this.hosts.values()].map((host) => host.close()));
  }
}
