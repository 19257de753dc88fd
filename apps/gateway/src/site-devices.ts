import type { Clock, Device, DeviceIdentity, Driver, DriverStore, Log } from '@microgrid/devices';
import { filter, firstValueFrom, fromEvent, takeUntil } from 'rxjs';
import { wireOf, type BusConfig, type ModbusBusConfig } from './bus-configuration.js';
import { openBus } from './buses.js';
import type { GatewayConfig } from './configuration.js';
import type { DriverHosts } from './driver-host/driver-hosts.js';
import type { Wire } from './driver-host/landlord.js';
import { asConfigError, findDriver, unitOf, type FoundDriver } from './drivers.js';
import { GatewayError } from './gateway-error.js';
import { sourcesOf } from './interval-source.js';
import { statedTimeoutMs, type LineDevice } from './line-options.js';
import type { GatewayPorts } from './ports.js';
import { openBroker, openHttp } from './wires.js';

type DeviceEntry = GatewayConfig['devices'][number];

/** What the devices of a site are opened with. */
export interface SiteDevicesOptions {
  readonly config: GatewayConfig;
  readonly ports: GatewayPorts;
  readonly clock: Clock;
  readonly log: Log;
  /** Fires when the gateway stops. */
  readonly signal: AbortSignal;
  /** Starts the driver packages, once the buses are open and before a device is. */
  readonly startHosts: () => Promise<DriverHosts>;
  readonly storeOf: (device: string) => DriverStore;
  /** Told how to close what was opened. */
  readonly opened: (close: () => Promise<void> | void) => void;
}

/** Longest that a device is asked who it is, real ms. */
const PROBE_MS = 10_000;

/** Opens the buses of a configuration, then every device on them. */
export class SiteDevices {
  private readonly wires = new Map<string, Wire>();
  private readonly found = new Map<DeviceEntry, FoundDriver>();
  private readonly baseFolder: string;

  constructor(private readonly options: SiteDevicesOptions) {
    this.baseFolder = options.ports.baseFolder ?? '.';
  }

  /** @returns the devices in the order of the configuration. @throws GatewayError */
  async open(): Promise<readonly { entry: DeviceEntry; device: Device }[]> {
    const { config, opened } = this.options;
    for (const entry of config.devices) {
      this.found.set(entry, await findDriver(entry, this.baseFolder));
    }
    for (const bus of config.buses) this.wires.set(bus.id, await this.openWire(bus));
    const hosts = await this.options.startHosts();
    const devices: { entry: DeviceEntry; device: Device }[] = [];
    for (const [index, entry] of config.devices.entries()) {
      const device = await this.openDevice(entry, hosts).catch((error: unknown) => {
        throw asConfigError(error, index);
      });
      opened(() => device.close());
      devices.push({ entry, device });
    }
    return devices;
  }

  private async openWire(bus: BusConfig): Promise<Wire> {
    const { config, opened } = this.options;
    if (bus.type === 'http') {
      const { transport, close } = openHttp(bus, this.baseFolder);
      opened(close);
      return { kind: 'http', transport };
    }
    if (bus.type === 'mqtt') {
      const { transport, close } = openBroker(bus, config, this.baseFolder);
      opened(close);
      return { kind: 'mqtt', transport };
    }
    const transport = await this.openModbus(bus);
    opened(() => transport.close());
    return { kind: 'modbus', transport };
  }

  private async openModbus(bus: ModbusBusConfig) {
    const { config, ports, log, signal } = this.options;
    const entries = config.devices.filter((entry) => entry.bus === bus.id);
    const devices = entries.map((entry): LineDevice => {
      const profile = this.found.get(entry)?.profile;
      const unit = unitOf(entry, profile);
      return {
        device: entry.id,
        ...(unit === undefined ? {} : { unit }),
        ...(profile === undefined ? {} : { transport: profile.transport }),
      };
    });
    const [only, another] = entries;
    const isHan = only?.driver === 'eredes-han' && another === undefined;
    const hanUnit = isHan ? devices[0]?.unit : undefined;
    const surroundings = { devices, log, signal, ...(hanUnit === undefined ? {} : { hanUnit }) };
    return (ports.openBus ?? openBus)(bus, surroundings);
  }

