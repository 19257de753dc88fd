import type { Driver, Profile } from '@microgrid/devices';
import type { Access, ModbusBus, UnitHandler } from '@microgrid/modbus';
import type { Observation, SiteConfig } from '@microgrid/plant';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { HOUSE_DRIVERS } from './device-speech.js';
import { lineFaults, type PlantedFault } from './planted-fault.js';
import { serveLine, type LineConfig, type ServedLine } from './served-line.js';
import { SimulatedSite, type DeviceSimulation } from './simulated-site.js';
import { SimulatorError } from './simulator-error.js';

/** What to simulate. */
export interface SimulatorOptions {
  readonly sites: readonly SiteConfig[];
  /** Instant at which simulated time begins. */
  readonly startMs: EpochMs;
  /** Seed of the world; the same seed, sites and writes give the same values. */
  readonly seed: number;
  /** Address of all servers. Default 127.0.0.1: Modbus has no authentication. */
  readonly host?: string;
  /** Ports by `site/device`; a device not named gets a free one. */
  readonly ports?: Readonly<Record<string, number>>;
  /** How devices are simulated, by `site/device`; a device not named speaks as its kind usually does. */
  readonly devices?: Readonly<Record<string, DeviceSimulation & { readonly line?: string }>>;
  /** Lines that devices share, by the name their `line` gives. A device without one has a TCP port of its own. */
  readonly lines?: Readonly<Record<string, LineConfig>>;
  /** Drivers beside the house's own whose twins devices may speak as, by package name. */
  readonly drivers?: ReadonlyMap<string, Driver<ModbusBus>>;
  /** Profiles beside the catalogue's, by id. */
  readonly profiles?: ReadonlyMap<string, Profile>;
  /** Called after each request of a client; must not throw. */
  readonly onAccess?: (site: string, device: string, access: Access) => void;
}

/** Where a simulated device answers. */
export interface Endpoint {
  /** How it is reached. */
  readonly type: LineConfig['type'];
  /** Address and port in the network; of a serial line empty and 0. */
  readonly host: string;
  readonly port: number;
  /** Device file of a serial line. */
  readonly path?: string;
  /** Unit id there. */
  readonly unit: number;
  /** Id of its profile in the catalogue, or the name of the driver it speaks for. */
  readonly profile: string;
}

/** A site as it is. */
export interface SiteSnapshot {
  readonly atMs: EpochMs;
  /** Every device and point, in the house's vocabulary and signs, energy in mWh. */
  readonly devices: Observation;
}

/** Sites on Modbus TCP. Time moves only by {@link Simulator.advanceTo} or while {@link Simulator.run} runs. */
export interface Simulator {
  /** Where simulated time stands. */
  readonly nowMs: EpochMs;
  /** By site and device; devices without electronics (the house) have none. */
  readonly endpoints: Readonly<Record<string, Readonly<Record<string, Endpoint>>>>;
  /**
   * Moves time on, for lock-step runs; set points written before hold on the way.
   * @throws PlantError `bad-instant` for a time before now, SimulatorError `closed`.
   */
  advanceTo(atMs: EpochMs): void;
  /**
   * Lets time run by itself until the function returned is called.
   * @param speed simulated seconds per real second, above 0.
   * @param tickMs real milliseconds between two moves, default 20.
   */
  run(speed: number, tickMs?: number): () => void;
  /** What the plant of a site shows now. @throws SimulatorError `unknown-site`. */
  snapshot(site: string): SiteSnapshot;
  /** Stops time and all servers. Idempotent. */
  close(): Promise<void>;
}

interface Servers {
  readonly endpoints: Record<string, Record<string, Endpoint>>;
  readonly running: ServedLine[];
}

/** One device on its way to a line. */
interface Attached {
  readonly site: string;
  readonly device: string;
  readonly unit: number;
  readonly speaks: string;
  readonly handler: UnitHandler;
  readonly faults: readonly PlantedFault[];
}

/** The devices of every line: those named, and a TCP port for each device that names none. */
function attach(
  options: SimulatorOptions,
  sites: ReadonlyMap<string, SimulatedSite>,
): { readonly line: LineConfig; readonly devices: Attached[] }[] {
  const named = new Map(
    Object.entries(options.lines ?? {}).map(([name, line]) => [
      name,
      { line, devices: [] as Attached[] },
    ]),
  );
  const lines = [...named.values()];
  for (const [site, simulated] of sites) {
    for (const [device, twin] of simulated.twins) {
      const path = `${site}/${device}`;
      const { line: name, faults = [] } = options.devices?.[path] ?? {};
      const { unit, speaks } = twin;
      const handler = simulated.handler(device, twin);
      const attached = { site, device, unit, speaks, handler, faults };
      if (name === undefined) {
        const port = options.ports?.[path] ?? 0;
        lines.push({ line: { type: 'tcp', port }, devices: [attached] });
        continue;
      }
      const shared = named.get(name);
      if (shared === undefined) {
        const known = [...named.keys()].join(', ') || 'none';
        throw refused(`device ${path}: line: got ${name}, expected one of ${known}`);
      }
      const other = shared.devices.find((each) => each.unit === unit);
      if (other !== undefined) {
        throw refused(
          `device ${path}: unit ${unit} on line ${name} belongs to ${other.device}, expected a unit of its own`,
        );
      }
      shared.devices.push(attached);
    }
  }
  return lines;
}

