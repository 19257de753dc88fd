import { startTcpServer, type Access, type TcpServer } from '@microgrid/modbus';
import type { Observation, SiteConfig } from '@microgrid/plant';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { SimulatedSite } from './simulated-site.js';
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
  /** Called after each request of a client; must not throw. */
  readonly onAccess?: (site: string, device: string, access: Access) => void;
}

/** Where a simulated device answers. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Unit id on that port. */
  readonly unit: number;
  /** Id of its profile in the catalogue. */
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
  readonly running: TcpServer[];
}

async function serve(
  options: SimulatorOptions,
  sites: ReadonlyMap<string, SimulatedSite>,
  servers: Servers,
): Promise<void> {
  const host = options.host ?? '127.0.0.1';
  for (const [site, simulated] of sites) {
    const own: Record<string, Endpoint> = {};
    servers.endpoints[site] = own;
    for (const [device, twin] of simulated.twins) {
      const { unit } = twin.profile.transport;
      const server = await startTcpServer({
        host,
        port: options.ports?.[`${site}/${device}`] ?? 0,
        units: new Map([[unit, simulated.handler(device, twin)]]),
        ...(options.onAccess === undefined
          ? {}
          : { onAccess: (access) => options.onAccess?.(site, device, access) }),
      });
      servers.running.push(server);
      own[device] = { host, port: server.port, unit, profile: twin.profile.id };
    }
  }
}

const closeAll = async (servers: readonly TcpServer[]): Promise<void> => {
  await Promise.all(servers.map((server) => server.close()));
};

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

/**
 * Starts the sites' devices on Modbus TCP, one port each, with their profiles' registers.
 * @throws (as a rejection) PlantError `bad-config` for a site that cannot be, ModbusError
 *   `listen-failed`, SimulatorError `bad-options` for two sites of one id.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const sites = new Map<string, SimulatedSite>();
  for (const config of options.sites) {
    if (sites.has(config.id)) {
      throw new SimulatorError('bad-options', `sites: got ${config.id} twice, expected unique ids`);
    }
    sites.set(config.id, new SimulatedSite(config, options.seed, options.startMs));
  }
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