  private async openDevice(entry: DeviceEntry, hosts: DriverHosts): Promise<Device> {
    const { config, clock, log, signal, storeOf } = this.options;
    const wire = this.wires.get(entry.bus);
    if (wire === undefined) throw new GatewayError('unknown-bus', `bus ${entry.bus}`);
    const context = {
      device: entry.id,
      clock,
      log,
      store: storeOf(entry.id),
      signal,
      gateway: config.gateway,
    };
    const { here } = this.found.get(entry) ?? {};
    if (here === undefined) return hosts.open(entry.driver ?? '', entry.config, wire, context);
    // The configuration was checked for this, and a wire of another kind has another transport.
    if (wire.kind !== here.wire) throw new GatewayError('unknown-bus', `bus ${entry.bus}`);
    const driver = here.driver as Driver<unknown>;
    const own = this.configOf(entry);
    const device = await driver.open({ ...context, transport: wire.transport }, own);
    if (entry.driver !== undefined) this.introduce(entry, driver, own, wire, device);
    return device;
  }

  /** What the driver is told: its own configuration, and what stands elsewhere in the gateway's. */
  private configOf(entry: DeviceEntry): Readonly<Record<string, unknown>> {
    const { config } = this.options;
    const bus = config.buses.find(({ id }) => id === entry.bus);
    const unit = unitOf(entry, this.found.get(entry)?.profile);
    const timeoutMs =
      bus === undefined || wireOf(bus) !== 'modbus'
        ? undefined
        : statedTimeoutMs(bus as ModbusBusConfig, unit);
    const point = config.metering.points.find(
      (each) => each.device === entry.id && sourcesOf(each, entry).includes('loadProfile'),
    );
    return {
      ...(timeoutMs === undefined ? {} : { requestTimeoutMs: timeoutMs }),
      ...(entry.driver === 'eredes-han' && point !== undefined
        ? { meteringPoint: point.meteringPoint }
        : {}),
      ...entry.config,
    };
  }

  /** Says in the log who answers, or that nobody does; it does not hold up the start. */
  private introduce(
    entry: DeviceEntry,
    driver: Driver<unknown>,
    config: unknown,
    wire: Wire,
    device: Device,
  ): void {
    const { log, clock, signal, storeOf, opened } = this.options;
    const ending = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]);
    const ask = async (): Promise<DeviceIdentity | undefined> => {
      const { manufacturer, model, serial } = device.description;
      if (serial !== undefined)
        return { ...(manufacturer && { manufacturer }), ...(model && { model }), serial };
      if (wire.kind === 'mqtt' && !(await isConnected(wire, ending))) return undefined;
      const { transport } = wire;
      const context = {
        device: entry.id,
        transport,
        clock,
        log,
        store: storeOf(entry.id),
        signal: ending,
      };
      return driver.probe(context, config);
    };
    const told = ask().then(
      (identity) => {
        if (signal.aborted) return;
        const who = Object.values(identity ?? {}).join(' ');
        if (identity === undefined) {
          log(
            'warn',
            `${entry.id}: no device that ${entry.driver ?? ''} knows answers on ${entry.bus}; it is asked again at every tick`,
          );
        } else log('info', `${entry.id}: ${who}`);
      },
      (error: unknown) => {
        if (!signal.aborted)
          log('warn', `${entry.id}: who it is could not be asked: ${String(error)}`);
      },
    );
    opened(() => told);
  }
}

async function isConnected(wire: Extract<Wire, { kind: 'mqtt' }>, signal: AbortSignal) {
  if (signal.aborted) return false;
  const connected = wire.transport.connected$.pipe(
    filter((now) => now),
    takeUntil(fromEvent(signal, 'abort')),
  );
  return firstValueFrom(connected, { defaultValue: false });
}