const refused = (message: string): SimulatorError => new SimulatorError('bad-options', message);

async function serve(
  options: SimulatorOptions,
  sites: ReadonlyMap<string, SimulatedSite>,
  servers: Servers,
): Promise<void> {
  const host = options.host ?? '127.0.0.1';
  for (const site of sites.keys()) servers.endpoints[site] = {};
  for (const { line, devices } of attach(options, sites)) {
    if (devices.length === 0) continue;
    const byUnit = new Map(devices.map((device) => [device.unit, device]));
    const faults = lineFaults(new Map(devices.map(({ unit, faults }) => [unit, faults])));
    const served = await serveLine(line, host, {
      units: new Map(devices.map(({ unit, handler }) => [unit, handler])),
      ...(faults === undefined ? {} : { faults }),
      ...(options.onAccess === undefined
        ? {}
        : {
            onAccess: (access) => {
              const device = byUnit.get(access.unit);
              if (device !== undefined) options.onAccess?.(device.site, device.device, access);
            },
          }),
    });
    servers.running.push(served);
    const { type, port = 0, path } = served;
    for (const { site, device, unit, speaks } of devices) {
      (servers.endpoints[site] as Record<string, Endpoint>)[device] = {
        type,
        host: served.host ?? '',
        port,
        ...(path === undefined ? {} : { path }),
        unit,
        profile: speaks,
      };
    }
  }
}

const closeAll = async (servers: readonly ServedLine[]): Promise<void> => {
  await Promise.all(servers.map((server) => server.close()));
};

/** The devices of one site among the settings by `site/device`. */
function devicesOf(
  { devices = {} }: SimulatorOptions,
  site: string,
): ReadonlyMap<string, DeviceSimulation> {
  const own = Object.entries(devices).filter(([path]) => path.startsWith(`${site}/`));
  return new Map(own.map(([path, device]) => [path.slice(site.length + 1), device]));
}

/** Drives time from the real monotonic clock. */
function freeRun(
  speed: number,
  tickMs: number,
  fromMs: EpochMs,
  move: (toMs: EpochMs) => void,
): () => void {
  const startedMs = performance.now();
  const timer = setInterval(() => {
    move(fromMs + Math.floor((performance.now() - startedMs) * speed));
  }, tickMs);
  return () => {
    clearInterval(timer);
  };
}

/** @throws PlantError, SimulatorError `bad-options`. */
function makeSites(options: SimulatorOptions): Map<string, SimulatedSite> {
  const sites = new Map<string, SimulatedSite>();
  const sources = {
    drivers: new Map([...HOUSE_DRIVERS, ...(options.drivers ?? [])]),
    profiles: options.profiles ?? new Map<string, Profile>(),
  };
  for (const config of options.sites) {
    if (sites.has(config.id)) {
      throw new SimulatorError('bad-options', `sites: got ${config.id} twice, expected unique ids`);
    }
    const devices = devicesOf(options, config.id);
    sites.set(
      config.id,
      new SimulatedSite(config, options.seed, options.startMs, devices, sources),
    );
  }
  return sites;
}

/**
 * Starts the sites' devices on their lines; by default each on a Modbus TCP port of its own, with the
 * registers of the profile that is usual for its kind.
 * @throws (as a rejection) PlantError `bad-config` for a site that cannot be, ModbusError
 *   `listen-failed`, SimulatorError `bad-options` for two sites of one id.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const sites = makeSites(options);
  const servers: Servers = { endpoints: {}, running: [] };
  try {
    await serve(options, sites, servers);
  } catch (error) {
    await closeAll(servers.running);
    throw error;
  }
  let nowMs = options.startMs;
  let closed = false;
  let stopRunning: (() => void) | undefined;
  const advanceTo = (atMs: EpochMs): void => {
    if (closed) throw new SimulatorError('closed', 'the simulator is closed; start a new one');
    if (!Number.isSafeInteger(atMs) || atMs < nowMs) {
      throw new SimulatorError(
        'bad-options',
        `advanceTo: got ${atMs}, expected whole milliseconds not before ${nowMs} (${formatInstant(nowMs)})`,
      );
    }
    for (const site of sites.values()) site.advanceTo(atMs);
    nowMs = atMs;
  };
  const stop = (): void => {
    stopRunning?.();
    stopRunning = undefined;
  };
  return {
    get nowMs() {
      return nowMs;
    },
    endpoints: servers.endpoints,
    advanceTo,
    run(speed, tickMs = 20) {
      if (!Number.isFinite(speed) || speed <= 0) {
        throw new SimulatorError('bad-options', `speed: got ${speed}, expected more than 0`);
      }
      stop();
      stopRunning = freeRun(speed, tickMs, nowMs, advanceTo);
      return stop;
    },
    snapshot(site) {
      const simulated = sites.get(site);
      if (simulated === undefined) {
        const known = [...sites.keys()].join(', ');
        throw new SimulatorError('unknown-site', `site: got ${site}, expected one of ${known}`);
      }
      return { atMs: simulated.atMs, devices: simulated.observe() };
    },
    async close() {
      if (closed) return;
      closed = true;
      stop();
      await closeAll(servers.running);
    },
  };
}
